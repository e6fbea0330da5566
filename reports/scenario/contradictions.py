"""What in a scenario cannot be true together: in the file itself, and with what is stored already.

`stored` holds the rows of the municipality that are in the database. A row of the file whose key is stored
must say the same as the stored one; loading adds rows, it never changes them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date
from decimal import Decimal

from reports.scenario.document import (
    ApplicationRow,
    CaseRow,
    CheckRow,
    DecisionRow,
    PlacementRow,
    ReallocationRow,
    Row,
    Scenario,
    ScenarioFault,
    UserRow,
)  # fmt: skip
from reports.scenario.inquiry_faults import differing, inquiry_faults
from reports.scenario.invoice_faults import invoice_faults
from reports.scenario.normal import as_stored
from reports.scenario.stays import (
    absence_faults,
    extension_faults,
    links_faults,
    overlap_faults,
    price_faults,
)
from reports.scenario.values import shown
from reports.scenario.vocabulary import POLICE_ROLE

#: Which list each key refers to.
REFERENCES: dict[str, dict[str, str]] = {
    "users": {"unit": "units", "police_unit": "police_units"},
    "reallocations": {"source": "budget_lines", "target": "budget_lines"},
    "agreements": {"provider": "providers"},
    "cases": {"person": "persons", "unit": "units", "handler": "users"},
    "assessments": {"case": "cases", "police_unit": "police_units"},
    "consents": {"case": "cases", "recipient": "police_units"},
    "decisions": {"case": "cases"},
    "placements": {
        "case": "cases",
        "decision": "decisions",
        "provider": "providers",
        "agreement": "agreements",
        "moved_from": "placements",
    },
    "applications": {"case": "cases"},
    "checks": {"case": "cases"},
    "invoices": {"provider": "providers", "registered_by": "users"},
    "inquiries": {"case": "cases", "made_by": "users", "placement": "placements"},
}
#: The pairs of days in the order they must have, by list; the second may be missing.
IN_ORDER: dict[str, list[tuple[str, str]]] = {
    "agreements": [("start", "end")],
    "cases": [("received", "closed")],
    "assessments": [("received", "valid_to")],
    "consents": [("start", "end"), ("start", "withdrawn")],
    "decisions": [("decided", "end")],
    "applications": [("sent", "decided")],
    "account_rules": [("start", "end")],
    "invoices": [("dated", "due")],
    "inquiries": [("start_from", "start_to")],
}
INTERRUPTED = "avbrott"
#: Fields that the file calls something else.
WRITTEN = {"dated": "date"}
#: Lists whose rows nothing refers to by one name.
UNNAMED = ("assessments", "consents", "checks", "account_rules", "invoices", "inquiries")
#: How a stay ended, and how its end was moved: compared when the file says it. A stored stay may have got it
#: on the pages since.
OF_THE_END = ("end_reason", "destination", "resumption", "extensions")
Faults = Iterator[ScenarioFault]


class World:
    """The rows of the file and of the database by reference; the file's own first."""

    def __init__(self, scenario: Scenario, stored: Scenario) -> None:
        self.rows: dict[str, dict[str, Row]] = {}
        for (name, own), (_, known) in zip(scenario.lists(), stored.lists(), strict=True):
            if name in UNNAMED:
                continue
            self.rows[name] = {str(row.key[0]): row for row in (*known, *own)}

    def get(self, name: str, ref: str | None) -> Row | None:
        return None if ref is None else self.rows[name].get(ref)

    def case(self, ref: str) -> CaseRow:
        return self.rows["cases"][ref]  # type: ignore[return-value]

    def all(self, name: str) -> Iterable[Row]:
        return self.rows[name].values()


def contradictions(scenario: Scenario, stored: Scenario) -> list[ScenarioFault]:
    """The contradictions; empty when the file can be loaded.

    They come in four rounds, each only when those before it found nothing, because it leans on them:
    references, days and belongings, stays and sums, and last what is stored already.
    """
    world = World(scenario, stored)
    faults = [*_doubles(scenario), *_unknown(scenario, world)]
    if faults:
        return faults
    faults = [*_backwards(scenario), *_users(scenario.users), *_cases(scenario, world)]
    faults += _of_another(scenario, world)
    if faults:
        return faults
    faults = [*_placements(scenario, world), *_applications(scenario.applications)]
    faults += [
        *_checks(scenario.checks),
        *_reallocations(scenario, world),
        *_ends(scenario.placements, world),
    ]
    faults += invoice_faults(scenario.invoices, world)
    faults += inquiry_faults(scenario.inquiries, stored.inquiries, world)
    return faults or [
        *_differing(scenario, stored),
        *_late_assessments(scenario, stored),
        *differing(scenario.inquiries, stored.inquiries),
    ]


def _doubles(scenario: Scenario) -> Faults:
    for _, rows in scenario.lists():
        seen: dict[tuple[object, ...], Row] = {}
        for row in rows:
            first = seen.setdefault(row.key, row)
            if first is not row:
                yield ScenarioFault(f"{row.path}.{row.key_name}", f"Samma rad finns redan på {first.path}.")


def _unknown(scenario: Scenario, world: World) -> Faults:
    for name, rows in scenario.lists():
        for key, target in REFERENCES.get(name, {}).items():
            for row in rows:
                ref = getattr(row, key)
                if ref is not None and world.get(target, ref) is None:
                    yield ScenarioFault(
                        f"{row.path}.{key}", f"Okänd beteckning ”{shown(ref)}”: den finns inte i {target}."
                    )


def _reallocations(scenario: Scenario, world: World) -> Faults:
    """Within a year, of something, and on no day more than the line has."""
    for row in scenario.reallocations:
        source, target = (world.rows["budget_lines"][ref] for ref in (row.source, row.target))
        if source is target or source.year != target.year:  # type: ignore[attr-defined]
            yield ScenarioFault(f"{row.path}.target", "Välj en annan rad för samma år.")
        elif row.amount <= 0:
            yield ScenarioFault(f"{row.path}.amount", "Beloppet ska vara större än noll.")
        elif row.decided < max(source.decided, target.decided):  # type: ignore[attr-defined]
            yield ScenarioFault(f"{row.path}.decided", "Dagen ligger före beslutet om en av raderna.")
        elif _moved_out(row, world) > source.amount:  # type: ignore[attr-defined]
            yield ScenarioFault(f"{row.path}.amount", "Raden har inte så mycket att flytta den dagen.")


def _moved_out(row: ReallocationRow, world: World) -> Decimal:
    """What has left the row's source for other lines by the day of the row, less what came."""
    total = Decimal(0)
    for one in world.all("reallocations"):
        if isinstance(one, ReallocationRow) and one.decided <= row.decided:
            total += ((one.source == row.source) - (one.target == row.source)) * one.amount
    return total


def _differing(scenario: Scenario, stored: Scenario) -> Faults:
    for one in fields(scenario.municipality):
        known = getattr(stored.municipality, one.name)
        if one.compare and getattr(scenario.municipality, one.name) != known:
            yield _differs("municipality", one.name)
    lists = zip(as_stored(scenario, stored).lists(), stored.lists(), strict=True)
    for (name, rows), (_, stored_rows) in lists:
        if name == "inquiries":
            continue  # they are compared step by step
        known_rows = {row.key: row for row in stored_rows}
        for row in rows:
            known = known_rows.get(row.key)
            if isinstance(known, PlacementRow):
                for key in OF_THE_END:
                    if getattr(row, key) and getattr(row, key) != getattr(known, key):
                        yield _differs(row.path, key)
            if known is not None and known != row:
                for one in fields(row):
                    if one.compare and getattr(row, one.name) != getattr(known, one.name):
                        yield _differs(row.path, WRITTEN.get(one.name, one.name))


def _differs(path: str, key: str) -> ScenarioFault:
    return ScenarioFault(
        f"{path}.{key}", "Raden finns redan med en annan uppgift. En inläsning lägger till, den ändrar inte."
    )


def _backwards(scenario: Scenario) -> Faults:
    for name, pairs in IN_ORDER.items():
        for row in getattr(scenario, name):
            for first, last in pairs:
                ended = getattr(row, last)
                if ended is not None and ended < getattr(row, first):
                    yield ScenarioFault(
                        f"{row.path}.{last}", f"Dagen ligger före {WRITTEN.get(first, first)}."
                    )


def _users(users: Iterable[UserRow]) -> Faults:
    for user in users:
        if user.role == POLICE_ROLE:
            if user.police_unit is None:
                yield ScenarioFault(
                    f"{user.path}.police_unit", "Nyckeln saknas: en polis hör till en polisenhet."
                )
            if user.unit is not None:
                yield ScenarioFault(
                    f"{user.path}.unit", "En polis hör till en polisenhet, inte till en enhet."
                )
        elif user.police_unit is not None:
            yield ScenarioFault(
                f"{user.path}.police_unit", "Bara den som har rollen polis hör till en polisenhet."
            )


def _cases(scenario: Scenario, world: World) -> Faults:
    by_person: dict[str, list[CaseRow]] = defaultdict(list)
    for case in world.all("cases"):
        by_person[case.person].append(case)  # type: ignore[attr-defined,arg-type]
        if case.path and case.closing_reason is not None and case.closed is None:  # type: ignore[attr-defined]
            yield ScenarioFault(
                f"{case.path}.closing_reason", "Skälet står utan att ärendet har en avslutsdag."
            )
    for cases in by_person.values():
        for row, other in _open_at_once(cases):
            yield ScenarioFault(
                f"{row.path}.received", f"Personen har redan ett öppet ärende den dagen: {shown(other.ref)}."
            )


def _open_at_once(cases: list[CaseRow]) -> Iterator[tuple[CaseRow, CaseRow]]:
    """Pairs of cases of one person that are open on the same day, the one at fault first."""
    open_for_a_day = [case for case in cases if case.closed is None or case.closed > case.received]
    longest: CaseRow | None = None
    for case in sorted(open_for_a_day, key=lambda one: (one.received, bool(one.path))):
        if longest is not None and (longest.closed is None or case.received < longest.closed):
            at_fault, other = (case, longest) if case.path else (longest, case)
            if at_fault.path:
                yield at_fault, other
        if longest is None or (longest.closed and (case.closed is None or case.closed > longest.closed)):
            longest = case


def _of_another(scenario: Scenario, world: World) -> Faults:
    """References that lead to another case, person or provider."""
    for row in scenario.placements:
        decision, agreement = world.get("decisions", row.decision), world.get("agreements", row.agreement)
        if isinstance(decision, DecisionRow) and decision.case != row.case:
            yield ScenarioFault(f"{row.path}.decision", "Beslutet hör till ett annat ärende.")
        if agreement is not None and agreement.provider != row.provider:  # type: ignore[attr-defined]
            yield ScenarioFault(f"{row.path}.agreement", "Avtalet är med en annan utförare.")
        before = world.get("placements", row.moved_from)
        if isinstance(before, PlacementRow) and world.case(before.case).person != world.case(row.case).person:
            yield ScenarioFault(f"{row.path}.moved_from", "Placeringen gäller en annan person.")


def _placements(scenario: Scenario, world: World) -> Faults:
    own: set[str] = set()
    for row in scenario.placements:
        found = list(_dates(row, world.case(row.case))) or [*price_faults(row), *absence_faults(row)]
        if found:
            own.add(row.ref)
        yield from found
        if row.agreement is not None and row.outside_reason:
            yield ScenarioFault(f"{row.path}.outside_reason", "Skäl står trots att platsen är inom ramavtal.")
    everything = [row for row in world.all("placements") if isinstance(row, PlacementRow)]
    yield from links_faults(everything)
    sound = [row for row in everything if row.ref not in own]
    yield from overlap_faults(sound, {row.ref: world.case(row.case).person for row in sound})


def _dates(row: PlacementRow, case: CaseRow) -> Faults:
    first = "start" if row.start is not None else "planned_start"
    if row.end is not None and row.end < row.first_day:
        yield ScenarioFault(f"{row.path}.end", f"Dagen ligger före {first}.")
        return
    if row.first_day < case.received:
        yield ScenarioFault(f"{row.path}.{first}", f"Dagen ligger före ärendets första dag, {case.received}.")
    if row.start is not None and case.closed is not None and (row.end is None or row.end > case.closed):
        yield ScenarioFault(
            f"{row.path}.end", f"Placeringen pågår efter att ärendet avslutades, {case.closed}."
        )


def _ends(rows: Iterable[PlacementRow], world: World) -> Faults:
    """Why a stay ended, where the person went, whether it resumes: of a stay with an end, and no move."""
    rows = tuple(rows)
    moved = {row.moved_from for row in rows}
    for row in rows:
        yield from extension_faults(row, world)
        if row.end_reason and row.ref in moved:
            yield ScenarioFault(f"{row.path}.end_reason", "Personen flyttar vidare: det är skälet.")
        for name in OF_THE_END[:-1]:
            if getattr(row, name) and (row.start is None or row.end is None):
                yield ScenarioFault(f"{row.path}.{name}", "Uppgiften står utan att placeringen har ett slut.")
        if row.resumption and row.end_reason != INTERRUPTED:
            yield ScenarioFault(f"{row.path}.resumption", "Bara ett avbrott kan återupptas.")


def _late_assessments(scenario: Scenario, stored: Scenario) -> Faults:
    """A registered assessment never changes, so none can be put before one that is stored."""
    newest: dict[str, date] = {}
    for known in stored.assessments:
        newest[known.case] = max(known.received, newest.get(known.case, known.received))
    keys = {known.key for known in stored.assessments}
    for row in scenario.assessments:
        if row.key not in keys and row.case in newest and row.received < newest[row.case]:
            yield ScenarioFault(
                f"{row.path}.received", f"Ärendet har redan en senare bedömning, från {newest[row.case]}."
            )


def _applications(rows: Iterable[ApplicationRow]) -> Faults:
    for row in rows:
        if row.granted is not None and row.granted > row.applied:
            yield ScenarioFault(f"{row.path}.granted", "Det beviljade beloppet är större än det sökta.")
        if row.paid is not None and row.paid > (row.granted or 0):
            yield ScenarioFault(f"{row.path}.paid", "Det utbetalda beloppet är större än det beviljade.")
        if row.granted is not None and row.decided is None:
            yield ScenarioFault(f"{row.path}.decided", "Datum saknas: ett belopp är beviljat.")


def _checks(rows: Iterable[CheckRow]) -> Faults:
    for row in rows:
        if row.deviation and row.done is None:
            yield ScenarioFault(f"{row.path}.deviation", "En slagning som inte är gjord har ingen avvikelse.")
