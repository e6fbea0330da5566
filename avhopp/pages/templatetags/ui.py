"""Template tags and filters of the interface; what each component takes stands in its own template."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from avhopp.kernel import money, swedish
from avhopp.pages.icons import TONE_ICONS, icon_svg
from avhopp.pages.tables import Heading

register = template.Library()

NOTHING = "–"
SOON_DAYS = 7
NBSP = "\u00a0"
#: A number with hyphens in it, as that of a case.
_NUMBER = re.compile(r"\w+(?:-\d+)+")
_ROW = re.compile(r"(?=<tr[\s>])")
_ROW_OPENS, _CELL_OPENS = re.compile(r"<tr(?=[\s>])"), re.compile(r"<(t[dh])(?=[\s>])")


# Values


@register.filter
def kr(amount: Decimal | int | None) -> str:
    """'1 234 567 kr'"""
    return NOTHING if amount is None else money.format_kr(amount)


@register.filter
def kr2(amount: Decimal | int | None) -> str:
    """'1 234,50 kr'"""
    return NOTHING if amount is None else money.format_kr(amount, 2)


@register.filter
def mnkr(amount: Decimal | int | None) -> str:
    """'4,8 mnkr'"""
    return NOTHING if amount is None else money.format_mnkr(amount)


@register.filter
def number(value: Decimal | int | None, decimals: int = 0) -> str:
    """'1 234'; `number:1` keeps one decimal."""
    return NOTHING if value is None else money.format_kr(value, decimals).removesuffix(f"{NBSP}kr")


@register.filter
def unbroken(text: str) -> SafeString:
    """'AVH-2026-0001, AVH-2026-0002': a line never breaks inside a number, only between two of them."""
    return mark_safe(_NUMBER.sub(r'<span class="nowrap">\g<0></span>', escape(text)))


@register.filter
def percent(share: Decimal | int | None, decimals: int = 1) -> str:
    """A share of one: 0.125 is '12,5 %'."""
    return NOTHING if share is None else money.format_percent(share, decimals)


@register.filter
def day(value: date | datetime | None) -> str:
    """'2026-11-21'"""
    return NOTHING if value is None else _date(value).isoformat()


@register.filter
def longday(value: date | datetime | None) -> str:
    """'21 november 2026'"""
    return NOTHING if value is None else swedish.format_day(_date(value))


@register.filter
def month(value: date | datetime | None) -> str:
    """'november 2026'"""
    return NOTHING if value is None else swedish.format_month(_date(value))


@register.filter
def moment(value: datetime | None) -> str:
    """'2026-11-21 kl. 14.05', Swedish time"""
    return NOTHING if value is None else timezone.localtime(value).strftime("%Y-%m-%d kl. %H.%M")


@register.filter
def filesize(size: int) -> str:
    """'84 kB', '1,2 MB'"""
    if size < 1_000_000:
        return f"{number(max(1, round(size / 1000)))}{NBSP}kB"
    return f"{number(Decimal(size) / 1_000_000, 1)}{NBSP}MB"


def _date(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


# Icons and states


@register.simple_tag
def icon(name: str) -> SafeString:
    """An inlined icon, hidden from screen readers."""
    return mark_safe(icon_svg(name))


@register.simple_tag(takes_context=True)
def tone_icon(context: template.Context, default: str = "neutral") -> SafeString:
    """The icon of the component's `tone`."""
    return icon(TONE_ICONS[context.get("tone") or default])


@register.simple_tag
def sort_icon(sort: str) -> SafeString | str:
    """The arrow of a sortable column."""
    names = {"ascending": "arrow-up", "descending": "arrow-down", "none": "chevrons-up-down"}
    return icon(names[sort]) if sort else ""


@dataclass(frozen=True)
class TimeLeft:
    text: str
    tone: str
    icon: str


@register.simple_tag
def deadline(due: date, today: date) -> TimeLeft:
    """How a deadline stands on a certain day: overdue, today, soon (within a week) or later."""
    days = (due - today).days
    if days < 0:
        return TimeLeft(f"Försenad {_days(-days)},", "danger", "octagon-alert")
    if days == 0:
        return TimeLeft("I dag,", "warning", "clock")
    if days <= SOON_DAYS:
        return TimeLeft("I morgon," if days == 1 else f"Om {_days(days)},", "warning", "clock")
    return TimeLeft(f"Om {_days(days)},", "neutral", "calendar")


def _days(count: int) -> str:
    return f"{number(count)}{NBSP}{'dag' if count == 1 else 'dagar'}"


@dataclass(frozen=True)
class WorkState:
    code: str
    label: str
    text: str
    icon: str
    goes_on: bool


WORK_STATES = {
    "waiting": WorkState("waiting", "Väntar", "Arbetet står i kö och börjar strax.", "hourglass", True),
    "running": WorkState(
        "running", "Pågår", "Du kan lämna sidan, arbetet fortsätter ändå.", "loader-circle", True
    ),
    "done": WorkState("done", "Klart", "Allt gick bra.", "circle-check", False),
    "failed": WorkState("failed", "Misslyckades", "Försök igen.", "circle-x", False),
}


@register.simple_tag
def work_state(code: str) -> WorkState:
    """Words and icon for the state of long work."""
    return WORK_STATES[code]


# Blocks


@register.simple_block_tag
def card(content: str, heading: str = "", **options: Any) -> str:
    """`{% card heading="Beslut" %} … {% endcard %}`; parameters in components/card.html."""
    named = options.get("id") or ""
    options["heading_id"] = f"{named}-rubrik" if named and heading else ""
    return render_to_string("components/card.html", {"content": content, "heading": heading, **options})


@register.simple_block_tag
def table(content: str, caption: str, columns: Sequence[Any] | str, **options: Any) -> str:
    """`{% table caption="…" columns=columns %} <tr>… {% endtable %}`; parameters in components/table.html."""
    rows = _labelled(content, headings(columns))
    return render_to_string(
        "components/table.html", {"content": rows, "caption": caption, "columns": columns, **options}
    )


def _labelled(rows: str, columns: list[Heading]) -> SafeString:
    """Rows in which each cell knows its column: on a phone a row becomes a list of labels and values.

    The roles keep the table a table for screen readers when the style sheet shows it as something else.
    """
    return mark_safe("".join(_labelled_row(row, columns) for row in _ROW.split(rows)))


def _labelled_row(row: str, columns: list[Heading]) -> str:
    labels = iter(columns)

    def cell(match: re.Match[str]) -> str:
        heading = next(labels, None)
        role = "rowheader" if match[1] == "th" else "cell"
        label = "" if heading is None or heading.hidden else heading.label
        return f'<{match[1]} role="{role}" data-label="{escape(label)}"'

    return _CELL_OPENS.sub(cell, _ROW_OPENS.sub('<tr role="row"', row))


@register.simple_tag
def breadcrumbs(*steps: str) -> str:
    """Label and address in turn, then the label of the page itself."""
    items = [{"label": label, "url": url} for label, url in zip(steps[0:-1:2], steps[1::2], strict=True)]
    return render_to_string(
        "components/breadcrumbs.html", {"items": [*items, {"label": steps[-1], "url": ""}]}
    )


# Used inside the components


@register.filter
def facts(items: Iterable[Any] | None) -> list[Any]:
    """Pairs become objects with .label and .value."""
    return [
        {"label": item[0], "value": item[1]} if isinstance(item, tuple | list) else item
        for item in items or ()
    ]


@register.filter
def headings(columns: Iterable[Any] | str) -> list[Heading]:
    """Plain labels become headings; "Vad|Senast" is two of them."""
    several = columns.split("|") if isinstance(columns, str) else columns
    return [Heading(column) if isinstance(column, str) else column for column in several]


@register.filter
def cells(values: Iterable[Any], columns: Iterable[Any] | str) -> list[dict[str, Any]]:
    """Values of a row with their columns' labels and alignment. Raises ValueError when they do not match."""
    paired = zip(values, headings(columns), strict=True)
    return [{"value": value, "numeric": heading.numeric, "label": heading.label} for value, heading in paired]


@register.filter
def fault(field: BoundField, error: str) -> str:
    """A line of the error summary: 'Belopp: Ange ett belopp.', 'Vem tog kontakt? Välj ett alternativ.'"""
    return f"{field.label}{'' if str(field.label).endswith('?') else ':'} {error}"


@register.filter
def summary_id(form: BaseForm) -> str:
    """Id of the error summary's heading: unique also with several forms on a page."""
    return f"{form.prefix}-fel" if form.prefix else "fel"


@register.filter
def field_target(field: BoundField) -> str:
    """Id of the control that a link in the error summary leads to; for choices the first one."""
    return f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label
