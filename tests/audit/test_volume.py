"""Whoever reads much is told of at once, and then stopped (SR-46); counted in the read log itself."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Can
from avhopp.audit.models import Event, ReadEntry
from avhopp.audit.reading import log_list, log_read
from avhopp.audit.volume import ALARMS, LIFTED, MANY_CASES, MANY_LOOKUPS, WAS_STOPPED, ReadingStopped
from avhopp.kernel.reading_limits import CASES_A_DAY, LOOKUPS_AN_HOUR
from cases.actions.log_review import lift_stop
from cases.models import Case

NUMBER = "198112189876"


@pytest.fixture
def shown(cast) -> Callable[..., None]:
    """`shown("asta", 50)` is a list of so many cases that nobody has seen before."""

    def show(
        handle: str, cases: int = 0, *, ids: list[UUID] | None = None, by: str = "", times: int = 1
    ) -> None:
        user = cast.people[handle]
        with acting(user):
            for _ in range(times):
                found = ids if ids is not None else [uuid4() for _ in range(cases)]
                with transaction.atomic():
                    log_list(user, Can.SEE_PERSON, found, of=Case, searched_by=by)

    return show


@pytest.fixture
def alarms(cast) -> Callable[[], list[str]]:
    def kinds() -> list[str]:
        with acting(cast.bo):
            found = Event.objects.filter(kind__in=[*ALARMS, LIFTED]).order_by("at")
            return list(found.values_list("kind", flat=True))

    return kinds


def test_the_fifty_first_case_of_a_day_raises_one_alarm(cast, shown, alarms):
    shown("asta", CASES_A_DAY.alarm)
    assert alarms() == []
    shown("asta", 1)
    shown("asta", 3, times=3)
    assert alarms() == [MANY_CASES]
    with acting(cast.bo):
        event = Event.objects.get(kind=MANY_CASES)
    assert (event.actor_id, event.actor_name, event.case_id) == (cast.asta.pk, "Asta", None)


def test_the_same_cases_again_are_not_more(shown, alarms):
    ids = [uuid4() for _ in range(CASES_A_DAY.alarm)]
    shown("asta", ids=ids, times=6)
    assert alarms() == []


def test_each_account_and_each_day_counts_for_itself(cast, shown, alarms):
    yesterday = timezone.now() - timedelta(days=1)
    with acting(cast.asta), connection.cursor() as cursor:
        cursor.execute(
            "insert into app.audit_readentry (id, at, actor_id, role, municipality_id, case_id, what,"
            " object_type, ground, source) values (gen_random_uuid(), %s, %s, %s, %s, gen_random_uuid(),"
            " 'see_case', 'case', 'roll', 'web')",
            [yesterday, cast.asta.pk, cast.asta.role, cast.municipality.pk],
        )
    shown("asta", CASES_A_DAY.alarm)
    shown("frida", CASES_A_DAY.alarm)
    assert alarms() == []


def test_more_than_two_hundred_are_not_shown_and_those_of_the_day_still_are(cast, case, shown):
    ids = [uuid4() for _ in range(CASES_A_DAY.stop)]
    shown("asta", ids=ids)
    shown("asta", ids=ids)
    for more in ([uuid4()], [*ids, uuid4()]):
        with pytest.raises(ReadingStopped):
            shown("asta", ids=more)
    with acting(cast.asta), pytest.raises(ReadingStopped), transaction.atomic():
        log_read(cast.asta, Can.SEE_CASE, case)


def test_the_eleventh_lookup_within_an_hour_raises_the_alarm_and_the_forty_first_is_stopped(shown, alarms):
    shown("asta", by="personnummer", times=LOOKUPS_AN_HOUR.alarm)
    shown("asta", by="namn", times=5)
    assert alarms() == []
    shown("asta", by="personnummer")
    assert alarms() == [MANY_LOOKUPS]
    shown("asta", by="personnummer", times=LOOKUPS_AN_HOUR.stop - LOOKUPS_AN_HOUR.alarm - 1)
    with pytest.raises(ReadingStopped):
        shown("asta", by="personnummer")
    shown("asta", by="namn")


def test_the_portal_raises_the_alarm_and_is_not_stopped(cast, alarms):
    with acting(cast.dag):
        ids = [uuid4() for _ in range(CASES_A_DAY.stop + 1)]
        log_list(cast.dag, Can.SEE_RELEASE, ids, of=Case, source="portal")
    assert alarms() == [MANY_CASES]


def test_whoever_is_stopped_reads_a_sentence_and_the_manager_is_told(as_, cast, case, shown, alarms):
    client = as_("asta")
    assert client.get(case.url).status_code == 200
    shown("asta", CASES_A_DAY.stop - 1)
    assert client.get(case.url).status_code == 200  # counted already
    with acting(cast.asta):
        other = Case.objects.get(pk=case.pk)
    assert other.pk == case.pk
    shown("frida", CASES_A_DAY.stop)
    stopped = as_("frida").get(case.url)
    assert stopped.status_code == 429
    text = stopped.content.decode()
    assert "Läsningen är stoppad" in text
    assert case.case_no not in text
    assert as_("frida").get(case.url).status_code == 429
    assert alarms() == [MANY_CASES, MANY_CASES, WAS_STOPPED]
    for handle in ("bo", "lova"):
        page = as_(handle).get(reverse("read_alarms")).content.decode()
        assert "Frida" in page
        assert ALARMS[WAS_STOPPED] in page


def test_a_search_is_stopped_on_its_page(as_, shown):
    shown("asta", by="personnummer", times=LOOKUPS_AN_HOUR.stop)
    answer = as_("asta").post(reverse("case_search"), {"q": NUMBER})
    assert answer.status_code == 429
    assert as_("asta").post(reverse("case_search"), {"q": "Nilsson"}).status_code == 200


def test_a_manager_lets_somebody_read_on_until_midnight_and_not_oneself(
    as_, cast, case, shown, alarms, today
):
    shown("frida", CASES_A_DAY.stop)
    assert as_("frida").get(case.url).status_code == 429
    with acting(cast.bo):
        alarm = Event.objects.get(kind=WAS_STOPPED)
    url = reverse("read_alarm_lift", args=[alarm.pk])
    assert as_("lova").get(url).status_code == 403
    assert as_("siri").get(url).status_code == 404
    assert as_("bo").post(url, {"reason": " "}).status_code == 200  # the form again
    assert as_("frida").get(case.url).status_code == 429
    assert as_("bo").post(url, {"reason": "Genomgång av alla ärenden före flytten."}).status_code == 302
    assert as_("frida").get(case.url).status_code == 200
    assert alarms()[-1] == LIFTED


def test_a_lifting_that_somebody_wrote_without_the_right_opens_nothing(cast, case, shown, today):
    shown("frida", CASES_A_DAY.stop)
    for writer in (cast.frida, cast.asta):
        with acting(writer):
            Event(
                actor_id=writer.pk, actor_name=writer.name, municipality_id=cast.municipality.pk,
                requires=Can.SEE_LOG_REVIEW.value, kind=LIFTED, occurred_on=today, text="Släppt.",
                object_id=cast.frida.pk,
            ).save(force_insert=True)  # fmt: skip
    with acting(cast.frida), pytest.raises(ReadingStopped), transaction.atomic():
        log_read(cast.frida, Can.SEE_CASE, case)


def test_a_manager_cannot_lift_the_own_stop_by_writing_the_event(cast, case, shown, today):
    shown("bo", CASES_A_DAY.stop)
    with acting(cast.bo):
        Event(
            actor_id=cast.bo.pk, actor_name="Bo", municipality_id=cast.municipality.pk, kind=LIFTED,
            requires=Can.SEE_LOG_REVIEW.value, occurred_on=today, text="Släppt.", object_id=cast.bo.pk,
        ).save(force_insert=True)  # fmt: skip
        with pytest.raises(ReadingStopped), transaction.atomic():
            log_read(cast.bo, Can.SEE_CASE, case)


@pytest.mark.parametrize(
    ("days", "handle", "code"), [(1, "frida", "not_stopped_today"), (0, "bo", "own_stop")]
)
def test_what_cannot_be_lifted(cast, today, days, handle, code):
    reader = cast.people[handle]
    event = Event(
        actor_id=reader.pk, actor_name=reader.name, municipality_id=cast.municipality.pk, object_id=reader.pk,
        requires=Can.SEE_LOG_REVIEW.value, kind=WAS_STOPPED, occurred_on=today - timedelta(days=days),
        text="x",
    )  # fmt: skip
    with acting(cast.bo), pytest.raises(Exception, match=code):
        lift_stop(alarm=event, reason="Behövs.", by=cast.bo, today=today)


def test_only_what_was_read_is_counted_and_nothing_is_told_to_the_reader(cast, shown, alarms):
    shown("asta", CASES_A_DAY.alarm + 1)
    with acting(cast.asta):
        assert Event.objects.filter(kind=MANY_CASES).count() == 0
        assert ReadEntry.objects.count() == 0
    assert alarms() == [MANY_CASES]
