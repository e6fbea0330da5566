"""Building blocks of the charts: SVG elements as escaped text, scales, patterns. Pure.

Presentation attributes only, so that the same text works under a strict content security policy and in a PDF.
"""

from dataclasses import dataclass
from decimal import Decimal
from html import escape

FONT = "'Source Sans 3', 'Source Sans Pro', Arial, sans-serif"
INK, QUIET, GRID, AXIS, PAPER = "#1b2a31", "#4f5d65", "#d9dfe1", "#707a80", "#ffffff"
COLOURS = ("#0e4d5e", "#c2691a", "#5b87c5", "#6b4f91", "#5e7d3a")
PATTERNS = ("solid", "hatch", "dots", "cross", "bars")
DASHES = ("", "8 4", "2 4", "10 3 2 3", "5 2")
MARKERS = ("circle", "square", "diamond", "triangle", "circle")
TEXT = 14
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


class Svg(str):
    """Finished SVG markup. Templates show it as it is; everything in it was escaped when it was made."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def tag(name: str, *children: str, **attributes: object) -> str:
    """An element. Children are markup; attributes are escaped, None leaves one out, and `_` becomes `-`."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def label(
    x: float, y: float, words: str, *, anchor: str = "start", colour: str = QUIET, bold: bool = False
) -> str:
    """Text with its baseline at y."""
    return tag(
        "text", escape(words), x=x, y=y, text_anchor=anchor, fill=colour, font_weight="600" if bold else None
    )


def drawing(width: float, height: float, title: str, about: str, *parts: str) -> Svg:
    """The whole picture, with a name and a description for those who do not see it."""
    return Svg(
        tag(
            "svg",
            tag("title", escape(title)),
            tag("desc", escape(about)),
            *parts,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {_number(width)} {_number(height)}",
            width=width,
            height=height,
            role="img",
            aria_label=f"{title}. {about}" if about else title,
            class_="chart",
            font_family=FONT,
            font_size=TEXT,
        )
    )


def text_width(words: str) -> float:
    """About how wide a text is in chart units; errs on the wide side."""
    return len(words) * TEXT * 0.52


def fill(kind: str, colour: str, width: float) -> str:
    """The value of `fill` for a pattern in a chart of that width; `patterns` must stand in the same chart."""
    return colour if kind == "solid" else f"url(#{_pattern_id(kind, colour, width)})"


def patterns(used: list[tuple[str, str]], width: float) -> str:
    """Definitions of the patterns used, as pairs of kind and colour.

    Charts of another width get other ids, since a browser finds nothing inside the one that is not shown.
    """
    made = [_pattern(kind, colour, width) for kind, colour in dict.fromkeys(used) if kind != "solid"]
    return tag("defs", *made) if made else ""


def _pattern_id(kind: str, colour: str, width: float) -> str:
    return f"chart-{kind}-{colour.lstrip('#')}-{width:.0f}"


def _pattern(kind: str, colour: str, width: float) -> str:
    line = {"stroke": colour, "stroke_width": 2.4}
    marks = {
        "hatch": (tag("path", d="M-2 2L2 -2M0 8L8 0M6 10L10 6", fill="none", **line),),
        "dots": (
            tag("circle", cx=2, cy=2, r=1.5, fill=colour),
            tag("circle", cx=6, cy=6, r=1.5, fill=colour),
        ),
        "cross": (tag("path", d="M0 0L8 8M0 8L8 0", fill="none", stroke=colour, stroke_width=1.5),),
        "bars": (tag("path", d="M0 2H8M0 6H8", fill="none", stroke=colour, stroke_width=1.8),),
        "faint": (tag("path", d="M0 8L8 0", fill="none", stroke=colour, stroke_width=0.8),),
    }[kind]
    ground = tag("rect", width=8, height=8, fill=colour, fill_opacity=0.14)
    return tag(
        "pattern",
        ground,
        *marks,
        id=_pattern_id(kind, colour, width),
        width=8,
        height=8,
        patternUnits="userSpaceOnUse",
    )


def marker(kind: str, x: float, y: float, colour: str, size: float = 4.5) -> str:
    """The point of a line."""
    common = {"fill": colour, "stroke": PAPER, "stroke_width": 1.2}
    if kind == "square":
        return tag("rect", x=x - size, y=y - size, width=2 * size, height=2 * size, **common)
    if kind == "circle":
        return tag("circle", cx=x, cy=y, r=size, **common)
    reach = size * 1.3
    corners = {
        "diamond": f"M{_number(x)} {_number(y - reach)}l{reach} {reach}l{-reach} {reach}l{-reach} {-reach}z",
        "triangle": f"M{_number(x)} {_number(y - reach)}l{reach} {2 * reach}h{-2 * reach}z",
    }[kind]
    return tag("path", d=corners, **common)


@dataclass(frozen=True)
class Scale:
    """A straight scale from values to coordinates, with round ticks."""

    low: float
    high: float
    start: float
    end: float
    step: float

    def __call__(self, value: Decimal | float) -> float:
        return self.start + (float(value) - self.low) / (self.high - self.low) * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [self.low + index * self.step for index in range(count + 1)]


def scale(values: list[Decimal | int | float], start: float, end: float, parts: int = 5) -> Scale:
    """A scale that holds zero and every value, divided into about `parts` round steps."""
    numbers = [float(value) for value in values]
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    if low == high:
        high = 1.0
    rough = (high - low) / parts
    power = 10.0
    while power > rough:
        power /= 10
    while power * 10 <= rough:
        power *= 10
    step = next(power * factor for factor in _STEPS if power * factor >= rough * 0.999)
    bottom, top = _down(low, step), -_down(-high, step)
    return Scale(bottom, top, start, end, step)


def _down(value: float, step: float) -> float:
    """The nearest whole number of steps at or below value; a hair above counts as on it."""
    return step * ((value + step * 1e-9) // step)


def _number(value: object) -> str:
    """Coordinates with at most two decimals: short, and the same on every machine."""
    if isinstance(value, float | Decimal):
        written = f"{float(value):.2f}".rstrip("0").rstrip(".")
        return "0" if written == "-0" else written
    return str(value)
