"""Har läst ärendet: every reading of a case, for its handlers and its unit's head, and for nobody else."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Can
from avhopp.audit.models import ReadEntry
from cases.actions.access import add_co_handler, give_temporary
from cases.actions.emergencies import break_glass
from cases.readers import Readings
from tests.collaboration import conftest as collaboration
from tests.markup import words

give, wish, own_activity = collaboration.give, collaboration.wish, collaboration.own_activity
WHY = "Personen ringer och är hotad just nu."


def readers(client, case, **wanted):
    return client.get(reverse("case_readers", args=[case.pk]), wanted)


def said(client, case, **wanted) -> str:
    answer = readers(client, case, **wanted)
    assert answer.status_code == 200
    return words(answer)


def log(user, case, **given):
    """An entry as a page writes it; `given` says in what it differs."""
    with acting(user):
        ReadEntry(**{
            "actor_id": user.pk, "role": user.role, "unit_id": user.unit_id,
            "municipality_id": user.municipality_id, "case_id": case.pk, "what": "see_case",
            "object_type": "case", "object_id": case.pk, "ground": "enhet", "source": "web", **given,
        }).save(force_insert=True)  # fmt: skip


def read_by_police(cast, package, unit="lpo", who="dag"):
    """As the portal's function writes it."""
    user = cast.people[who]
    log(
        user, package.case, role="polis", unit_id=getattr(cast, unit).pk, what="see_release",
        object_type="releasepackage", object_id=package.pk, ground="utlamnat", source="portal",
    )  # fmt: skip


def test_who_in_which_role_what_when_and_on_which_ground(as_, cast, case):
    log(cast.siri, case, what="see_decision", ground="enhet")
    page = said(as_("asta"), case)
    assert "Siri Avhopparsamordnare, Beroende" in page
    assert "Beslut" in page
    assert "Enhet eller funktion" in page
    assert f"{timezone.localdate()} kl." in page


def test_looking_is_itself_a_reading(as_, cast, case):
    asta = as_("asta")
    said(asta, case)
    with acting(cast.lova):
        assert ReadEntry.objects.filter(what=Can.SEE_READERS.value, actor_id=cast.asta.pk).count() == 1
    assert said(asta, case).count("Vem som läst ärendet") == 2


def test_lists_and_searches_that_showed_the_case_are_told(as_, cast, case):
    shown = {"case_id": None, "object_id": None, "case_ids": [case.pk], "shown": 1, "ground": "behorigheter"}
    log(cast.siri, case, what="see_person", **shown)
    log(cast.siri, case, what="see_person", searched_by="personnummer", **shown)
    log(cast.siri, case, **{**shown, "case_ids": [cast.asta.pk]}, what="see_money")
    page = said(as_("asta"), case, slag="lista")
    assert "Lista: personuppgifter" in page
    assert "Sökning på personnummer" in page
    assert "kostnader" not in page
    assert "Ärendets sida" not in page


def test_break_glass_has_its_chip_and_its_reason(as_, cast, case):
    with acting(cast.bo):
        break_glass(
            case_no=case.case_no, reason=WHY, lasting=timedelta(minutes=30), by=cast.bo, at=timezone.now()
        )
    as_("bo").get(reverse("journal", args=[case.pk]))
    page = readers(as_("asta"), case, slag="nodatkomst").content.decode()
    assert 'data-tone="danger"' in page
    assert WHY in page
    assert "Journalen" in page


def test_of_the_police_the_unit_is_told_and_never_who(as_, cast, case, give):
    read_by_police(cast, give())
    page = said(as_("asta"), case, slag="polis")
    assert "Polisen Polis, LPO Prov" in page
    assert "Utlämnat paket" in page
    assert "Dag" not in page
    assert "Dag" not in words(as_("asta").get(case.url))


MAY = {"asta": 200, "bo": 200, "frida": 403, "siri": 403, "eskil": 403, "cleo": 404, "lova": 404, "eva": 404}


@pytest.mark.parametrize("handle", MAY)
def test_handlers_and_the_units_head_may_and_others_not(as_, cast, case, handle):
    assert readers(as_(handle), case).status_code == MAY[handle]
    with acting(cast.people[handle]), connection.cursor() as cursor:
        cursor.execute("select sec.count_case_reads(%s, '', null, null)", [case.pk])
        assert (cursor.fetchone()[0] > 0) is (MAY[handle] == 200)
        assert bool(list(Readings(case.pk)[0:10])) is (MAY[handle] == 200)
        cursor.execute("select sec.readers_in_brief(%s) is not null", [case.pk])
        assert cursor.fetchone()[0] is (MAY[handle] == 200)


@pytest.mark.parametrize("handle", ["siri", "frida"])
def test_a_co_handler_may(as_, cast, case, today, handle):
    who = cast.people[handle]
    with acting(cast.bo):
        if handle == "siri":
            add_co_handler(case=case, handler=who, reason="Hjälper till.", by=cast.bo, today=today)
    assert readers(as_(handle), case).status_code == (200 if handle == "siri" else 403)


def test_a_temporary_grant_does_not_open_it(as_, cast, case, today):
    with acting(cast.bo):
        give_temporary(
            case=case, to=cast.cleo, to_work=True, until=today, reason="Cleo tar jouren under kvällen.",
            by=cast.bo, at=timezone.now(),
        )  # fmt: skip
    cleo = as_("cleo")
    assert cleo.get(case.url).status_code == 200
    assert "Har läst ärendet" not in words(cleo.get(case.url))
    assert readers(cleo, case).status_code == 403


def test_the_read_log_itself_stays_closed(cast, case):
    """The functions tell of one case; the table gives whoever may use them nothing."""
    log(cast.siri, case)
    for user in (cast.asta, cast.bo):
        with acting(user):
            assert not ReadEntry.objects.exists()


def test_another_case_is_told_of_to_nobody_here(cast, case, another):
    other = another(handler="cleo")
    log(cast.cleo, other)
    with acting(cast.asta):
        assert list(Readings(other.pk)[0:10]) == []
        assert Readings(other.pk).count() == 0


def test_without_a_context_there_is_nothing(cast, case):
    log(cast.siri, case)
    with acting(None):
        assert list(Readings(case.pk)[0:10]) == []


def test_the_packages_readings_need_the_right_to_the_packages(cast, case, give):
    read_by_police(cast, give())
    with acting(cast.asta), connection.cursor() as cursor:
        assert [one.is_police for one in Readings(case.pk, "polis")[0:10]] == [True]
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute("delete from sec.grant_ability where ability = 'see_release'")


def test_the_case_page_tells_in_brief(as_, cast, case):
    for _ in range(3):
        log(cast.siri, case)
    long_ago = timezone.now() - timedelta(days=31)
    with acting(cast.eskil):
        entry = ReadEntry(
            actor_id=cast.eskil.pk, role=cast.eskil.role, municipality_id=case.municipality_id,
            case_id=case.pk, what="see_case", object_type="case", ground="enhet", source="web",
        )  # fmt: skip
        ReadEntry._meta.get_field("at").auto_now_add = False
        try:
            entry.at = long_ago
            entry.save(force_insert=True)
        finally:
            ReadEntry._meta.get_field("at").auto_now_add = True
    page = words(as_("asta").get(case.url))
    assert "4 läsningar av 2 personer och enheter de senaste 30 dagarna." in page
    assert "Siri Avhopparsamordnare, Beroende" in page
    assert "Eskil Ekonom" not in page
    assert "Eskil Ekonom" in said(as_("asta"), case)
    assert "Har läst ärendet" not in words(as_("siri").get(case.url))


def test_the_list_comes_page_by_page_and_by_day(as_, cast, case, today):
    for _ in range(60):
        log(cast.siri, case)
    asta = as_("asta")
    assert "1–50 av 61" in said(asta, case)
    assert "51–62 av 62" in said(asta, case, sida=2)
    assert "Inga läsningar i det urvalet" in said(asta, case, till=(today - timedelta(days=1)).isoformat())
    assert "1–50 av" in said(asta, case, fran=today.isoformat())
