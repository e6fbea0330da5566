"""Not in the same place: who plans is told one sentence and never about whom; the coordinator is told."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from cases.actions.intake import FirstContact, NewPerson, open_case
from cases.models import Case, Decision
from cases.panels import due_in
from placements.actions.apart import ASK_THE_COORDINATOR, answer_place, end_apart, mark_apart
from placements.actions.extending import change_departure
from placements.actions.placing import Terms, check_terms, place_person
from placements.actions.providers import ProviderFacts, add_provider
from placements.models import ApartMark, ApartQuestion, Placement
from placements.terms import agreed_prices
from tests.placements.words import count, errors


@pytest.fixture
def hidden(cast, received, today) -> Case:
    """Cleo's case, in another unit: for Asta it does not exist."""
    with acting(cast.cleo):
        return open_case(
            contact=FirstContact(received=received, source="polis"),
            person=NewPerson(name="Annan Hemlig", birth_year=2000),
            unit=cast.ungdom,
            handler=cast.cleo,
            by=cast.cleo,
            at=datetime.now(UTC),
        )


@pytest.fixture
def there(cast, hidden, places, received, today) -> Placement:
    """The other person stays at Granen for thirty more days."""
    with acting(cast.cleo):
        decision = Decision(case=hidden, kind="hvb", decided=received + timedelta(days=1))
        decision.save(force_insert=True)
        return place_person(
            case=hidden, terms=terms_of(decision, places, today, -50, 30), by=cast.cleo, today=today
        )


@pytest.fixture
def marked(cast, old_case, hidden, there, today) -> ApartMark:
    with acting(cast.siri):
        return mark_apart(one=old_case, other=hidden, by=cast.siri, today=today)


def terms_of(decision, places, today, first, end, provider=None):
    """From `first` to `end` days from today; what lies ahead is a plan."""
    begins = today + timedelta(days=first)
    return Terms(
        decision=decision,
        provider=provider or places.inside,
        agreement=None if provider else places.agreement,
        outside_reason="Behövs" if provider else "",
        planned_start=begins,
        start=begins if first <= 0 else None,
        end=None if end is None else today + timedelta(days=end),
        prices=agreed_prices(begins, Decimal(3000)),
    )


def refused(cast, case, terms, today) -> Refused:
    with acting(cast.asta), pytest.raises(Refused) as found:
        check_terms(case=case, terms=terms, today=today)
    return found.value


def questions(cast) -> list[ApartQuestion]:
    with acting(cast.siri):
        return list(ApartQuestion.objects.visible_to(cast.siri))


# What the planner is told


def test_the_planner_is_told_one_sentence_and_nothing_of_whom(
    as_, old_case, hidden, decision, marked, places, today
):
    page = reverse("place", args=[old_case.pk])
    said = {
        "decision": str(decision.pk), "place": f"ram:{places.agreement.pk}", "outside_reason": "",
        "planned_start": str(today), "start": "", "end": "", "rate": "3000", "later_from": "",
        "later_rate": "",
    }  # fmt: skip
    response = count(as_("asta"), page, said)
    assert errors(response) == ASK_THE_COORDINATOR
    assert hidden.case_no not in response.content.decode()
    assert "Hemlig" not in response.content.decode()


def test_the_answer_is_the_same_for_somebody_who_sees_both(
    cast, hidden, decision, old_case, marked, places, today
):
    """Frida leads Asta's unit; the sentence does not become another one for whoever may see more."""
    assert (
        refused(cast, old_case, terms_of(decision, places, today, 0, None), today).text == ASK_THE_COORDINATOR
    )


@pytest.mark.parametrize(
    ("first", "end", "asked"), [(29, None, True), (30, None, False), (0, 5, True), (-100, -50, False)]
)
def test_only_shared_nights_count(cast, old_case, decision, marked, places, today, first, end, asked):
    terms = terms_of(decision, places, today, first, end)
    if asked:
        assert refused(cast, old_case, terms, today).code == "ask_coordinator"
    else:
        with acting(cast.asta):
            check_terms(case=old_case, terms=terms, today=today)
    assert len(questions(cast)) == asked


def test_a_plan_of_the_other_counts_as_well_and_a_withdrawn_one_does_not(
    cast, old_case, decision, hidden, places, received, today
):
    with acting(cast.cleo):
        own = Decision(case=hidden, kind="hvb", decided=received + timedelta(days=1))
        own.save(force_insert=True)
        plan = place_person(
            case=hidden, terms=terms_of(own, places, today, 10, None), by=cast.cleo, today=today
        )
    with acting(cast.siri):
        mark_apart(one=hidden, other=old_case, by=cast.siri, today=today)
    terms = terms_of(decision, places, today, 0, None)
    assert refused(cast, old_case, terms, today).code == "ask_coordinator"
    with acting(cast.cleo):
        Placement.objects.filter(pk=plan.pk).update(
            end_reason="paborjades_inte", end=plan.planned_start, planned_end=plan.planned_start
        )
    with acting(cast.asta):
        check_terms(case=old_case, terms=terms, today=today)


def test_without_a_mark_or_after_it_ended_nobody_is_asked(
    cast, old_case, decision, there, marked, places, today
):
    with acting(cast.siri):
        end_apart(mark=marked, by=cast.siri, today=today)
    with acting(cast.asta):
        check_terms(case=old_case, terms=terms_of(decision, places, today, 0, None), today=today)
    assert questions(cast) == []


def test_an_extension_into_the_others_nights_is_asked_about(
    cast, old_case, decision, hidden, places, received, today
):
    with acting(cast.asta):
        stay = place_person(
            case=old_case, terms=terms_of(decision, places, today, -5, 5), by=cast.asta, today=today
        )
    with acting(cast.cleo):
        own = Decision(case=hidden, kind="hvb", decided=received + timedelta(days=1))
        own.save(force_insert=True)
        place_person(case=hidden, terms=terms_of(own, places, today, 5, None), by=cast.cleo, today=today)
    with acting(cast.siri):
        mark_apart(one=hidden, other=old_case, by=cast.siri, today=today)
    with acting(cast.asta), pytest.raises(Refused, match="ask_coordinator"):
        change_departure(
            placement=stay, end=today + timedelta(days=6), reason="Längre", by=cast.asta, today=today
        )


# What the coordinator is told


def test_the_coordinator_is_told_of_the_planners_own_case(
    as_, cast, old_case, decision, marked, places, today
):
    refused(cast, old_case, terms_of(decision, places, today, 0, None), today)
    refused(cast, old_case, terms_of(decision, places, today, 1, None), today)
    (question,) = questions(cast)
    assert (question.case_id, question.provider_id, question.asked_by_id) == (
        old_case.pk, places.inside.pk, cast.asta.pk,
    )  # fmt: skip
    with acting(cast.siri):
        due = [row for row in due_in([old_case.pk], cast.siri, today) if row.label == "Svara om en plats"]
    assert [row.case_id for row in due] == [old_case.pk]
    page = as_("siri").get(due[0].url).content.decode()
    assert "Granen" in page
    for handle in ("asta", "bo", "frida", "eskil", "cleo"):
        assert as_(handle).get(due[0].url).status_code in (403, 404)
        with acting(cast.people[handle]):
            assert not ApartQuestion.objects.exists()
            assert not ApartMark.objects.exists()


def test_a_place_is_let_through_once(cast, old_case, decision, marked, places, today):
    terms = terms_of(decision, places, today, 0, 5)
    refused(cast, old_case, terms, today)
    (question,) = questions(cast)
    with acting(cast.siri):
        answer_place(question=question, allowed=True, by=cast.siri, at=datetime.now(UTC))
    with acting(cast.asta):
        check_terms(case=old_case, terms=terms, today=today)
        place_person(case=old_case, terms=terms, by=cast.asta, today=today)
    (question,) = questions(cast)
    assert question.used_at is not None
    assert refused(cast, old_case, terms_of(decision, places, today, 10, 15), today).code == "ask_coordinator"


def test_a_no_is_a_no_and_the_next_question_a_new_one(cast, old_case, decision, marked, places, today):
    terms = terms_of(decision, places, today, 0, 5)
    refused(cast, old_case, terms, today)
    (question,) = questions(cast)
    with acting(cast.siri):
        answer_place(question=question, allowed=False, by=cast.siri, at=datetime.now(UTC))
        with pytest.raises(Refused, match="answered_already"):
            answer_place(question=question, allowed=True, by=cast.siri, at=datetime.now(UTC))
    refused(cast, old_case, terms, today)
    assert len(questions(cast)) == 2


def test_trying_place_after_place_tells_nothing(cast, old_case, decide, marked, places, today):
    """Six are answered; from the seventh on every place is a question, also where nobody is."""
    with acting(cast.siri):
        homes = [
            add_provider(facts=ProviderFacts(f"Hem {n}", "hvb"), by=cast.siri, today=today) for n in range(8)
        ]
    decision = decide("hvb", outside_framework=True)
    for home in homes[:6]:
        with acting(cast.asta):
            check_terms(case=old_case, terms=terms_of(decision, places, today, 0, 5, home), today=today)
    for home in homes[6:]:
        assert (
            refused(cast, old_case, terms_of(decision, places, today, 0, 5, home), today).code
            == "ask_coordinator"
        )
    assert [row.too_many for row in questions(cast)] == [True, True]
    with acting(cast.asta):  # the first ones keep their answer: they tell nothing new
        assert not ApartQuestion.objects.exists()


# The walls


def test_whoever_does_not_place_in_the_case_gets_no_answer(cast, old_case, marked, places, today):
    for handle in ("cleo", "bo", "siri", "eskil"):
        with (
            acting(cast.people[handle]),
            pytest.raises(ProgrammingError, match="ask_apart"),
            transaction.atomic(),
        ):
            ask(old_case, places, today)


def ask(case, places, today):
    with connection.cursor() as cursor:
        cursor.execute("select sec.ask_apart(%s, %s, %s, null, true)", [case.pk, places.inside.pk, today])


@pytest.mark.parametrize("statement", [
    "select * from placements_placetried",
    "insert into placements_apartquestion (id) values (gen_random_uuid())",
    "delete from placements_apartmark",
])  # fmt: skip
def test_nobody_reads_what_was_tried_or_writes_questions(cast, statement):
    with (
        acting(cast.siri),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_only_who_may_see_both_marks_them(cast, old_case, hidden, today):
    with acting(cast.asta), pytest.raises(Refused, match="not_allowed"):
        mark_apart(one=old_case, other=hidden, by=cast.asta, today=today)


def test_a_mark_is_made_and_ended_through_the_pages(as_, cast, old_case, hidden, today):
    said = {"one": old_case.case_no.lower(), "other": hidden.case_no}
    siri = as_("siri")
    assert siri.post(reverse("apart_new"), said).status_code == 302
    assert "redan markerade" in errors(siri.post(reverse("apart_new"), said))
    assert "två olika" in errors(siri.post(reverse("apart_new"), said | {"other": old_case.case_no}))
    assert "inget sådant" in errors(siri.post(reverse("apart_new"), said | {"other": "AVH-1999-1"}))
    page = siri.get(reverse("apart_marks"))
    assert old_case.case_no in page.content.decode()
    (mark,) = page.context["page"]
    end = f"{reverse('apart_end')}?markering={mark.pk}"
    assert "Avsluta markeringen" in siri.get(end).content.decode()
    assert siri.post(end).status_code == 302
    assert siri.get(f"{reverse('apart_end')}?markering={hidden.pk}").status_code == 302
    with acting(cast.siri):
        assert ApartMark.objects.get(pk=mark.pk).ended_by == cast.siri
