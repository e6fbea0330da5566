"""What in a file's inquiries cannot be true together, or with what is stored.

The rules are those of the actions of `placements.procurement` and of its constraints. Whether the text names
the person is asked where the rows are written: a file has no names (`trails`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date
from typing import Any

from avhopp.access.roles import Can, role_can
from reports.scenario.document import AgreementRow, CaseRow, PlacementRow, Row, ScenarioFault
from reports.scenario.inquiry_rows import ApprovedRow, AskedRow, ChosenRow, InquiryRow
from reports.scenario.normal import framework_on
from reports.scenario.values import shown

Faults = Iterator[ScenarioFault]
#: What a file may leave out of an answer and of a choice.
LEFT_OUT = ("rate", "start", "fits", "distance", "note", "because")
NOT_ALLOWED = "Användaren finns inte, eller har en roll som inte kan det."
DIFFERS = "Raden finns redan med en annan uppgift. En inläsning lägger till, den ändrar inte."


def inquiry_faults(rows: Iterable[InquiryRow], stored: Iterable[InquiryRow], world: Any) -> Faults:
    """`world` has the rows of the file and of the database by reference, as in `contradictions`."""
    rows = tuple(rows)
    own = {row.key for row in rows}
    led_to = {row.placement: row for row in stored if row.placement and row.key not in own}
    for row in rows:
        yield from _days(row, world.case(row.case))
        if not _may(world, row.made_by, Can.WRITE_PLACEMENT):
            yield ScenarioFault(f"{row.path}.made_by", NOT_ALLOWED)
        yield from _asked(row, world)
        if row.chosen is not None:
            yield from _chosen(row, row.chosen, world)
        if row.approved is not None:
            yield from _approved(row, row.approved, world)
        if row.placement is not None:
            yield from _placed(row, world.get("placements", row.placement))
            if led_to.setdefault(row.placement, row) is not row:
                text = "Placeringen hör redan till en annan förfrågan."
                yield ScenarioFault(f"{row.path}.placement", text)


def _days(row: InquiryRow, case: CaseRow) -> Faults:
    """All of it while the case is open; nobody is asked, and nobody answers, when the choice is made."""
    if row.made < case.received:
        yield ScenarioFault(f"{row.path}.made", f"Dagen ligger före ärendets första dag, {case.received}.")
    for path, day in happened(row):
        if case.closed is not None and day > case.closed:
            yield ScenarioFault(path, f"Dagen ligger efter att ärendet avslutades, {case.closed}.")
    for one in row.asked:
        for name, when in (("on", one.on), ("answered", one.answered)):
            if row.chosen is not None and when is not None and when > row.chosen.on:
                yield ScenarioFault(
                    f"{one.path}.{name}", f"Dagen ligger efter att platsen valdes, {row.chosen.on}."
                )


def happened(row: InquiryRow) -> Iterator[tuple[str, date]]:
    """Where each day stands on which somebody did something."""
    yield f"{row.path}.made", row.made
    for one in row.asked:
        yield f"{one.path}.on", one.on
        if one.answered is not None:
            yield f"{one.path}.answered", one.answered
    for step in (row.chosen, row.approved):
        if step is not None:
            yield f"{step.path}.on", step.on


def ahead(rows: Iterable[InquiryRow], today: date) -> Faults:
    """What is told as done on a day that has not come."""
    for row in rows:
        for path, day in happened(row):
            if day > today:
                yield ScenarioFault(path, "Dagen har inte kommit ännu.")


def _asked(row: InquiryRow, world: Any) -> Faults:
    seen: dict[str, AskedRow] = {}
    for one in row.asked:
        if world.get("providers", one.provider) is None:
            text = f"Okänd beteckning ”{shown(one.provider)}”: den finns inte i providers."
            yield ScenarioFault(f"{one.path}.provider", text)
        first = seen.setdefault(one.provider, one)
        if first is not one:
            text = f"Utföraren är redan tillfrågad på {first.path}."
            yield ScenarioFault(f"{one.path}.provider", text)
        yield from _answer(one)


def _answer(one: AskedRow) -> Faults:
    if one.answered is None:
        said = (one.declined or None, one.rate, one.start, one.fits, one.distance or None, one.note or None)
        if any(part is not None for part in said):
            yield ScenarioFault(f"{one.path}.answered", "Datum saknas: ett svar har en dag.")
        return
    if one.answered < one.on:
        yield ScenarioFault(f"{one.path}.answered", "Svaret kan inte ha kommit före frågan.")
    for name in ("rate", "start"):
        if one.declined and getattr(one, name) is not None:
            yield ScenarioFault(f"{one.path}.{name}", "Utföraren tackade nej, och erbjuder ingen plats.")
        if not one.declined and getattr(one, name) is None:
            yield ScenarioFault(f"{one.path}.{name}", "Nyckeln saknas: en erbjuden plats har pris och dag.")


def _chosen(row: InquiryRow, step: ChosenRow, world: Any) -> Faults:
    if not _may(world, step.by, Can.WRITE_PLACEMENT):
        yield ScenarioFault(f"{step.path}.by", NOT_ALLOWED)
    if row.offer is None or not row.offer.has_offered:
        yield ScenarioFault(f"{step.path}.provider", "Utföraren har inte erbjudit någon plats.")
    if step.on < row.made:
        yield ScenarioFault(f"{step.path}.on", "Dagen ligger före made.")


def _approved(row: InquiryRow, step: ApprovedRow, world: Any) -> Faults:
    if not _may(world, step.by, Can.DECIDE):
        yield ScenarioFault(f"{step.path}.by", NOT_ALLOWED)
    if row.chosen is None:
        yield ScenarioFault(step.path, "Steget chosen saknas.")
        return
    if step.by == row.chosen.by:
        yield ScenarioFault(f"{step.path}.by", "Den som valde platsen kan inte godkänna valet.")
    if step.on < row.chosen.on:
        yield ScenarioFault(f"{step.path}.on", "Dagen ligger före chosen.")
    if row.offer is None:
        return
    if not is_outside(row.offer, world):
        yield ScenarioFault(step.path, "Platsen är inom ramavtal och behöver inte godkännas.")
    if row.offer.start is not None and step.to <= row.offer.start:
        yield ScenarioFault(
            f"{step.path}.to", f"Dagen ligger inte efter att platsen finns, {row.offer.start}."
        )


def _placed(row: InquiryRow, stay: PlacementRow) -> Faults:
    if row.chosen is None:
        yield ScenarioFault(f"{row.path}.placement", "Steget chosen saknas.")
    elif stay.provider != row.chosen.provider:
        yield ScenarioFault(f"{row.path}.placement", "Placeringen är hos en annan utförare än den valda.")
    if stay.case != row.case:
        yield ScenarioFault(f"{row.path}.placement", "Placeringen hör till ett annat ärende.")


def is_outside(one: AskedRow, world: Any) -> bool:
    """Whether the provider was asked without a framework agreement in force."""
    agreements = [row for row in world.all("agreements") if isinstance(row, AgreementRow)]
    return framework_on(agreements, one.provider, one.on) is None


def differing(rows: Iterable[InquiryRow], stored: Iterable[InquiryRow]) -> Faults:
    """What the file says of a stored inquiry and the database does not.

    What it leaves out is no contradiction: it may have been done on the pages since. Two of a kind may have
    been written on one day there, and the file's is either of them.
    """
    known: dict[tuple[object, ...], list[InquiryRow]] = defaultdict(list)
    for one in stored:
        known[one.key].append(one)
    for row in rows:
        found = [list(_differences(row, one)) for one in known[row.key]]
        yield from min(found, key=len, default=())


def _differences(row: InquiryRow, known: InquiryRow) -> Faults:
    steps = ("asked", "chosen", "approved", "placement")
    yield from _unlike(row, known, _names(row, but=steps))
    for asked in row.asked:
        before = known.asked_of(asked.provider)
        if before is None:
            yield ScenarioFault(f"{asked.path}.provider", DIFFERS)
            continue
        yield from _unlike(asked, before, ["on", "how"])
        if asked.answered is not None:
            yield from _unlike(asked, before, ["answered", "declined", *LEFT_OUT[:-1]])
    for name in ("chosen", "approved"):
        step, taken = getattr(row, name), getattr(known, name)
        if step is not None and taken is None:
            yield ScenarioFault(step.path, DIFFERS)
        elif step is not None:
            yield from _unlike(step, taken, _names(step))
    if row.placement is not None and row.placement != known.placement:
        yield ScenarioFault(f"{row.path}.placement", DIFFERS)


def _unlike(row: Row, known: Row, names: Iterable[str]) -> Faults:
    for name in names:
        said = getattr(row, name)
        if name in LEFT_OUT and said in (None, ""):
            continue
        if said != getattr(known, name):
            yield ScenarioFault(f"{row.path}.{name}", DIFFERS)


def _names(row: Row, but: Iterable[str] = ()) -> list[str]:
    return [one.name for one in fields(row) if one.compare and one.name not in but]


def _may(world: Any, username: str, can: Can) -> bool:
    user = world.get("users", username)
    return user is not None and role_can(user.role, can)
