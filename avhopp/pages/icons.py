"""Icons: the lucide drawings in static/vendor/lucide, inlined so that they follow the colour of the text."""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "static" / "vendor" / "lucide"

TONE_ICONS = {
    "neutral": "circle",
    "info": "info",
    "success": "circle-check",
    "warning": "triangle-alert",
    "danger": "octagon-alert",
}

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class UnknownIcon(ValueError):
    """There is no drawing of that name in static/vendor/lucide."""


@cache
def icon_svg(name: str) -> str:
    """The icon as SVG markup, hidden from assistive technology: the text beside it says what it means.

    Raises UnknownIcon.
    """
    file = FOLDER / f"{name}.svg"
    if not _NAME.fullmatch(name) or not file.is_file():
        raise UnknownIcon(f"no icon {name!r} in {FOLDER.name}")
    match = _DRAWING.search(file.read_text(encoding="utf-8"))
    if match is None:
        raise UnknownIcon(f"{file.name} is not an SVG drawing")
    drawing = " ".join(match[1].split())
    return (
        f'<svg class="icon icon-{name}" viewBox="0 0 24 24" width="20" height="20" fill="none" '
        'stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" '
        f'aria-hidden="true" focusable="false">{drawing}</svg>'
    )
