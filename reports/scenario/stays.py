"""The stays of a scenario: prices without gaps, absences inside, one place at a time, moves that lead on.

The rules are those of `placements.costs`; here each fault gets its exact place in the file.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from avhopp.kernel.refusal import Refused
from placements.costs import Absence, PricePeriod, Stay, check_stay
from reports.scenario.document import PlacementRow, RateRow, ScenarioFault
from reports.scenario.values import shown

Faults = Iterator[ScenarioFault]


def as_stay(row: PlacementRow) -> Stay:
    """The stay as the cost rules take it; charged departure days do not matter for what is checked."""
    return Stay(
        key=row.ref,
        start=row.first_day,
        end=row.end,
        prices=tuple(PricePeriod(one.start, one.end, one.rate) for one in row.prices),
        absences=tuple(Absence(one.start, one.end, one.rate) for one in row.absences),
    )


def price_faults(row: PlacementRow) -> Faults:
    """Nights without a price, nights with two, and price periods that end before they begin."""
    found = list(_backwards(row.prices)) or [*_between(row), *_outer_gaps(row)]
    yield from found or _refused(row)


def absence_faults(row: PlacementRow) -> Faults:
    """Absences outside the stay, on top of each other, or without any end."""
    found = list(_backwards(row.absences))
    for one in row.absences:
        if one.end is None and row.end is None:
            found.append(
                ScenarioFault(
                    f"{one.path}.to", "Datum saknas: varken frånvaron eller placeringen har ett slut."
                )
            )
        if one.start < row.first_day:
            found.append(ScenarioFault(f"{one.path}.from", "Frånvaron börjar före placeringen."))
        if row.end is not None and max(one.start, one.end or row.end) > row.end:
            found.append(ScenarioFault(f"{one.path}.to", "Frånvaron slutar efter placeringen."))
    if not found:
        ordered = sorted(row.absences, key=_order)
        for earlier, later in pairwise(ordered):
            if earlier.end is None or later.start < earlier.end:
                found.append(ScenarioFault(f"{later.path}.from", "Två frånvaroperioder gäller samma natt."))
    yield from found


def overlap_faults(rows: Iterable[PlacementRow], person_of: Mapping[str, str]) -> Faults:
    """Begun stays of one person that share a night; in-and-out on one day shares none."""
    by_person: dict[str, list[PlacementRow]] = defaultdict(list)
    for row in rows:
        if row.start is not None and row.start != row.end:
            by_person[person_of[row.ref]].append(row)
    for stays in by_person.values():
        stays.sort(key=lambda row: (row.first_day, bool(row.path)))
        longest: PlacementRow | None = None
        for row in stays:
            if longest is not None and (longest.end is None or row.first_day < longest.end):
                at_fault, other = (row, longest) if row.path else (longest, row)
                if at_fault.path:
                    yield ScenarioFault(
                        f"{at_fault.path}.start",
                        f"Personen är redan placerad de dagarna: {shown(other.ref)}.",
                    )
            if longest is None or (longest.end is not None and (row.end is None or row.end > longest.end)):
                longest = row


def extension_faults(row: PlacementRow, world: Any) -> Faults:
    """Changes of the departure that say nothing, or of nights without a decision less than all.

    `world` has the decisions of the file and of the database by reference.
    """
    for one in row.extensions:
        over = one.kind == "overliggande"
        if not one.reason:
            yield ScenarioFault(f"{one.path}.reason", "Texten är tom.")
        if over and (one.start is None or one.end is None or one.end <= one.start):
            yield ScenarioFault(
                f"{one.path}.to", "Dygn utan beslut har en första dag och en senare dag efter."
            )
        if over != (one.authorised is not None):
            text = "Dygn utan beslut är godkända eller inte, och inget annat är det."
            yield ScenarioFault(f"{one.path}.authorised", text)
        if one.kind == "forlangd" and one.start and one.end and one.end < one.start:
            yield ScenarioFault(f"{one.path}.to", "En förlängning är inte kortare än förut.")
        if one.kind == "kortad" and (one.end is None or (one.start is not None and one.end >= one.start)):
            yield ScenarioFault(f"{one.path}.to", "En förkortning är kortare än förut.")
        decision = world.get("decisions", one.decision)
        if one.decision is not None and (over or decision is None or decision.case != row.case):
            text = f"Beslutet ”{shown(one.decision)}” är inget som förlängningen kan vila på."
            yield ScenarioFault(f"{one.path}.decision", text)


def links_faults(rows: Iterable[PlacementRow]) -> Faults:
    """Moves from oneself or in circles.

    Two may follow one placement: a plan that slipped, and what was done instead.
    """
    by_ref = {row.ref: row for row in rows}
    for row in sorted(by_ref.values(), key=lambda one: bool(one.path)):
        if row.moved_from is None:
            continue
        if row.moved_from == row.ref:
            yield ScenarioFault(
                f"{row.path}.moved_from", "En placering kan inte vara en flytt från sig själv."
            )
            continue
        if row.path and _goes_round(row, by_ref):
            yield ScenarioFault(f"{row.path}.moved_from", "Flyttarna går i en cirkel.")


def _goes_round(row: PlacementRow, by_ref: Mapping[str, PlacementRow]) -> bool:
    seen = {row.ref}
    here: PlacementRow | None = row
    while here is not None and here.moved_from is not None:
        if here.moved_from == row.ref:
            return True
        if here.moved_from in seen:
            return False  # a circle further on, which its own rows report
        seen.add(here.moved_from)
        here = by_ref.get(here.moved_from)
    return False


def _backwards(rows: Iterable[RateRow]) -> Faults:
    for one in rows:
        if one.end is not None and one.end < one.start:
            yield ScenarioFault(f"{one.path}.to", "Dagen ligger före from.")


def _between(row: PlacementRow) -> Faults:
    for earlier, later in pairwise(sorted(row.prices, key=_order)):
        if earlier.end is None or later.start < earlier.end:
            yield ScenarioFault(f"{later.path}.from", "Två priser gäller samma natt.")
        elif earlier.end < later.start:
            yield ScenarioFault(f"{later.path}.from", f"Priset saknas för nätter från {earlier.end}.")


def _outer_gaps(row: PlacementRow) -> Faults:
    """What the prices leave uncovered at the ends. An open end runs on at the last price."""
    if row.end is not None and row.end <= row.first_day:
        return
    if not row.prices:
        yield ScenarioFault(f"{row.path}.prices", "Priset saknas: placeringen har nätter.")
        return
    ordered = sorted(row.prices, key=_order)
    first, last = ordered[0], ordered[-1]
    if row.start is not None and first.start > row.start:
        yield ScenarioFault(f"{first.path}.from", f"Priset saknas för nätter från {row.start}.")
    if last.end is not None and (last.end < row.end if row.end is not None else last.end <= row.first_day):
        yield ScenarioFault(f"{last.path}.to", f"Priset saknas för nätter från {last.end}.")


def _refused(row: PlacementRow) -> Faults:
    """What the cost rules themselves refuse, should they ever know more than is checked above."""
    try:
        check_stay(as_stay(row), begun=row.start is not None)
    except Refused as refused:
        if refused.field != "absences":
            yield ScenarioFault(f"{row.path}.{refused.field or 'prices'}", refused.text)


def _order(one: RateRow) -> tuple[object, ...]:
    return (one.start, one.end is None, one.end or one.start)
