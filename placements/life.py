"""The life of a chain of stays as its page shows it: what happened and what is expected, in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from avhopp.kernel.periods import ONE_DAY, Period
from avhopp.kernel.swedish import format_day
from avhopp.pages.steps import Steps
from avhopp.pages.tables import Heading
from placements.costs import nights
from placements.marks import undecided_night
from placements.models import Placement, PlacementExtension
from placements.showing import PriceRow, Sees, place_of

Kind = PlacementExtension.Kind


@dataclass(frozen=True)
class Happening:
    """One point of the timeline, as components/timeline.html takes it."""

    date: date
    heading: str
    text: str = ""
    icon: str = "circle-dot"
    tone: str = ""
    by: str = ""
    url: str = ""
    link: str = ""


@dataclass(frozen=True)
class ExtensionRow:
    """A change of the departure, or nights without a decision."""

    made_on: date
    what: str
    tone: str
    old_end: date | None
    new_end: date | None
    nights: int | None
    decision: str
    reason: str


def timeline(chain: Iterable[Placement], sees: Sees, today: date) -> list[Happening]:
    """What happened in the chain, the oldest first. Needs `with_terms()` and `with_extensions()`."""
    found: list[Happening] = []
    for stay in chain:
        found += _of_stay(stay, sees, today)
    return sorted(found, key=lambda one: one.date)


def _of_stay(stay: Placement, sees: Sees, today: date) -> list[Happening]:
    where = place_of(stay, sees)
    at = f"{stay.decision.get_kind_display()}{', ' + where if where else ''}"
    if stay.never_began:
        return [Happening(stay.planned_start, "Blev inte av", at, "circle-x")]
    found = []
    if stay.start is None:
        found.append(Happening(stay.planned_start, "Planerad ankomst", at, "calendar-clock", "info"))
    else:
        late = (stay.start - stay.planned_start).days
        later = f"{abs(late)} dagar {'senare' if late > 0 else 'tidigare'} än planerat" if late else ""
        heading = "Flyttade hit" if stay.moved_from_id else "Kom hit"
        found.append(
            Happening(stay.start, heading, ", ".join(filter(None, (at, later))), "log-in", "success")
        )
    found += [_of_extension(row) for row in stay.extensions.all()]
    for away in stay.absences.all():
        text = f"{(away.end - away.start).days} dygn, åter {format_day(away.end)}"
        found.append(Happening(away.start, "Borta", text, "footprints"))
    if stay.implementation_plan:
        found.append(Happening(stay.implementation_plan, "Genomförandeplan", "", "clipboard-check"))
    if stay.care_plan:
        found.append(Happening(stay.care_plan, "Vårdplan", "", "clipboard-list"))
    if stay.end is not None and stay.end_reason != Placement.EndReason.MOVED:
        found.append(_departure(stay, stay.end, sees, today))
    return found


def _departure(stay: Placement, end: date, sees: Sees, today: date) -> Happening:
    if not stay.has_left:
        tone = "warning" if end <= today else "info"
        return Happening(end, "Planerad avresa", "", "calendar-clock", tone)
    why = [stay.get_end_reason_display(), stay.get_destination_display()] if sees.person else []
    early = (end - stay.planned_end).days if stay.planned_end else 0
    if early:
        why.append(f"{abs(early)} dagar {'senare' if early > 0 else 'tidigare'} än planerat")
    return Happening(end, "Lämnade platsen", ", ".join(filter(None, why)), "door-open")


def _of_extension(row: PlacementExtension) -> Happening:
    until = f"till {format_day(row.new_end)}" if row.new_end else "tills vidare"
    if row.kind == Kind.OVERSTAY:
        tone = "warning" if row.authorised else "danger"
        text = f"{until}, {'godkända' if row.authorised else 'inte godkända'}"
        return Happening(row.old_end or row.made_on, "Dygn utan beslut", text, "triangle-alert", tone)
    return Happening(row.made_on, row.get_kind_display(), until, "calendar-check")


def extension_rows(stay: Placement, sees: Sees) -> list[ExtensionRow]:
    """The changes of the departure in the order they were made; why, for those who see the person."""
    rows = []
    for row in stay.extensions.all():
        count = (row.new_end - row.old_end).days if row.new_end and row.old_end else None
        label = row.get_kind_display()
        if row.kind == Kind.OVERSTAY:
            label += ", godkända" if row.authorised else ", inte godkända"
        decision = format_day(row.decision.decided) if row.decision else ""
        rows.append(
            ExtensionRow(
                made_on=row.made_on,
                what=label,
                tone="danger" if row.authorised is False else "warning" if row.authorised else "neutral",
                old_end=row.old_end,
                new_end=row.new_end,
                nights=count,
                decision=decision,
                reason=row.reason if sees.person else "",
            )
        )
    return rows


def extension_columns(sees: Sees) -> list[Heading]:
    columns = [Heading("Dag"), Heading("Vad"), Heading("Från"), Heading("Till"), Heading("Dygn", True)]
    return [*columns, Heading("Nytt beslut")] + ([Heading("Skäl")] if sees.person else [])


def night_without_decision(stay: Placement, *, goes_on: bool, today: date) -> date | None:
    """The first such night of somebody who is there now; None when every night to tomorrow's has one."""
    if goes_on or stay.start is None or stay.start > today or stay.has_left:
        return None
    return undecided_night(stay.end, stay.covered_to, today)


def nights_without_decision(stay: Placement) -> int:
    """Nights of overstay that are told of, whether let pass or not."""
    whole = Period(stay.first_day, None if stay.end is None else stay.end + ONE_DAY)
    found = 0
    for row in stay.extensions.all():
        if row.kind == Kind.OVERSTAY and row.old_end and row.new_end:
            part = Period(row.old_end, row.new_end).intersection(whole)
            found += 0 if part is None else nights(stay.as_stay(), part)
    return found


def price_chart(rows: list[PriceRow]) -> Steps | None:
    """The price periods as a step for each; None for a single price, which needs no picture."""
    if len(rows) < 2:
        return None
    return Steps(
        title="Dygnspris",
        about="Det avtalade priset i kronor per dygn, från varje prisperiods första dag.",
        labels=tuple(row.start.isoformat() for row in rows),
        name="Pris per dygn",
        values=tuple(row.rate for row in rows),
        unit="kr",
        axis="Från",
        decimals=2,
    )
