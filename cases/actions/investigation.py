"""Write, extend and conclude the investigation, and try the definition."""

from dataclasses import dataclass
from datetime import date

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.periods import add_months
from avhopp.kernel.refusal import Refused
from cases import rules
from cases.followers import Step, follow
from cases.models import Case, ChildrenPart, HealthPart, Investigation

PARTS = ("situation", "motivation", "needs", "own_view", "conclusion")
#: Texts in tables of their own, for rights of their own.
PARTS_APART: dict[str, type[HealthPart] | type[ChildrenPart]] = {
    "health": HealthPart,
    "children_view": ChildrenPart,
}
LONGEST_EXTENSION = 4  # months at a time


@dataclass(frozen=True)
class Definition:
    """The three criteria and what they add up to (R-50)."""

    chose_to_leave: bool | None
    organised_crime: bool | None
    needs_support: bool | None
    result: str


def write_investigation(
    *, investigation: Investigation, parts: dict[str, str], by: User, today: date
) -> Investigation:
    """Save the text of an open investigation.

    Raises Refused: `not_allowed`, `concluded`.
    """
    investigation = _open(investigation=investigation, by=by)
    for name in PARTS:
        setattr(investigation, name, parts.get(name, ""))
    investigation.save(update_fields=PARTS)
    for name, model in PARTS_APART.items():
        _write_apart(model, investigation, parts.get(name, ""))
    record(
        by=by,
        case=investigation.case,
        kind="utredning_skriven",
        requires=Can.SEE_INVESTIGATION,
        on=today,
        text="Utredningens text ändrades.",
        object_id=investigation.pk,
    )
    return investigation


def extend_investigation(
    *, investigation: Investigation, months: int, reason: str, by: User, today: date
) -> Investigation:
    """Move the due day `months` calendar months; the reason is kept.

    Raises Refused: `not_allowed`, `concluded`, `reason_missing`, `too_long`.
    """
    investigation = _open(investigation=investigation, by=by)
    if not reason.strip():
        raise Refused("reason_missing", "Skriv varför utredningen behöver mer tid.", field="reason")
    if not 1 <= months <= LONGEST_EXTENSION:
        raise Refused("too_long", f"Förläng högst {LONGEST_EXTENSION} månader åt gången.", field="months")
    before, investigation.due = investigation.due, add_months(investigation.due, months)
    earlier = f"{investigation.extended_reason}\n" if investigation.extended_reason else ""
    investigation.extended_reason = f"{earlier}{today}, {by.name}: {reason.strip()}"
    investigation.save(update_fields=["due", "extended_reason"])
    record(
        by=by,
        case=investigation.case,
        kind="utredning_forlangd",
        requires=Can.SEE_INVESTIGATION,
        on=today,
        text=f"Utredningstiden förlängdes från {before} till {investigation.due}.",
        reason=reason.strip(),
        object_id=investigation.pk,
    )
    return investigation


def conclude_investigation(*, investigation: Investigation, by: User, today: date) -> Investigation:
    """Lock the text. The definition must be tried and the assessment written.

    Raises Refused: `not_allowed`, `concluded`, `assessment_missing`, `definition_missing`.
    """
    investigation = _open(investigation=investigation, by=by)
    if not investigation.conclusion.strip():
        raise Refused("assessment_missing", "Skriv bedömningen innan du slutför utredningen.")
    if investigation.case.definition == Case.Definition.UNKNOWN:
        raise Refused("definition_missing", "Pröva definitionen innan du slutför utredningen.")
    investigation.concluded = today
    investigation.save(update_fields=["concluded"])
    record(
        by=by,
        case=investigation.case,
        kind="utredning_slutford",
        requires=Can.SEE_INVESTIGATION,
        on=today,
        text="Utredningen slutfördes.",
        object_id=investigation.pk,
    )
    follow(Step.INVESTIGATION_CONCLUDED, case=investigation.case, thing=investigation, by=by)
    return investigation


def try_definition(*, case: Case, definition: Definition, by: User, today: date) -> Case:
    """Record whether the person meets the national definition, criterion by criterion.

    Raises Refused: `not_allowed`, `case_closed`, `definition_disagrees`.
    """
    demand(by, Can.WRITE_INVESTIGATION, case)
    case = Case.objects.locked().get(pk=case.pk)
    if not case.is_open:
        raise Refused("case_closed", "Ärendet är avslutat.")
    criteria = (definition.chose_to_leave, definition.organised_crime, definition.needs_support)
    rules.check_definition(definition.result, criteria)
    case.chose_to_leave, case.organised_crime, case.needs_support = criteria
    case.definition = definition.result
    case.save(update_fields=["chose_to_leave", "organised_crime", "needs_support", "definition"])
    record(
        by=by,
        case=case,
        kind="definition_provad",
        requires=Can.SEE_INVESTIGATION,
        on=today,
        text=f"Definitionen prövades: {case.get_definition_display().lower()}.",
    )
    return case


def _write_apart(
    model: type[HealthPart] | type[ChildrenPart], investigation: Investigation, text: str
) -> None:
    """A row is made when there is something to write, and changed when the text is."""
    part = model.objects.filter(investigation=investigation).first()
    if part is None and text:
        model(case_id=investigation.case_id, investigation=investigation, text=text).save(force_insert=True)
    elif part is not None and part.text != text:
        part.text = text
        part.save(update_fields=["text"])


def _open(*, investigation: Investigation, by: User) -> Investigation:
    demand(by, Can.WRITE_INVESTIGATION, investigation.case)
    Case.objects.locked().get(pk=investigation.case_id)
    investigation = Investigation.objects.select_related("case").get(pk=investigation.pk)
    if investigation.concluded:
        raise Refused("concluded", "Utredningen är slutförd och kan inte ändras.")
    return investigation
