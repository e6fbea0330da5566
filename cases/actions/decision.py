"""Prepare, make, notify and carry out decisions, within the delegation order of the day."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from uuid import UUID

from avhopp.access.policy import demand, may
from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality, User
from avhopp.audit.events import record
from avhopp.kernel.deadlines import DeadlineKind, due
from avhopp.kernel.refusal import Refused
from avhopp.kernel.workdays import add_workdays
from cases import rules
from cases.followers import Step, follow
from cases.models import Case, Decision, DecisionProposal, DelegationRule, FollowUp, LegalProvision, Task
from cases.states import CaseEvent, CaseState, MeasureKind, next_state


@dataclass(frozen=True)
class Terms:
    """What is decided. `start` and `end` are the period of the measure, the end day not included."""

    kind: str
    outcome: str
    reasons: str
    start: date | None = None
    end: date | None = None
    outside_framework: bool = False
    max_rate: Decimal | None = None
    provision: LegalProvision | None = None
    body: str = ""  # Decision.Body: the committee's decision, written down from its minutes
    minutes: str = ""

    @property
    def wanted(self) -> rules.Wanted:
        """What the delegation order is asked."""
        return rules.wanted_by(
            kind=self.kind,
            rejected=self.outcome == Decision.Outcome.REJECTED,
            start=self.start,
            end=self.end,
            outside_framework=self.outside_framework,
            rate=self.max_rate,
        )


def delegation_on(*, municipality_id: UUID, day: date) -> list[rules.Rule]:
    """The delegation order as it reads on the day."""
    rows = DelegationRule.objects.filter(municipality=municipality_id).in_force_on(day)
    return [rules.Rule.of(row) for row in rows]


def check_terms(*, case: Case, terms: Terms, decided: date, by: User, today: date) -> rules.Rule | None:
    """Whether `by` may decide this on the day; the point of the delegation order that says so.

    None for a decision of the committee or its subcommittee, which whoever may record minutes writes down.

    Raises:
        Refused: `not_allowed`, `not_in_this_state`, `bad_day`, `reasons_missing`, `period_missing`,
            `period_order`, `provision_not_in_force`, `beyond_delegation`, `no_delegation`, `not_registrar`,
            `minutes_missing`.
    """
    demand(by, Can.DECIDE, case)
    next_state(case.state, _event(terms))
    if decided > today:
        raise Refused("bad_day", "Beslutsdagen kan inte ligga efter i dag.", field="decided")
    if decided < case.received:
        raise Refused("bad_day", "Beslutsdagen kan inte ligga före dagen då ärendet kom in.", field="decided")
    _check_content(terms=terms, day=decided)
    if terms.body:
        _check_body(case=case, terms=terms, by=by)
        return None
    return rules.allowing_rule(
        by.role, terms.wanted, delegation_on(municipality_id=case.municipality_id, day=decided)
    )


def prepare_decision(*, case: Case, terms: Terms, by: User, today: date) -> DecisionProposal:
    """Write the decision down for somebody who may make it. A proposal that waits is replaced.

    Raises Refused: `not_allowed`, `not_in_this_state`, and what is wrong with the terms.
    """
    demand(by, Can.DECIDE, case)
    case = Case.objects.locked().get(pk=case.pk)
    next_state(case.state, _event(terms))
    _check_content(terms=terms, day=today)
    DecisionProposal.objects.filter(case=case).waiting().update(settled_on=today)
    said = {name: value for name, value in _fields(terms).items() if name not in ("body", "minutes")}
    proposal = DecisionProposal(case=case, prepared_by=by, prepared_on=today, **said)
    proposal.save(force_insert=True)
    record(
        by=by,
        case=case,
        kind="beslut_forberett",
        requires=Can.SEE_DECISION,
        on=today,
        text=f"Förslag till beslut om {proposal.get_kind_display()} är klart för den som får besluta.",
        object_id=proposal.pk,
    )
    return proposal


def decide(*, case: Case, terms: Terms, decided: date, by: User, today: date) -> Decision:
    """Make the decision. The case goes to granted or rejected, and the clocks that follow start.

    Raises Refused: as `check_terms`.
    """
    demand(by, Can.DECIDE, case)
    case = Case.objects.locked().get(pk=case.pk)
    rule = check_terms(case=case, terms=terms, decided=decided, by=by, today=today)
    decision = Decision(case=case, decided=decided, **_fields(terms))
    if rule is not None:
        decision.decided_by, decision.delegation_id = by, rule.id
    decision.save(force_insert=True)
    DecisionProposal.objects.filter(case=case).waiting().update(settled_on=today)
    case.state = next_state(case.state, _event(terms))
    case.save(update_fields=["state"])
    _add_task(case=case, kind=Task.Kind.NOTIFY, starts=decided, until=add_workdays(decided, 1))
    outcome = decision.get_outcome_display().lower()
    ground = f"Punkt {rule.point} i delegationsordningen" if rule else decided_in(decision)
    record(
        by=by,
        case=case,
        kind="beslut_fattat",
        requires=Can.SEE_DECISION,
        on=decided,
        object_id=decision.pk,
        text=f"Beslut: {outcome}, {decision.get_kind_display()}{_period(terms)}. {ground}.",
    )
    follow(Step.DECIDED, case=case, thing=decision, by=by)
    return decision


def decided_in(decision: Decision) -> str:
    """Which body made the decision and where that is written, for the one that no official made."""
    return f"{decision.get_body_display()}, {decision.minutes}"


def notify_party(*, decision: Decision, on: date, by: User, today: date) -> Decision:
    """The party got the decision and how to appeal (FL 33 §); three weeks to appeal start on that day.

    Raises Refused: `not_allowed`, `already_notified`, `bad_day`.
    """
    demand(by, Can.DECIDE, decision.case)
    decision = _locked(decision)
    if decision.notified:
        raise Refused("already_notified", f"Det är redan registrerat: {decision.notified}.")
    _check_day(on=on, earliest=decision.decided, today=today)
    decision.notified = on
    decision.save(update_fields=["notified"])
    _finish(
        decision=decision, kind=Task.Kind.NOTIFY, on=on, by=by, outcome="Parten har fått del av beslutet."
    )
    record(
        by=by,
        case=decision.case,
        kind="beslut_delgivet",
        requires=Can.SEE_DECISION,
        on=on,
        object_id=decision.pk,
        text=f"Personen fick beslutet och hur det överklagas. Överklagas senast {decision.appeal_by}.",
    )
    return decision


def enforce_decision(*, decision: Decision, on: date, by: User, today: date) -> Decision:
    """The measure has started. The plan's and the follow-up's clocks start.

    Raises Refused: `not_allowed`, `not_granted`, `already_enforced`, `bad_day`.
    """
    demand(by, Can.WRITE_PLACEMENT, decision.case)
    decision = _locked(decision)
    if not decision.is_granted:
        raise Refused("not_granted", "Ett avslag kan inte verkställas.")
    if decision.enforced:
        raise Refused("already_enforced", f"Beslutet är redan verkställt: {decision.enforced}.")
    _check_day(on=on, earliest=decision.decided, today=today)
    mark_enforced(decision=decision, on=on, by=by)
    return decision


def mark_enforced(*, decision: Decision, on: date, by: User) -> None:
    """Write that the measure has started, for an action that has locked the case and asked the rights itself.

    The case goes on from granted, and the clocks of the plan and of the follow-up start.
    """
    case = decision.case
    decision.enforced = on
    decision.save(update_fields=["enforced"])
    if case.state == CaseState.GRANTED:
        case.state = next_state(case.state, CaseEvent.ENFORCE)
        case.save(update_fields=["state"])
    _finish(decision=decision, kind=Task.Kind.ENFORCE, on=on, by=by, outcome="Beslutet är verkställt.")
    if not Task.objects.filter(case=case, kind=Task.Kind.PLAN).open().exists():
        _add_task(case=case, kind=Task.Kind.PLAN, starts=on, until=due(DeadlineKind.PLAN, on))
    if may(by, Can.WRITE_FOLLOW_UP, case) and not FollowUp.objects.filter(case=case, held=None).exists():
        FollowUp(case=case, planned=due(DeadlineKind.FOLLOW_UP, on)).save(force_insert=True)
    record(
        by=by,
        case=case,
        kind="beslut_verkstallt",
        requires=Can.SEE_DECISION,
        on=on,
        object_id=decision.pk,
        text=f"Beslutet om {decision.get_kind_display()} verkställdes.",
    )


def standard_delegation(municipality: Municipality, valid_from: date) -> list[DelegationRule]:
    """A delegation order to begin with: every kind of measure, three deciding roles. Safe to run again."""
    made = []
    for number, kind in enumerate(MeasureKind, start=1):
        for step, (role, days, outside, rate) in enumerate(rules.STANDARD, start=1):
            rule, _ = DelegationRule.objects.get_or_create(
                municipality=municipality,
                point=f"3.{number}.{step}",
                valid_from=valid_from,
                defaults={
                    "kind": kind,
                    "role": role,
                    "max_days": days,
                    "outside_framework": outside,
                    "max_rate": rate,
                },
            )
            made.append(rule)
    return made


def _event(terms: Terms) -> CaseEvent:
    return CaseEvent.REJECT if terms.outcome == Decision.Outcome.REJECTED else CaseEvent.GRANT


def _fields(terms: Terms) -> dict[str, object]:
    """The terms as model fields; a rejection has no period, place or price."""
    given = {field.name: getattr(terms, field.name) for field in fields(terms)} | {
        "reasons": terms.reasons.strip(),
        "minutes": terms.minutes.strip() if terms.body else "",
    }
    if terms.outcome == Decision.Outcome.REJECTED:
        given |= {"start": None, "end": None, "outside_framework": False, "max_rate": None}
    return given


def _check_content(*, terms: Terms, day: date) -> None:
    if not terms.reasons.strip():
        raise Refused(
            "reasons_missing", "Skriv skälen. Ett beslut ska vara motiverat (32 § FL).", field="reasons"
        )
    if terms.provision is None:
        raise Refused("provision_not_in_force", "Välj det lagrum som beslutet vilar på.", field="provision")
    if not LegalProvision.objects.filter(pk=terms.provision.pk).in_force_on(day).exists():
        raise Refused("provision_not_in_force", f"Lagrummet gällde inte {day}.", field="provision")
    if terms.outcome == Decision.Outcome.REJECTED:
        return
    if terms.start is None:
        raise Refused("period_missing", "Ange från vilken dag insatsen gäller.", field="start")
    if terms.end is not None and terms.end <= terms.start:
        raise Refused("period_order", "Slutdagen ska ligga efter startdagen.", field="end")


def _check_body(*, case: Case, terms: Terms, by: User) -> None:
    if not may(by, Can.RECORD_MINUTES, case):
        raise Refused(
            "not_registrar",
            "Beslut av nämnden eller utskottet registreras av enhetschefen.",
            field="body",
        )
    if not terms.minutes.strip():
        raise Refused("minutes_missing", "Ange protokollets datum och paragraf.", field="minutes")


def _check_day(*, on: date, earliest: date, today: date) -> None:
    if on > today:
        raise Refused("bad_day", "Dagen kan inte ligga efter i dag.", field="on")
    if on < earliest:
        raise Refused("bad_day", f"Dagen kan inte ligga före beslutet, {earliest}.", field="on")


def _period(terms: Terms) -> str:
    if terms.outcome == Decision.Outcome.REJECTED:
        return ""
    return f", {terms.start} till {terms.end}" if terms.end else f", från {terms.start} tills vidare"


def _locked(decision: Decision) -> Decision:
    case = Case.objects.locked().get(pk=decision.case_id)
    decision = Decision.objects.get(pk=decision.pk)
    decision.case = case
    return decision


def _add_task(*, case: Case, kind: str, starts: date, until: date) -> None:
    Task(case=case, kind=kind, starts=starts, due=until).save(force_insert=True)


def _finish(*, decision: Decision, kind: str, on: date, by: User, outcome: str) -> None:
    tasks = Task.objects.filter(case=decision.case, kind=kind, starts=decision.decided).open()
    tasks.finish(on=on, by=by, outcome=outcome)
