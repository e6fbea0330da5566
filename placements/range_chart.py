"""The range as a fan over the year, and beside the methods that give one number. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from avhopp.kernel.swedish import MONTHS
from avhopp.pages.charts import Band, Lines, Series


class Point(Protocol):
    """What the year has cost by the end of a month: known, or with a range."""

    @property
    def known(self) -> bool: ...
    @property
    def p10(self) -> Decimal: ...
    @property
    def p50(self) -> Decimal: ...
    @property
    def p90(self) -> Decimal: ...


class Ranged(Protocol):
    @property
    def months(self) -> Sequence[Point]: ...
    @property
    def budget(self) -> Decimal | None: ...


@dataclass(frozen=True)
class Method:
    """A way to forecast: what it gives, and what is left of the budget then, None without one."""

    name: str
    about: str
    amount: Decimal
    left: Decimal | None
    is_range: bool = False


def range_chart(found: Ranged, year: int) -> Lines:
    """The accumulated cost: the outcome, and from there the middle with the band of eight outcomes in ten."""
    known = sum(point.known for point in found.months)
    opens = max(known - 1, 0)  # the band opens where the outcome ends
    before = (None,) * opens
    return Lines(
        title=f"Prognos med spann {year}",
        about="Årets ackumulerade kostnad: utfallet, mitten av de tänkbara utfallen, spannet där åtta av tio "
        "hamnar, och budgeten.",
        labels=tuple(name[:3] for name in MONTHS),
        series=(
            Series("Utfall", tuple(point.p50 for point in found.months[:known]) + (None,) * (12 - known)),
            Series("Mitten av prognosen", before + tuple(point.p50 for point in found.months[opens:])),
        ),
        band=Band(
            "8 av 10 utfall",
            before + tuple(point.p10 for point in found.months[opens:]),
            before + tuple(point.p90 for point in found.months[opens:]),
        ),
        limit=found.budget,
        limit_label="Budget",
        unit="kr",
    )


def methods_of(
    straight_line: Decimal | None, committed: Decimal, planned: Decimal, found: Ranged
) -> list[Method]:
    """The methods that give one number, and the range's three; no straight line before the year has begun."""
    year = found.months[-1]
    rows = (
        ("Rak framskrivning", "Snittet per dag hittills, hela året. Bortser från beslut.", straight_line),
        ("Bundet", "Pågående placeringar till sina beslutade slut, med avtalade priser.", committed),
        ("Bundet och planerat", "Även beslutade placeringar som inte har börjat.", planned),
        ("Spannets nedre gräns", "Ett utfall av tio blir lägre.", year.p10),
        ("Mitten av spannet", "Lika troligt högre som lägre.", year.p50),
        ("Spannets övre gräns", "Ett utfall av tio blir högre.", year.p90),
    )
    return [
        Method(name, about, amount, None if found.budget is None else found.budget - amount, number > 2)
        for number, (name, about, amount) in enumerate(rows)
        if amount is not None
    ]
