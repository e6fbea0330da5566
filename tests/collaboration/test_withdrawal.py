"""The police take their assessment back: nothing holds in its place, and they see how it was registered."""

from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.audit.models import Event
from avhopp.kernel.refusal import Refused
from avhopp.kernel.workdays import add_workdays
from cases.followers import Step, follow
from cases.models import Case, Decision
from cases.panels import due_in
from collaboration.actions.assessments import Reading, Withdrawal, confirm_reading, withdraw_assessment
from collaboration.facts import facts_for, possible_categories
from collaboration.models import AssessmentUse, LegalBasis, PoliceAssessment, ReleasePackage
from collaboration.portal.seal import checksum
from reports.dashboard import list_counts

LOWER = "ingen_eller_forhojd"
REASON = "Uppgifterna gällde en annan person."


@pytest.fixture
def take_back(cast, today):
    """`take_back(assessment)` registers the withdrawal, as Siri does it."""

    def taken(assessment, by=cast.siri, **changes):
        said = {"withdrawn": today, "reason": REASON} | changes
        with acting(by):
            return withdraw_assessment(
                assessment=assessment, withdrawal=Withdrawal(**said), by=by, at=timezone.now()
            )

    return taken


def address(assessment):
    return reverse("assessment_withdraw", args=[assessment.case_id, assessment.pk])


def acknowledgements(cast):
    with acting(cast.siri):
        return list(ReleasePackage.objects.filter(kind="kvittens").order_by("released_at"))


def test_the_withdrawal_is_registered_with_who_when_and_why(as_, cast, case, assess, today):
    found = assess()
    typed = {
        "withdrawn": today, "document_date": today, "registry_no": "A9/2026", "reason": f" {REASON} ",
    }  # fmt: skip
    answer = as_("siri").post(address(found), typed)
    assert answer.status_code == 302
    with acting(cast.siri):
        found.refresh_from_db()
        event = Event.objects.get(kind="bedomning_aterkallad")
    assert (found.withdrawn, found.withdrawn_by_id, found.withdrawal_reason) == (today, cast.siri.pk, REASON)
    assert (found.withdrawal_registry_no, found.withdrawal_document_date) == ("A9/2026", today)
    assert timezone.localdate(found.withdrawn_at) == today
    assert (event.case_id, event.reason, event.requires) == (case.pk, REASON, "see_assessment")
    assert event.text == "LPO Prov återkallade sin bedömning, version 1."
    assert not found.is_valid_on(today)


def test_the_police_see_the_withdrawal_as_it_was_registered_in_place_of_the_assessment(
    cast, assess, take_back, today
):
    take_back(assess(), registry_no="A9/2026", document_date=today)
    before, after = acknowledgements(cast)
    assert before.closed_because == "ersatt"
    assert after.closed_at is None
    assert after.recipient_id == cast.lpo.pk
    assert after.content["withdrawal"] == {
        "withdrawn": today.isoformat(),
        "registry_no": "A9/2026",
        "document_date": today.isoformat(),
        "reason": REASON,
    }
    assert after.content["assessment"] == before.content["assessment"]
    assert after.content_sha256 == checksum(after.content)


def test_the_page_that_the_police_read_says_withdrawn_first(as_, cast, case, assess, take_back, today):
    """The portal and the coordinator's page of the package show the same blocks."""
    take_back(assess(), registry_no="A9/2026")
    package = acknowledgements(cast)[-1]
    page = as_("siri").get(reverse("release", args=[case.pk, package.pk])).content.decode()
    withdrawn = page.index("Er återkallelse, registrerad så här")
    assessed = page.index("Er bedömning, registrerad så här")
    assert withdrawn < assessed
    assert "gäller inte längre" in page
    assert REASON in page


def test_without_a_ground_the_police_do_not_go_on_seeing_what_no_longer_holds(cast, assess, take_back):
    found = assess()
    with acting(cast.inlasare):
        LegalBasis.objects.update(is_active=False)
    take_back(found)
    (only,) = acknowledgements(cast)
    assert only.closed_because == "aterkallad"


def test_the_version_before_does_not_come_back(cast, case, assess, take_back, today):
    assess()
    take_back(assess(crime_degree="medel"))
    with acting(cast.siri):
        assert not PoliceAssessment.objects.standing().exists()
        facts = facts_for(case=case, recipient=cast.lpo, contact=cast.siri, today=today)
        possible = possible_categories(case=case, contact=cast.siri, today=today)
    assert facts.assessment is None
    assert "hotbild" not in possible


@pytest.fixture
def decide(cast, case, today):
    """`decide()`: a decision on a place, which remembers the assessment that it relied on."""

    def decided():
        decision = Decision(case=case, kind="hvb", decided=today)
        with acting(cast.asta):
            decision.save(force_insert=True)
            follow(Step.DECIDED, case=case, thing=decision, by=cast.asta)
        return decision

    return decided


def test_decisions_keep_what_they_relied_on_and_later_ones_rely_on_nothing(
    as_, cast, assess, take_back, decide
):
    found = assess()
    earlier = decide()
    assert "Bedömningen är underlag för" in as_("siri").get(address(found)).content.decode()
    take_back(found)
    decide()
    with acting(cast.siri):
        uses = list(AssessmentUse.objects.values_list("assessment_id", "decision_id"))
    assert uses == [(found.pk, earlier.pk)]


def test_an_open_release_with_the_assessment_is_named_before_the_withdrawal(
    as_, cast, case, assess, give, own_activity
):
    found = assess()
    carrying = give(categories=("hotbild", "insats"))
    other = give(categories=("insats",))
    page = as_("siri").get(address(found)).content.decode()
    assert carrying.reference in page
    assert other.reference not in page


# What it leads to


def due(user, case, today):
    with acting(user):
        return {item.label: item.due for item in due_in([case.pk], user, today)}


ASK = "Polisens bedömning är återkallad: be om en ny"


def test_what_is_due_is_a_new_assessment_and_nothing_else_about_the_old(
    cast, case, assess, take_back, decide, today
):
    decide()
    assess(received=today - timedelta(days=9), valid_to=today + timedelta(days=3))
    waiting = assess(threat=LOWER, valid_to=today + timedelta(days=3))
    before = due(cast.siri, case, today)
    assert {"Andra läsning av polisens bedömning", "Polisens bedömning går ut: be om en ny"} <= set(before)
    take_back(waiting)
    after = due(cast.siri, case, today)
    assert after[ASK] == add_workdays(today, 1)
    assert [label for label in after if "bedömning" in label] == [ASK]
    assess()
    assert ASK not in due(cast.siri, case, today)


def test_those_who_do_not_see_assessments_are_told_nothing(cast, case, assess, take_back, decide, today):
    decide()
    take_back(assess())
    assert ASK in due(cast.asta, case, today)
    for handle in ("eskil", "cleo", "eva"):
        assert ASK not in due(cast.people[handle], case, today)


def test_the_dashboard_counts_it_where_its_list_shows_it(as_, cast, assess, take_back, today):
    found = assess(received=today - timedelta(days=9), valid_to=today + timedelta(days=3))

    def counted():
        with acting(cast.siri):
            counts = list_counts(cast.siri, today)
        return {name: counts[name] for name in ("expiring", "expired", "taken_back")}

    assert counted() == {"expiring": 1, "expired": 0, "taken_back": 0}
    assert "Återkallade bedömningar" not in as_("siri").get(reverse("dashboard")).content.decode()
    take_back(found)
    assert counted() == {"expiring": 0, "expired": 0, "taken_back": 1}
    assert "Återkallade bedömningar" in as_("siri").get(reverse("dashboard")).content.decode()
    for chosen, shown in {"utgar": 0, "utgangna": 0, "vantar": 0, "aterkallade": 1, "alla": 1}.items():
        answer = as_("siri").get(reverse("assessments"), {"visa": chosen})
        assert len(answer.context["rows"]) == shown, chosen
    answer = as_("siri").get(reverse("assessments"), {"visa": "aterkallade"}).content.decode()
    assert "Återkallad" in answer
    assert "Går ut snart" not in answer


def test_the_case_says_withdrawn_and_never_a_lower_level(as_, case, assess, take_back, today):
    assess()
    take_back(assess(threat=LOWER), registry_no="A9/2026")
    panel = as_("asta").get(reverse("case", args=[case.pk])).content.decode()
    assert "Hotbild: återkallad" in panel
    assert "Räkna inte med att hotet är lägre" in panel
    assert REASON in panel
    assert "återkallade sin bedömning, version 2" in panel  # the timeline
    assert "Väntar på andra läsning" not in panel
    pages = as_("siri").get(reverse("case_assessments", args=[case.pk])).content.decode()
    assert "A9/2026" in pages
    assert "Gjordes inte" in pages  # the second reading
    assert "Polisen återkallar bedömningen" not in pages  # once is enough
    assert "Registrera ny bedömning" in as_("siri").get(reverse("case", args=[case.pk])).content.decode()


# What is refused


@pytest.mark.parametrize(
    ("typed_in", "said"),
    [
        ({"withdrawn": 1}, "Datumet kan inte ligga efter i dag"),
        ({"withdrawn": -10}, "Ange den dagen eller en senare"),
        ({"document_date": 1}, "Handlingen kan inte vara daterad efter"),
        ({"reason": "  "}, "måste fyllas i"),
    ],
)
def test_impossible_withdrawals_are_refused_and_nothing_typed_is_lost(
    as_, cast, assess, today, typed_in, said
):
    found = assess()
    typed = {"withdrawn": today, "document_date": "", "registry_no": "A9/2026", "reason": REASON}
    typed |= {key: today + timedelta(days=value) if isinstance(value, int) else value
              for key, value in typed_in.items()}  # fmt: skip
    answer = as_("siri").post(address(found), typed).content.decode()
    assert said in answer
    assert "A9/2026" in answer
    with acting(cast.siri):
        assert not PoliceAssessment.objects.taken_back().exists()
        assert ReleasePackage.objects.get().closed_at is None


def test_only_the_newest_version_is_withdrawn_and_only_once(cast, assess, take_back):
    older, newest = assess(), assess(crime_degree="medel")
    for found, code in ((older, "replaced"), (newest, None), (newest, "already_withdrawn")):
        if code is None:
            take_back(found)
            continue
        with pytest.raises(Refused) as refused:
            take_back(found)
        assert refused.value.code == code


def test_a_withdrawn_version_waits_for_no_reader(cast, assess, take_back):
    assess()
    lowered = assess(threat=LOWER)
    take_back(lowered)
    reading = Reading(lowered.crime_degree, lowered.threat, lowered.protection_need)
    with acting(cast.asta), pytest.raises(Refused) as refused:
        confirm_reading(assessment=lowered, read=reading, by=cast.asta, at=timezone.now())
    assert refused.value.code == "not_waiting"


def test_withdrawing_in_between_is_no_way_around_the_reader(cast, assess, take_back):
    assess()
    take_back(assess(threat=LOWER))
    assert assess(threat=LOWER).waits


def test_after_the_case_was_closed_nothing_is_withdrawn_and_before_it_nothing_is_shown(
    cast, case, assess, take_back, today
):
    found = assess(received=today - timedelta(days=5))
    with acting(cast.asta):
        Case.objects.filter(pk=case.pk).update(
            received=today - timedelta(days=9), closed=today - timedelta(days=2), state="avslutad",
            closing_reason="avbrott",
        )  # fmt: skip
    with pytest.raises(Refused) as refused:
        take_back(found)
    assert refused.value.code == "case_closed"
    packages = len(acknowledgements(cast))
    assert take_back(found, withdrawn=today - timedelta(days=3)).withdrawn == today - timedelta(days=3)
    assert len(acknowledgements(cast)) == packages


@pytest.mark.parametrize(
    ("handle", "status"),
    [("siri", 200), ("asta", 403), ("bo", 403), ("frida", 403), ("eskil", 404), ("cleo", 404), ("eva", 404),
     ("nils", 404), ("lova", 404)],
)  # fmt: skip
def test_only_who_registers_withdraws(as_, cast, assess, today, handle, status):
    found = assess()
    assert as_(handle).get(address(found)).status_code == status
    posted = as_(handle).post(address(found), {"withdrawn": today, "reason": REASON})
    assert posted.status_code == (302 if status == 200 else status)
    with acting(cast.siri):
        assert PoliceAssessment.objects.taken_back().exists() == (status == 200)


def test_it_is_not_found_under_another_case(as_, assess):
    found = assess()
    assert as_("siri").get(reverse("assessment_withdraw", args=[found.pk, found.pk])).status_code == 404


# The database alone


def change(user, assessment, **fields):
    """Write the fields past the action; give the number of rows that `user` could reach."""
    with acting(user), transaction.atomic():
        rows = PoliceAssessment.objects.filter(pk=assessment.pk)
        for row in rows:
            for name, value in fields.items():
                setattr(row, name, value)
            row.save(update_fields=list(fields))
        return len(rows)


def written_by(user, day):
    return {
        "withdrawn": day, "withdrawn_by": user, "withdrawn_at": timezone.now(), "withdrawal_reason": REASON,
    }  # fmt: skip


def test_the_database_lets_only_who_registers_withdraw_in_the_own_name(cast, assess, today):
    assess()
    found = assess(threat=LOWER)
    whole = written_by(cast.siri, today)
    with pytest.raises(Error, match="in the own name"):
        change(cast.siri, found, **whole | {"withdrawn_by": cast.bo})
    with pytest.raises(Error, match=r"in the own name|row-level security"):
        change(cast.asta, found, **written_by(cast.asta, today))
    signed = {"second_reader": cast.asta, "second_read_at": timezone.now()}
    assert change(cast.asta, found, **signed) == 1
    with pytest.raises(Error, match="in the own name"):  # nor as the second reader, whose row it now is
        change(cast.asta, found, **written_by(cast.asta, today))
    assert change(cast.cleo, found, **written_by(cast.cleo, today)) == 0
    assert change(cast.siri, found, **whole) == 1


def test_the_database_closes_what_is_withdrawn(cast, assess, take_back, today):
    assess()
    found = take_back(assess(threat=LOWER))
    nothing = {
        "withdrawn": None, "withdrawn_by": None, "withdrawn_at": None, "withdrawal_reason": "",
    }  # fmt: skip
    for fields in (
        nothing,
        {"withdrawal_reason": "Annat"},
        {"second_reader": cast.siri, "second_read_at": timezone.now()},
    ):
        with pytest.raises(Error, match="withdrawn assessment is closed"):
            change(cast.siri, found, **fields)


@pytest.mark.parametrize("missing", ["withdrawn_by", "withdrawn_at", "withdrawal_reason", "withdrawn"])
def test_the_database_wants_the_whole_of_a_withdrawal(cast, assess, today, missing):
    found = assess()
    halves = written_by(cast.siri, today) | {missing: "" if missing == "withdrawal_reason" else None}
    with pytest.raises(Error, match=r"withdrawn_by_somebody_for_a_reason|in the own name"):
        change(cast.siri, found, **halves)


# Whatever the order


steps = st.lists(st.sampled_from(["hog", LOWER, "ej_bedomd", "withdraw", "read"]), max_size=7)


@pytest.fixture
def undone():
    """Everything done inside the block is undone at its end, so that each example begins anew."""

    class Undone(transaction.Atomic):
        def __exit__(self, *error):
            transaction.set_rollback(True)
            return super().__exit__(*error)

    return lambda: Undone(using=None, savepoint=True, durable=False)


def test_in_any_order_what_holds_is_the_newest_version_unless_it_was_withdrawn(
    cast, case, assess, take_back, today, undone
):
    @settings(max_examples=12)
    @given(steps)
    def check(taken):
        with undone():
            play(taken)

    def play(taken):
        newest, threat, unread, withdrawn = None, None, False, False
        for step in taken:
            if step == "withdraw":
                if newest is not None and not withdrawn:
                    newest, withdrawn = take_back(newest), True
            elif step == "read":
                if unread and not withdrawn:
                    read = Reading(newest.crime_degree, newest.threat, newest.protection_need)
                    with acting(cast.asta):
                        confirm_reading(assessment=newest, read=read, by=cast.asta, at=timezone.now())
                    unread = False
            else:
                newest = assess(threat=step)
                unread = threat is not None and (step != threat or unread)
                threat, withdrawn = step, False
        with acting(cast.siri):
            valid = [one for one in PoliceAssessment.objects.standing() if one.is_valid_on(today)]
            waiting = list(PoliceAssessment.objects.waiting())
            open_ones = list(ReleasePackage.objects.filter(kind="kvittens", closed_at=None))
        assert valid == ([newest] if newest and not withdrawn else [])
        assert waiting == ([newest] if unread and not withdrawn else [])
        assert len(open_ones) == (1 if newest else 0)
        assert ["withdrawal" in package.content for package in open_ones] == [withdrawn] * len(open_ones)
        assert (ASK in due(cast.siri, case, today)) == withdrawn

    check()
