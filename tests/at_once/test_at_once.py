"""Two people press the button in the same moment: one wins, the other is told why. Never an error page."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from avhopp.audit.models import Event
from avhopp.kernel import periods
from cases.actions.journal import Note, write_draft
from cases.models import Case, Decision, Investigation, JournalEntry, LegalProvision
from cases.models.case import CaseQuerySet
from cases.states import CaseEvent, CaseState
from collaboration.actions.assessments import NewAssessment, register_assessment
from collaboration.actions.consents import NewConsent, record_consent
from collaboration.models import Consent, PoliceAssessment, ReleasePackage
from placements.actions import placing
from placements.models import BudgetLine, Placement
from reports.actions import rendering, requests
from reports.models import MonthlyReport
from tests.at_once.conftest import at_once, in_thread, post, text_of


@pytest.fixture
def today():
    return timezone.localdate()


def one_wins(answers, refusal):
    """One redirect, and one page that says the sentence; nothing else."""
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    (refused,) = (answer for answer in answers if answer.status_code == 200)
    assert refusal in text_of(refused), re.findall(r"field-error[^<]*<[^>]*>([^<]+)", text_of(refused))


# Placements


def counted(stage, address, said):
    """What “Spara” posts after “Räkna”."""
    page = text_of(in_thread(lambda: stage.browser("asta").post(address, {**said, "gor": "rakna"})))
    return said | {"gor": "spara", "counted": re.search(r'name="counted" value="([^"]+)"', page)[1]}


@pytest.fixture
def to_place(stage, today):
    """A case, the address, and two stays of its person that share a night."""
    case, decision = stage.granted()
    place = {"decision": decision.pk, "place": f"ram:{stage.agreement.pk}", "rate": "3000"}
    said = place | {"outside_reason": "", "later_from": "", "later_rate": ""}
    early, late = today - timedelta(days=10), today - timedelta(days=6)
    first = said | {"planned_start": early, "start": early, "end": today + timedelta(days=20)}
    second = said | {"planned_start": late, "start": late, "end": today + timedelta(days=5)}
    address = reverse("place", args=[case.pk])
    return case, address, [counted(stage, address, each) for each in (first, second)]


def places_of(stage, case):
    return stage.act("asta", lambda _: list(Placement.objects.filter(case=case)))


def test_two_overlapping_placements_of_one_person(stage, to_place):
    case, address, said = to_place
    answers = at_once(case, *(post(stage.browser("asta"), address, **each) for each in said))
    one_wins(answers, "Personen har redan en placering")
    assert len(places_of(stage, case)) == 1


def test_the_database_alone_lets_one_of_them_win(stage, to_place, monkeypatch):
    """Without the application's lock and its own look at the other stays: the constraint says the same."""
    case, address, said = to_place
    monkeypatch.setattr(CaseQuerySet, "locked", lambda self: self)
    monkeypatch.setattr(placing, "_check_free", lambda **_: None)
    answers = at_once(case, *(post(stage.browser("asta"), address, **each) for each in said))
    one_wins(answers, "Personen är redan placerad under en del av tiden")
    assert len(places_of(stage, case)) == 1


def test_two_moves_from_one_place(stage, to_place, today):
    case, address, said = to_place
    assert in_thread(post(stage.browser("asta"), address, **said[0])).status_code == 302
    (stay,) = places_of(stage, case)
    move = reverse("placement_move", args=[case.pk, stay.pk])
    onwards = {name: said[0][name] for name in ("decision", "place", "outside_reason", "rate", "later_from")}
    onwards |= {"later_rate": "", "day": today, "end": today + timedelta(days=9)}
    onwards = counted(stage, move, onwards)
    answers = at_once(case, *(post(stage.browser("asta"), move, **onwards) for _ in range(2)))
    one_wins(answers, "Personen har redan flyttat vidare från den här placeringen.")
    assert len(places_of(stage, case)) == 2


# The case


@pytest.fixture
def provision(stage, today):
    return in_thread(lambda: LegalProvision.objects.in_force_on(today).get(code="9 kap. 4 § SoL (2025:400)"))


def test_two_decisions_in_one_case(stage, provision, today):
    case = stage.case(CaseState.DECISION)
    said = {
        "kind": "hvb", "outcome": "bifall", "start": today, "end": today + timedelta(days=60),
        "provision": provision.pk, "decided": today, "reasons": "Stort behov.", "steg": "besluta",
    }  # fmt: skip
    address = reverse("decide", args=[case.pk])
    answers = at_once(case, *(post(stage.browser(who), address, **said) for who in ("asta", "frida")))
    one_wins(answers, "Det går inte att göra ”Bevilja” när ärendet har läget ”Beviljad, ej verkställd”")
    assert stage.act("asta", lambda _: Decision.objects.filter(case=case).count()) == 1


@pytest.mark.parametrize(
    ("event", "said", "refusal"),
    [
        (CaseEvent.START_PRELIMINARY, {}, "Det går inte att göra ”Starta förhandsbedömning”"),
        (CaseEvent.APPLY, {}, "Det går inte att göra ”Inled utredning på ansökan”"),
        (
            CaseEvent.CLOSE,
            {"reason": "Flyttade.", "closing_reason": "avbrott", "outcome": "avbrutet"},
            "Det går inte att göra ”Avsluta”",
        ),
    ],
)
def test_two_steps_of_one_case(stage, today, event, said, refusal):
    case = stage.case()
    address = reverse("step", args=[case.pk, event.value])
    said = {"on": today, **said}
    answers = at_once(case, *(post(stage.browser("asta"), address, **said) for _ in range(2)))
    one_wins(answers, refusal)

    def left(_):
        told = Event.objects.about(case.pk).filter(kind=f"steg_{event.value}").count()
        return told, Investigation.objects.filter(case=case).count()

    assert stage.act("asta", left) == (1, 1 if event == CaseEvent.APPLY else 0)


def test_two_steps_that_lead_apart(stage, today):
    """Close and start at once: whichever comes second is measured against where the first one led."""
    case = stage.case()
    close = {"on": today, "reason": "Flyttade.", "closing_reason": "avbrott", "outcome": "avbrutet"}
    answers = at_once(
        case,
        post(stage.browser("asta"), reverse("step", args=[case.pk, CaseEvent.CLOSE.value]), **close),
        post(stage.browser("asta"), reverse("step", args=[case.pk, CaseEvent.APPLY.value]), on=today),
    )
    state = stage.act("asta", lambda _: Case.objects.get(pk=case.pk).state)
    statuses = [answer.status_code for answer in answers]
    assert (state, statuses) in [
        (CaseState.CLOSED, [302, 302]),  # opened, then closed
        (CaseState.CLOSED, [302, 200]),  # closed, and what is closed is not investigated
    ]


def test_a_person_gets_one_case_however_many_open_it(stage, today):
    """Also when the two contacts came in different years, and so are numbered apart."""
    closed = stage.case(received=today - timedelta(days=500))

    def close(_):
        day = today - timedelta(days=490)
        Case.objects.filter(pk=closed.pk).update(closed=day, state=CaseState.CLOSED, closing_reason="avbrott")

    stage.act("asta", close)
    address = reverse("reopen", args=[closed.pk])
    said = {"kind": "ansokan", "channel": "telefon", "source": "sjalv", "informant": "", "text": "Ringde."}
    said |= {"unit": stage.cast.beroende.pk, "handler": stage.cast.asta.pk}
    days = (today, today - timedelta(days=400))
    answers = at_once(
        closed.person, *(post(stage.browser("asta"), address, received=day, **said) for day in days)
    )
    one_wins(answers, "Personen har redan ett öppet ärende")


# The journal


@pytest.fixture
def draft(stage, today):
    case = stage.case()
    note = Note(kind="kontakt", occurred_on=today, facts="Ringde.")
    return stage.act("asta", lambda asta: write_draft(case=case, note=note, by=asta, at=timezone.now()))


def entry_address(name, entry):
    return reverse(name, args=[entry.case_id, entry.pk])


def test_a_draft_is_signed_once(stage, draft):
    sign = entry_address("journal_sign", draft)
    answers = at_once(draft.case, *(post(stage.browser("asta"), sign, ja="1") for _ in range(2)))
    one_wins(answers, "Anteckningen är signerad och låst")
    told = Event.objects.about(draft.case_id).filter(kind="journal_signerad")
    assert stage.act("asta", lambda _: told.count()) == 1


@pytest.mark.parametrize("other", ["journal_edit", "journal_sign", "journal_remove"])
def test_a_draft_that_is_removed_meanwhile(stage, draft, today, other):
    said = {"kind": "kontakt", "occurred_on": today, "facts": "Ringde igen.", "ja": "1"}
    answers = at_once(
        draft.case,
        post(stage.browser("asta"), entry_address("journal_remove", draft), ja="1"),
        post(stage.browser("asta"), entry_address(other, draft), **said),
    )
    left = stage.act("asta", lambda _: JournalEntry.objects.filter(pk=draft.pk).first())
    if left is not None:  # it was signed first, and what is signed is not removed
        assert (other, left.is_signed) == ("journal_sign", True)
        one_wins(answers, "Anteckningen är signerad och låst")
    elif sorted(answer.status_code for answer in answers) == [302, 302]:
        assert other == "journal_edit"  # changed, then removed
    else:
        one_wins(answers, "Utkastet är borttaget")


# The police


def new_assessment(stage, today, **changes):
    said = {
        "police_unit": stage.cast.lpo, "received": today, "valid_to": today + timedelta(days=90),
        "crime_degree": "hog", "threat": "hog", "protection_need": "nej",
    }  # fmt: skip
    return NewAssessment(**said | changes)


@pytest.fixture
def assessment(stage, today):
    case = stage.case()
    new = new_assessment(stage, today)
    return stage.act("siri", lambda siri: register_assessment(case=case, new=new, by=siri, at=timezone.now()))


def test_two_versions_of_an_assessment_follow_each_other(stage, assessment, today):
    address = reverse("assessment_new", args=[assessment.case_id])
    new = new_assessment(stage, today)
    said = vars(new) | {"police_unit": stage.cast.lpo.pk, "document_date": "", "preliminary": ""}
    answers = at_once(assessment.case, *(post(stage.browser("siri"), address, **said) for _ in range(2)))
    assert [answer.status_code for answer in answers] == [302, 302]

    def found(_):
        rows = PoliceAssessment.objects.filter(case=assessment.case).order_by("version")
        open_ones = ReleasePackage.objects.filter(case=assessment.case, closed_at=None)
        return [(row.version, row.replaces_id) for row in rows], [row.pk for row in rows], open_ones.count()

    versions, keys, open_ones = stage.act("siri", found)
    assert versions == [(1, None), (2, keys[0]), (3, keys[1])]
    assert open_ones == 1


def test_an_assessment_is_withdrawn_once(stage, assessment, today):
    address = reverse("assessment_withdraw", args=[assessment.case_id, assessment.pk])
    said = {"withdrawn": today, "reason": "Fel person."}
    answers = at_once(assessment.case, *(post(stage.browser("siri"), address, **said) for _ in range(2)))
    one_wins(answers, "Bedömningen är redan återkallad")


def test_a_withdrawal_and_a_new_version_meet(stage, assessment, today):
    new = new_assessment(stage, today)
    said = vars(new) | {"police_unit": stage.cast.lpo.pk, "document_date": "", "preliminary": ""}
    answers = at_once(
        assessment.case,
        post(
            stage.browser("siri"),
            reverse("assessment_withdraw", args=[assessment.case_id, assessment.pk]),
            withdrawn=today, reason="Fel person.",
        ),
        post(stage.browser("siri"), reverse("assessment_new", args=[assessment.case_id]), **said),
    )  # fmt: skip
    assert answers[1].status_code == 302
    if answers[0].status_code == 200:  # the new version came first
        assert "Det finns en senare version" in text_of(answers[0])

    def standing(_):
        rows = PoliceAssessment.objects.standing().filter(case=assessment.case)
        return [row.version for row in rows]

    assert stage.act("siri", standing) == [2]


def test_a_consent_is_withdrawn_once(stage, today):
    case = stage.case()
    new = NewConsent(stage.cast.lpo, ("insats",), "Samverkan", "muntligt", today, today + timedelta(days=90))
    consent = stage.act("siri", lambda siri: record_consent(case=case, new=new, by=siri, today=today))
    address = reverse("consent_withdraw", args=[case.pk, consent.pk])
    said = {"withdrawn": today, "how": "Muntligt."}
    answers = at_once(case, *(post(stage.browser(who), address, **said) for who in ("siri", "asta")))
    one_wins(answers, "Samtycket är redan återkallat")
    assert stage.act("siri", lambda _: Consent.objects.get(pk=consent.pk).withdrawn) == today


# The operation


@pytest.fixture
def report(stage, today):
    """Last month's report, counted and rendered."""
    before = periods.add_months(today.replace(day=1), -1)
    home = stage.cast.municipality
    month = periods.month(before.year, before.month)
    stage.act(
        "siri",
        lambda siri: requests.request_report(
            municipality=home, month=month, by=siri, today=today, at=timezone.now()
        ),
    )

    def finished(counter):
        claimed = rendering.claim(municipality=home, by=counter)
        claimed = rendering.freeze_figures(report=claimed, by=counter)
        return rendering.finish(report=claimed, public_sha256="a" * 64, annex_sha256="b" * 64, by=counter)

    return stage.act("raknare", finished)


def test_a_report_is_approved_once(stage, report):
    address = reverse("report_approve", args=[report.pk])
    answers = at_once(report, *(post(stage.browser(who), address) for who in ("bo", "bea")))
    one_wins(answers, "Rapporten kan godkännas när båda filerna är klara")
    told = Event.objects.filter(object_id=report.pk, kind="rapport_godkand")
    assert stage.act("bo", lambda _: told.count()) == 1
    correct = reverse("report_correct", args=[report.pk])
    answers = at_once(
        report, *(post(stage.browser(who), correct, reason="Ett pris var fel.") for who in ("bo", "siri"))
    )
    one_wins(answers, "Rapporten har redan en rättad version")
    assert stage.act("bo", lambda _: MonthlyReport.objects.count()) == 2


def test_two_budget_lines_come_one_after_the_other(stage, today):
    said = {"year": today.year, "kind": "ram", "amount": "1000", "decided": today, "decision_ref": "KF § 7"}
    address = reverse("budget_line_new")
    answers = at_once(
        stage.cast.municipality, *(post(stage.browser(who), address, **said) for who in ("eskil", "bo"))
    )
    assert [answer.status_code for answer in answers] == [302, 302]
    lines = stage.act("eskil", lambda _: sorted(BudgetLine.objects.values_list("position", flat=True)))
    assert lines == [0, 1]
