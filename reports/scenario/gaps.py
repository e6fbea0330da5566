"""What a scenario does not tell: steps that the pages would have asked for, and facts that look odd together.

None of it is a reason to refuse. The steps a case lacks are also written on the case (`Gap.requires` says
which right opens that kind of information), the rest is for whoever loads the file.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from avhopp.access.roles import Can
from avhopp.kernel.identity import IdentityNumber
from reports.scenario.contradictions import World
from reports.scenario.document import AgreementRow, CaseRow, DecisionRow, PlacementRow, ProviderRow, Scenario
from reports.scenario.inquiry_faults import is_outside
from reports.scenario.inquiry_rows import InquiryRow
from reports.scenario.values import shown
from reports.scenario.vocabulary import HANDLER_ROLES, POLICE_ROLE

#: Kinds of information that the pages know; a consent to others is kept as it is written.
CONSENT_CATEGORIES = frozenset({"identitet", "hotbild", "insats", "uppfoljning", "atervandande", "kontakt"})
UNIT_BOUND = frozenset({*HANDLER_ROLES, "enhetschef"})
MISSING, ODD = "Saknas", "Kontrollera"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something missing or odd. `case` refers to the case that lacks the step, `requires` is its right."""

    path: str
    text: str
    word: str = MISSING
    case: str | None = None
    requires: Can = Can.SEE_CASE

    def __str__(self) -> str:
        return f"{self.word}: {self.path}: {self.text}"


def gaps(scenario: Scenario, stored: Scenario) -> list[Gap]:
    """The gaps of the file's own rows, in the order of the format; `stored` is what is known before."""
    world = World(scenario, stored)
    return [
        *_users(scenario),
        *_persons(scenario),
        *_cases(scenario, stored, world),
        *_consents(scenario),
        *_decisions(scenario, world),
        *_placements(scenario, world),
        *_applications(scenario, world),
        *_checks(scenario, world),
        *_inquiries(scenario, world),
        *_trails(scenario, stored),
    ]


def _users(scenario: Scenario) -> Iterator[Gap]:
    for user in scenario.users:
        if user.unit is None and user.role in UNIT_BOUND:
            yield Gap(f"{user.path}.unit", "enhet, så att kontot ser sin enhets ärenden")
        if user.unit is None and user.role != POLICE_ROLE and user.role not in UNIT_BOUND:
            yield Gap(f"{user.path}.unit", "enhet")


def _persons(scenario: Scenario) -> Iterator[Gap]:
    with_case = {case.person for case in scenario.cases}
    numbers: dict[str, str] = {}
    for person in scenario.persons:
        if person.ref not in with_case:
            yield Gap(person.path, "ärende i filen; en person utan ärende registreras inte")
        if person.identity is None and person.birth_year is None:
            yield Gap(person.path, "födelseår")
        if person.identity is None:
            continue
        if person.birth_year not in (None, IdentityNumber(person.identity).birth_date.year):
            yield Gap(f"{person.path}.birth_year", "året är inte det som står i identitetsnumret", ODD)
        other = numbers.setdefault(person.identity, person.path)
        if other != person.path:
            yield Gap(
                f"{person.path}.identity",
                f"samma nummer som {other}; samordnaren får frågan om en dubblett",
                ODD,
            )


def _cases(scenario: Scenario, stored: Scenario, world: World) -> Iterator[Gap]:
    has: dict[str, set[str]] = defaultdict(set)
    for one in (scenario, stored):
        for name in ("assessments", "consents", "decisions", "placements"):
            for row in getattr(one, name):
                has[row.case].add(name)
    for case in scenario.cases:
        yield from _handler(case, world)
        if case.closed is not None and case.closing_reason is None:
            yield Gap(f"{case.path}.closing_reason", "avslutsskäl; ärendet får Övrigt", case=case.ref)
        for text, requires in _steps(has[case.ref]):
            yield Gap(case.path, f"{text} ({shown(case.ref)})", case=case.ref, requires=requires)


def _steps(has: set[str]) -> Iterator[tuple[str, Can]]:
    """The steps that a case with these rows lacks."""
    if "assessments" not in has:
        yield "polisens bedömning", Can.SEE_ASSESSMENT
    if "consents" not in has:
        yield "samtycke", Can.SEE_CONSENT
    yield "utredning", Can.SEE_INVESTIGATION
    if "decisions" in has:
        yield "beslutsfattare, delegation och lagrum för besluten", Can.SEE_DECISION
    if "placements" in has:
        yield "genomförandeplan", Can.SEE_DECISION


def _handler(case: CaseRow, world: World) -> Iterator[Gap]:
    if case.handler is None:
        yield Gap(f"{case.path}.handler", "handläggare", case=case.ref)
    elif world.get("users", case.handler).role not in HANDLER_ROLES:  # type: ignore[union-attr]
        yield Gap(f"{case.path}.handler", "handläggare: användarens roll kan inte handlägga", case=case.ref)


def _consents(scenario: Scenario) -> Iterator[Gap]:
    for consent in scenario.consents:
        for unknown in sorted(set(consent.categories) - CONSENT_CATEGORIES):
            yield Gap(f"{consent.path}.categories", f"”{shown(unknown)}” kan inte väljas på sidorna", ODD)


def _decisions(scenario: Scenario, world: World) -> Iterator[Gap]:
    for decision in scenario.decisions:
        if decision.decided < world.case(decision.case).received:
            yield Gap(f"{decision.path}.decided", "beslutet är äldre än ärendet", ODD)
        if decision.enforced is not None and decision.enforced < decision.decided:
            yield Gap(f"{decision.path}.enforced", "verkställt före beslutet", ODD)


def _placements(scenario: Scenario, world: World) -> Iterator[Gap]:
    for row in scenario.placements:
        decision, provider = world.get("decisions", row.decision), world.get("providers", row.provider)
        agreement = world.get("agreements", row.agreement)
        if isinstance(decision, DecisionRow) and isinstance(provider, ProviderRow):
            yield from _against_decision(row, decision, provider)
        if row.agreement is None and not row.outside_reason:
            yield Gap(f"{row.path}.outside_reason", "skäl för plats utanför ramavtal", case=row.case)
        if isinstance(agreement, AgreementRow) and not _holds(agreement, row.first_day):
            yield Gap(f"{row.path}.agreement", "avtalet gäller inte den första dagen", ODD)
        closed = world.case(row.case).closed
        if row.start is None and closed is not None:
            yield Gap(row.path, "planen finns kvar fast ärendet är avslutat", ODD)
        before = world.get("placements", row.moved_from)
        if isinstance(before, PlacementRow) and before.first_day > row.first_day:
            yield Gap(f"{row.path}.moved_from", "flytten går bakåt i tiden", ODD)


def _against_decision(row: PlacementRow, decision: DecisionRow, provider: ProviderRow) -> Iterator[Gap]:
    if decision.kind != provider.kind:
        yield Gap(f"{row.path}.provider", "utföraren är av annat slag än beslutet", ODD)
    if row.start is not None and decision.enforced is None:
        yield Gap(
            f"{decision.path or row.path}.enforced",
            "verkställd dag, fast placeringen har börjat",
            case=row.case,
        )
    if row.first_day < decision.decided:
        yield Gap(f"{row.path}.start", "placeringen börjar före beslutet", ODD)
    if decision.end is not None and (row.end is None or row.end > decision.end):
        yield Gap(f"{row.path}.end", "placeringen varar längre än beslutet", ODD)


def _holds(agreement: AgreementRow, day: date) -> bool:
    return agreement.start <= day and (agreement.end is None or day < agreement.end)


def _applications(scenario: Scenario, world: World) -> Iterator[Gap]:
    for row in scenario.applications:
        if row.sent < world.case(row.case).received:
            yield Gap(f"{row.path}.sent", "ansökan är äldre än ärendet", ODD)
        if row.decided is None and row.status != "inskickad":
            yield Gap(
                f"{row.path}.decided", "beslutsdag för ansökan", case=row.case, requires=Can.SEE_APPLICATION
            )


def _checks(scenario: Scenario, world: World) -> Iterator[Gap]:
    for row in scenario.checks:
        if row.deviation:
            yield Gap(row.path, "beskrivning av avvikelsen", case=row.case, requires=Can.SEE_CHECKS)
        if row.planned < world.case(row.case).received:
            yield Gap(f"{row.path}.planned", "slagningen är äldre än ärendet", ODD)


def _inquiries(scenario: Scenario, world: World) -> Iterator[Gap]:
    for row in scenario.inquiries:
        for one in row.asked:
            if world.get("providers", one.provider).kind != row.kind:  # type: ignore[union-attr]
                yield Gap(f"{one.path}.provider", "utföraren är av annat slag än förfrågan", ODD)
        if row.chosen is not None and not row.chosen.because:
            yield lacking(row, f"{row.chosen.path}.because", "skäl för valet av plats")
        stay = world.get("placements", row.placement)
        if isinstance(stay, PlacementRow):
            yield from _against_stay(row, stay, world)


def _against_stay(row: InquiryRow, stay: PlacementRow, world: World) -> Iterator[Gap]:
    """What the pages would have asked before anybody was placed there."""
    approved, outside = row.approved, stay.agreement is None
    if row.chosen is not None and stay.first_day < row.chosen.on:
        yield Gap(f"{row.chosen.path}.on", "platsen valdes efter att placeringen började", ODD)
    if outside and row.offer is not None and not is_outside(row.offer, world):
        text = "placeringen är utanför ramavtal, fast utföraren hade ett när den tillfrågades"
        yield Gap(f"{row.path}.placement", text, ODD)
    elif outside and approved is None:
        yield lacking(row, f"{row.path}.approved", "godkännande av platsen utanför ramavtal")
    if outside and approved is not None and stay.first_day < approved.on:
        yield Gap(f"{approved.path}.on", "platsen godkändes efter att placeringen började", ODD)
    if outside and approved is not None and (stay.end is None or stay.end > approved.to):
        yield Gap(f"{approved.path}.to", "placeringen varar längre än godkännandet", ODD)


def _trails(scenario: Scenario, stored: Scenario) -> Iterator[Gap]:
    """Stays outside the framework that no inquiry led to, in a file that tells of inquiries."""
    led_to = {row.placement for row in (*scenario.inquiries, *stored.inquiries)}
    for row in scenario.placements if scenario.inquiries else ():
        if row.agreement is None and row.ref not in led_to:
            text = f"förfrågan som ledde till platsen utanför ramavtal ({shown(row.ref)})"
            yield Gap(row.path, text, case=row.case, requires=Can.SEE_INVESTIGATION)


def lacking(row: InquiryRow, path: str, text: str) -> Gap:
    """A step that the inquiry's case lacks."""
    return Gap(path, text, case=row.case, requires=Can.SEE_INVESTIGATION)
