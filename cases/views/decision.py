"""Decisions: prepare, decide within the delegation, notify, carry out."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from avhopp.access.decorators import READ_WRITE, access
from avhopp.access.policy import may
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can, Role
from avhopp.accounts.models import User
from avhopp.kernel.money import format_kr
from cases.actions.decision import (
    check_terms,
    delegation_on,
    enforce_decision,
    notify_party,
    prepare_decision,
)
from cases.actions.decision import (
    decide as make_decision,
)
from cases.foresight import foreseen
from cases.forms.decision import DayForm, DecisionForm, terms_of
from cases.models import Case, Decision, DecisionProposal, LegalProvision
from cases.rules import Rule
from cases.states import CaseState, MeasureKind
from cases.views.pages import belongs, form_page, refusals_in, today


@access(Case, Can.SEE_DECISION)
def decisions(request: UserRequest, case: Case) -> HttpResponse:
    """Every decision of the case, and a proposal that waits."""
    user = request.user
    context = {
        "case": case,
        "decisions": list(Decision.objects.visible_to(user).filter(case=case).with_names()),
        "proposal": waiting(case, user),
        "can_decide": may(user, Can.DECIDE, case) and case.state == CaseState.DECISION,
        "can_enforce": may(user, Can.WRITE_PLACEMENT, case),
        "can_notify": may(user, Can.DECIDE, case),
    }
    return render(request, "cases/decisions.html", context)


def waiting(case: Case, user: User) -> DecisionProposal | None:
    found = DecisionProposal.objects.visible_to(user).filter(case=case).waiting()
    return found.select_related("prepared_by", "provision").first()


@access(Case, Can.DECIDE, READ_WRITE)
def decide(request: UserRequest, case: Case) -> HttpResponse:
    """Fill in, look it through, decide; or leave it as a proposal to somebody who may."""
    if case.state != CaseState.DECISION:
        messages.warning(request, "Ärendet är inte framme vid beslut. Ta nästa steg i ärendet först.")
        return redirect("case", case.pk)
    proposal = waiting(case, request.user)
    provisions = LegalProvision.objects.in_force_since(case.received)
    initial = terms_of(proposal) if proposal else {}
    form = DecisionForm(
        request.POST or None,
        today=today(),
        provisions=provisions,
        initial=initial,
        registers=may(request.user, Can.RECORD_MINUTES, case),
    )
    ground = ""
    if form.is_valid():
        with refusals_in(form):
            done, ground = settle(request, case, form)
            if done:
                return done
    context = {
        "case": case,
        "form": form,
        "proposal": proposal,
        "ground": ground,
        "summary": summary(form) if ground else [],
        "foreseen": foreseen(case, form.terms, request, today()) if ground else [],
        "order": delegation_table(case),
    }
    return render(request, "cases/decide.html", context)


def settle(request: UserRequest, case: Case, form: DecisionForm) -> tuple[HttpResponse | None, str]:
    """What the pressed button asks for: where to go when it is done, what the decision rests on when it is to
    be looked through, or neither when it is to be changed.

    Raises Refused: what stops the decision.
    """
    by, day, decided = request.user, today(), form.cleaned_data["decided"]
    step = request.POST.get("steg", "")
    if step == "forslag":
        prepare_decision(case=case, terms=form.terms, by=by, today=day)
        messages.success(request, "Förslaget är sparat och väntar på den som får besluta.")
        return redirect("decisions", case.pk), ""
    if step == "besluta":
        made = make_decision(case=case, terms=form.terms, decided=decided, by=by, today=day)
        messages.success(request, "Beslutet är fattat. Nästa steg är att underrätta personen.")
        return redirect("decision", case.pk, made.pk), ""
    if step == "granska":
        rule = check_terms(case=case, terms=form.terms, decided=decided, by=by, today=day)
        return None, ground_of(rule, form)
    return None, ""


def ground_of(rule: Rule | None, form: DecisionForm) -> str:
    """What lets the decision be made: a point of the delegation order, or minutes of those who made it."""
    if rule is None:
        body = Decision.Body(form.terms.body).label
        return f"Du registrerar ett beslut av: {body}, {form.terms.minutes}."
    return f"Du beslutar enligt punkt {rule.point} i delegationsordningen: {rule.in_words}."


def summary(form: DecisionForm) -> list[tuple[str, object]]:
    """What is about to be decided, in words."""
    terms = form.terms
    shown: list[tuple[str, object]] = [
        ("Insats", MeasureKind(terms.kind).label),
        ("Utgång", Decision.Outcome(terms.outcome).label),
    ]
    if terms.outcome != Decision.Outcome.REJECTED:
        shown += [
            (
                "Period",
                f"{terms.start} till {terms.end}" if terms.end else f"från {terms.start}, tills vidare",
            ),
            ("Plats", "Får vara utanför ramavtal" if terms.outside_framework else "Inom ramavtal"),
        ]
        if terms.max_rate is not None:
            shown.append(("Högsta dygnskostnad", f"{format_kr(terms.max_rate)} per dygn"))
    return [
        *shown,
        ("Lagrum", str(terms.provision)),
        ("Beslutsdag", form.cleaned_data["decided"].isoformat()),
        ("Skäl", terms.reasons),
    ]


def delegation_table(case: Case) -> list[tuple[str, list[str]]]:
    """The delegation order of today: who may decide what, kinds of measure alike together."""
    lines: dict[str, list[str]] = {}
    for rule in sorted(
        delegation_on(municipality_id=case.municipality_id, day=today()), key=lambda rule: rule.point
    ):
        reach = f"{Role(rule.role).label}: {rule.in_words}"
        lines.setdefault(MeasureKind(rule.kind).label, []).append(reach)
    alike: dict[tuple[str, ...], list[str]] = {}
    for kind, said in lines.items():
        alike.setdefault(tuple(said), []).append(kind)
    return [(", ".join(kinds), list(said)) for said, kinds in alike.items()]


@access(Decision, Can.SEE_DECISION)
def decision(request: UserRequest, decision: Decision, case_id: UUID) -> HttpResponse:
    """One decision, what it rests on and what happened to it."""
    belongs(decision, case_id)
    user = request.user
    decision = Decision.objects.visible_to(user).with_names().get(pk=decision.pk)
    context = {
        "case": decision.case,
        "decision": decision,
        "reach": Rule.of(decision.delegation).in_words if decision.delegation else "",
        "can_read_reasons": may(user, Can.SEE_REASONS, decision),
        "today": today(),
        "can_enforce": may(user, Can.WRITE_PLACEMENT, decision.case)
        and decision.is_granted
        and not decision.enforced,
        "can_notify": may(user, Can.DECIDE, decision.case) and not decision.notified,
        "sees_money": may(user, Can.SEE_MONEY, decision.case),
    }
    return render(request, "cases/decision.html", context)


@access(Decision, Can.DECIDE, READ_WRITE)
def decision_notify(request: UserRequest, decision: Decision, case_id: UUID) -> HttpResponse:
    """The party got the decision and how to appeal."""
    belongs(decision, case_id)
    label = "Dag då personen fick beslutet"
    form = DayForm(request.POST or None, label=label, today=today(), earliest=decision.decided)
    if form.is_valid():
        with refusals_in(form):
            notify_party(decision=decision, on=form.cleaned_data["on"], by=request.user, today=today())
            messages.success(request, "Registrerat. Tiden att överklaga räknas från den dagen.")
            return redirect("decision", case_id, decision.pk)
    return form_page(
        request,
        decision.case,
        form,
        heading="Personen har fått beslutet",
        submit="Registrera",
        back=reverse("decision", args=[case_id, decision.pk]),
        lead="Beslutet ska lämnas tillsammans med upplysning om hur det överklagas (33 § förvaltningslagen). "
        "Personen har tre veckor på sig.",
    )


@access(Decision, Can.WRITE_PLACEMENT, READ_WRITE)
def decision_enforce(request: UserRequest, decision: Decision, case_id: UUID) -> HttpResponse:
    """The measure has started."""
    belongs(decision, case_id)
    label = "Dag då insatsen började"
    form = DayForm(request.POST or None, label=label, today=today(), earliest=decision.decided)
    if form.is_valid():
        with refusals_in(form):
            enforce_decision(decision=decision, on=form.cleaned_data["on"], by=request.user, today=today())
            messages.success(request, "Beslutet är verkställt. Genomförandeplan och uppföljning är inlagda.")
            return redirect("decision", case_id, decision.pk)
    return form_page(
        request,
        decision.case,
        form,
        heading="Beslutet är verkställt",
        submit="Registrera verkställighet",
        back=reverse("decision", args=[case_id, decision.pk]),
        lead="Insatsen har börjat på riktigt.",
    )
