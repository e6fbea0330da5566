"""Who stays where, month by month: nights of stays and plans in a year from a month on. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from avhopp.kernel import periods
from avhopp.kernel.periods import Period, add_months
from avhopp.pages.charts import Series, StackedBars

MONTHS_SHOWN = 12
SHORT = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


def window(first: date) -> tuple[Period, ...]:
    """The months that are shown: twelve, from that of the day."""
    start = date(first.year, first.month, 1)
    months = (add_months(start, number) for number in range(MONTHS_SHOWN))
    return tuple(periods.month(month.year, month.month) for month in months)


def label(month: Period) -> str:
    """'jan 26'."""
    return f"{SHORT[month.start.month - 1]} {month.start:%y}"


def nights_in(months: Sequence[Period], first: date, end: date | None) -> tuple[int, ...]:
    """The nights [first, end) in each month; None runs on."""
    found = []
    for month in months:
        assert month.end is not None, "a month has an end"
        until = month.end if end is None else min(end, month.end)
        found.append(max((until - max(first, month.start)).days, 0))
    return tuple(found)


def summed(rows: Iterable[Sequence[int]]) -> tuple[int, ...]:
    """The months' sums; twelve noughts without rows."""
    return tuple(sum(column) for column in zip(*rows, strict=True)) or (0,) * MONTHS_SHOWN


def chart_of(months: Sequence[Period], by_group: Mapping[str, Sequence[int]]) -> StackedBars:
    """Nights a month, one colour for each group."""
    return StackedBars(
        title="Dygn per månad",
        about=f"Dygn i pågående och planerade placeringar, {label(months[0])} till {label(months[-1])}.",
        labels=tuple(label(month) for month in months),
        series=tuple(Series(name, tuple(nights)) for name, nights in by_group.items()),
        unit="dygn",
        axis="Månad",
        total=len(by_group) > 1,
    )


@dataclass(frozen=True)
class Line:
    """A stay or plan in the calendar. `group` is its provider, or its kind for whoever may not see places."""

    url: str
    case_no: str
    kind: str
    group: str
    first_day: date
    begun: bool
    end: date | None
    nights: tuple[int, ...]
