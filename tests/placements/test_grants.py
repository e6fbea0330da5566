"""Money from the police: programme and conditions, completions, final account, repayment, reminders, file."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.audit.models import ReadEntry
from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused
from cases.models import Task
from cases.panels import concerns_for, due_everywhere
from placements.actions import applications as actions
from placements.actions.applications import GrantTerms
from placements.actions.programmes import ProgrammeFacts, add_programme, change_programme
from placements.criteria import LABELS, criteria_of
from placements.models import GrantApplication, GrantRequest
from placements.proposing import proposed_amount
from placements.waiting import waiting_for
from tests.markup import said
from tests.placements.test_comparing import stays
from tests.placements.words import errors


@pytest.fixture
def facts(today) -> ProgrammeFacts:
    return ProgrammeFacts(
        name="Avhoppare", giver="Polismyndigheten", start=today - timedelta(days=100), end=None,
        share=Decimal("0.5"), apply_by=today + timedelta(days=20), criteria=("beslut", "regional_kontakt"),
    )  # fmt: skip


@pytest.fixture
def programme(cast, facts, today):
    with acting(cast.siri):
        return add_programme(facts=facts, by=cast.siri, today=today)


@pytest.fixture
def draft(cast, old_case, programme, placed, decision, today):
    placed(decision, days_ago=100)
    terms = GrantTerms(programme, today - timedelta(days=100), today)
    with acting(cast.siri):
        return actions.draft_application(
            case=old_case, applied=Decimal(150_000), terms=terms, by=cast.siri, today=today
        )  # fmt: skip


@pytest.fixture
def contacted(cast, old_case, today) -> None:
    with acting(cast.asta):
        Task.objects.filter(case=old_case, kind=Task.Kind.CONTACT_POLICE).finish(
            on=today, by=cast.asta, outcome="Talade med samordnaren"
        )


@pytest.fixture
def sent(cast, draft, contacted, today):
    with acting(cast.siri):
        return actions.send_application(application=draft, sent=today, by=cast.siri, today=today)


@pytest.fixture
def paid(cast, sent, today):
    on = {"by": cast.siri, "today": today}
    with acting(cast.siri):
        answered = actions.record_answer(application=sent, decided=today, granted=Decimal(100_000), **on)
        return actions.record_payment(application=answered, paid=Decimal(90_000), on=today, **on)


def page(name, row):
    return reverse(name, args=[row.case_id, row.pk])


@given(stays(), st.integers(-50, 200), st.integers(1, 300), st.decimals("0.0001", 1, places=4))
def test_the_proposal_is_the_share_of_the_cost_to_the_ore(stay, first, length, share):
    start = stay.start + timedelta(days=first)
    period = Period(start, start + timedelta(days=length))
    whole, part = (proposed_amount([stay], period, one) for one in (Decimal(1), share))
    assert 0 <= part <= whole
    assert abs(part - whole * share) <= Decimal("0.005")


def test_an_empty_amount_is_the_programmes_share_of_the_cost(
    as_, cast, old_case, programme, placed, decision, today
):
    placed(decision, days_ago=100)
    said = {
        "programme": str(programme.pk), "period_from": (today - timedelta(days=10)).isoformat(),
        "period_to": today.isoformat(), "applied": "",
    }  # fmt: skip
    address = reverse("application_new", args=[old_case.pk])
    assert as_("siri").post(address, said).status_code == 302
    with acting(cast.siri):
        assert GrantApplication.objects.get().applied == Decimal(15_000)
    assert "Ange ett belopp" in errors(as_("siri").post(address, said | {"programme": ""}))


def test_what_the_case_says_ticks_the_conditions(as_, cast, old_case, draft, today):
    with acting(cast.siri):
        old_case.chose_to_leave = True
        found = {one.key: one.met for one in criteria_of(old_case, LABELS, cast.siri, today)}
    assert found == {
        "valt_att_lamna": True, "organiserad_brottslighet": False, "behov_av_stod": False,
        "bedomning": False, "beslut": True, "samtycke": False, "regional_kontakt": False,
    }  # fmt: skip
    shown = as_("siri").get(page("application", draft))
    assert [one.label for one in shown.context["missing"]] == ["Polisens samordnare är kontaktad"]
    hidden = as_("eskil").get(page("application", draft)).context["criteria"]
    assert {one.key: one.met for one in hidden} == {"beslut": True, "regional_kontakt": None}


def test_it_is_not_sent_until_every_condition_holds(as_, draft, today):
    response = as_("siri").post(page("application_send", draft), {"sent": today.isoformat()})
    assert "Det saknas: Polisens samordnare är kontaktad." in errors(response)
    response = as_("eskil").post(page("application_send", draft), {"sent": today.isoformat()})
    assert "Be samordnaren" in errors(response)


def test_it_is_sent_when_they_do_and_not_after_the_last_day(cast, draft, contacted, facts, programme, today):
    with acting(cast.siri):
        late = replace(facts, apply_by=today - timedelta(days=1))
        change_programme(programme=programme, facts=late, by=cast.siri, today=today)
        draft.refresh_from_db()
        with pytest.raises(Refused) as refused:
            actions.send_application(application=draft, sent=today, by=cast.siri, today=today)
        assert refused.value.code == "too_late"
        change_programme(programme=programme, facts=facts, by=cast.siri, today=today)
        draft.refresh_from_db()
        actions.send_application(application=draft, sent=today, by=cast.siri, today=today)


def test_the_rules_that_something_was_sent_by_are_kept(cast, sent, programme, facts, today):
    with acting(cast.siri):
        change_programme(programme=programme, facts=replace(facts, rules="Nytt"), by=cast.siri, today=today)
        with pytest.raises(Refused) as refused:
            change_programme(
                programme=programme, facts=replace(facts, share=Decimal(1)), by=cast.siri, today=today
            )  # fmt: skip
    assert refused.value.code == "programme_in_use"


def test_a_completion_is_waited_for_and_answered(as_, cast, sent, today):
    client, due = as_("siri"), today + timedelta(days=5)
    said = {"asked": today.isoformat(), "due": due.isoformat(), "what": "Offert"}
    assert client.post(page("application_request", sent), said).status_code == 302
    assert "inte är besvarad" in errors(client.post(page("application_request", sent), said))
    row = client.get(reverse("applications")).context["rows"][0]
    assert row[1].text == f"Vår komplettering senast {due.isoformat()}"
    with acting(cast.siri):
        labels = [one.label for one in due_everywhere(cast.siri, today)]
        asked = GrantRequest.objects.get()
    assert "Besvara polisens begäran om komplettering" in labels
    answered = {"answered": today.isoformat()}
    assert client.post(page("application_completed", asked), answered).status_code == 302
    assert "redan besvarad" in errors(client.post(page("application_completed", asked), answered))
    row = client.get(reverse("applications")).context["rows"][0]
    assert row[1].text == "Polismyndighetens svar"


def test_a_dismissed_application_waits_for_nothing(as_, cast, sent, today):
    said = {"on": today.isoformat(), "reason": "Återkallad"}
    assert as_("siri").post(page("application_dismiss", sent), said).status_code == 302
    with acting(cast.siri):
        row = GrantApplication.objects.get()
    assert (row.status, row.granted, waiting_for(row, today)) == ("avskriven", Decimal(0), None)
    sums = as_("siri").get(reverse("applications")).context["sums"]
    assert (sums.pending, sums.granted) == (0, Decimal(0))


def test_what_was_not_used_is_paid_back(as_, cast, paid, today):
    client, on = as_("siri"), today.isoformat()
    assert "högre än det utbetalda" in errors(
        client.post(page("application_account", paid), {"on": on, "used": "90 001"})
    )
    client.post(page("application_account", paid), {"on": on, "used": "70 000"})
    shown = client.get(page("application", paid))
    assert (shown.context["waits"].text, shown.context["application"].left_to_repay) == (
        "Återbetalning",
        20_000,
    )
    assert "inte förbrukades" in errors(
        client.post(page("application_repay", paid), {"on": on, "repaid": "20 001"})
    )
    client.post(page("application_repay", paid), {"on": on, "repaid": "5 000"})
    client.post(page("application_repay", paid), {"on": on, "repaid": "20 000"})
    with acting(cast.siri):
        row = GrantApplication.objects.get()
    assert (row.status, row.left_to_repay, waiting_for(row, today)) == ("aterbetald", 0, None)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"used": Decimal(90_001)}, "used_at_most_paid"),
        ({"used": Decimal(80_000), "repaid": Decimal(10_001)}, "repaid_at_most_what_is_left"),
        ({"repaid": Decimal(1)}, "repaid_at_most_what_is_left"),
        ({"used": Decimal(1), "repaid": Decimal(-1)}, "repaid_at_most_what_is_left"),
    ],
)
def test_the_database_holds_the_amounts(cast, paid, today, changes, rule):
    changes |= {"repaid_on": today} if "repaid" in changes else {}
    with acting(cast.siri), pytest.raises(DatabaseError, match=rule), transaction.atomic():
        GrantApplication.objects.filter(pk=paid.pk).update(**changes)


def test_a_draft_is_reminded_of_a_month_after_the_decision(cast, draft, decision, today):
    label = "Skicka ansökan om statliga medel"
    for days, due in ((30, today), (40, today - timedelta(days=10))):
        cast.revise(decision, decided=today - timedelta(days=days))
        with acting(cast.siri):
            assert {one.label: one.due for one in due_everywhere(cast.siri, today)}[label] == due


def test_the_days_of_draft_answer_and_programme_are_reminded_of(cast, draft, decision, programme, today):
    cast.revise(decision, decided=today - timedelta(days=29))
    with acting(cast.siri):
        due = {one.label: one.due for one in due_everywhere(cast.siri, today)}
        assert due["Skicka ansökan om statliga medel"] == programme.apply_by
        told = {one.label: one.due for one in concerns_for(cast.siri, today)}
        assert told == {"Sista ansökningsdag: Avhoppare": programme.apply_by}


def test_an_agreement_that_ends_is_an_alert_half_a_year_before(as_, cast, places, today):
    client = as_("siri")
    for days, tones in ((181, []), (180, ["info"]), (90, ["warning"]), (30, ["danger"]), (0, ["danger"])):
        end = (today + timedelta(days=days)).isoformat()
        client.post(reverse("agreement_end", args=[places.agreement.pk]), {"end": end, "reason": "x"})
        with acting(cast.siri):
            found = concerns_for(cast.siri, today)
        assert [one.tone for one in found] == tones
        assert ("Ramavtalet med Granen går ut" in client.get(reverse("due_work")).content.decode()) == bool(
            tones
        )
    with acting(cast.asta):
        assert concerns_for(cast.asta, today) == []


def test_the_filled_form_is_a_pdf_of_what_the_reader_may_see(as_, cast, old_case, sent):
    """The person's name and number are for those who see the person: not for finance."""
    with acting(cast.asta):
        person = old_case.person
        person.name, person.identity, person.birth_year = "Påhittad Prövare", "199001012385", 1990
        person.save()
    forms = {}
    for handle in ("siri", "eskil"):
        response = as_(handle).get(page("application_file", sent))
        assert response["Content-Type"] == "application/pdf"
        forms[handle] = said(response)
        assert old_case.case_no in forms[handle]
    assert "Påhittad Prövare" in forms["siri"]
    assert "19900101-2385" in forms["siri"]
    assert "Prövare" not in forms["eskil"]
    assert "2385" not in forms["eskil"]
    with acting(cast.lova):
        assert ReadEntry.objects.filter(object_id=sent.pk, source="utskrift").count() == 2


def test_the_list_goes_to_excel(as_, sent):
    response = as_("eskil").get(reverse("applications_excel"), {"lage": "inskickad"})
    assert response.content.startswith(b"PK")
