"""Nödåtkomst: at once, an hour at most, told, logged, reviewed; exactly the cells of the matrix (SR-20)."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.policy import rights_on
from avhopp.access.roles import BREAK_GLASS, Can, Role
from avhopp.accounts.models import User
from avhopp.audit.models import ReadEntry
from avhopp.kernel.refusal import Refused
from cases.actions.emergencies import break_glass, review_emergency
from cases.models import Case, CaseUserGrant, EmergencyAccess, EmergencyNotice, GrantKind
from cases.models.journal import JournalEntry
from tests.markup import words

WHY = "Personen ringer och är hotad just nu."
NOWHERE = "AVH-2019-0042"
HOUR = timedelta(minutes=60)


@pytest.fixture
def gun(cast) -> User:
    """Gun: a case worker of Asta's unit who is not on the case."""
    return colleague(cast, "gun", Role.CASE_WORKER, cast.beroende)


@pytest.fixture
def ulf(cast) -> User:
    """Ulf: the manager of the other unit."""
    return colleague(cast, "ulf", Role.UNIT_MANAGER, cast.ungdom)


def colleague(cast, handle, role, unit) -> User:
    return cast.add(handle, role, unit)


def take(case_no, by, lasting=HOUR, reason=WHY):
    with acting(by):
        return break_glass(case_no=case_no, reason=reason, lasting=lasting, by=by, at=timezone.now())


def take_for(case_no, by, lasting):
    """Straight to the database's function, for times too short for the page."""
    with acting(by), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select sec.break_glass(%s, %s, %s)", [case_no, WHY, lasting])


def same(page, number: str) -> str:
    """What the page says, with the number and the times put out."""
    return re.sub(r"\d{4}-\d\d-\d\d kl\. \d\d\.\d\d", "TID", words(page).replace(number, "NUMMER"))


def rights(case, by) -> set[Can]:
    with acting(by):
        return rights_on(by, case)


def open_tables(case, by) -> set[str]:
    """What the database opens by itself."""
    with acting(by), connection.cursor() as cursor:
        cursor.execute(
            "select a from unnest(%s::text[]) a where %s = any (array(select sec.cases(a)))",
            [[can.value for can in Can], case.pk],
        )
        return {row[0] for row in cursor.fetchall()}


@pytest.fixture
def note(cast, case) -> JournalEntry:
    with acting(cast.asta):
        entry = JournalEntry(
            case=case, kind="kontakt", occurred_on=timezone.localdate(), facts="Ringde och var rädd.",
            author=cast.asta, written_at=timezone.now(), signed_at=timezone.now(), signed_by=cast.asta,
        )  # fmt: skip
        entry.save(force_insert=True)
        return entry


@pytest.mark.parametrize("handle", ["gun", "bo", "ulf"])
def test_it_opens_exactly_the_cells_of_the_matrix_at_both_walls(cast, case, gun, ulf, handle):
    who = cast.people[handle]
    before = rights(case, who)
    take(case.case_no, who)
    assert rights(case, who) == before | BREAK_GLASS[Role(who.role)]
    assert open_tables(case, who) == {can.value for can in rights(case, who)}
    assert not {can for can in rights(case, who) - before if can.writes}


def test_the_unit_manager_reads_the_journal_only_with_the_glass_broken(as_, cast, case, note):
    bo, url = as_("bo"), reverse("journal", args=[case.pk])
    assert bo.get(url).status_code == 403
    take(case.case_no, cast.bo)
    assert "Ringde och var rädd." in words(bo.get(url))
    assert "Ringde och var rädd." in words(bo.get(case.url))
    assert bo.get(reverse("journal_new", args=[case.pk])).status_code == 403


def test_a_colleague_of_the_unit_gets_name_and_journal_and_nothing_else(as_, case, note, gun):
    take(case.case_no, gun)
    client = as_("gun")
    page = words(client.get(case.url))
    assert "Person Påhittad" in page
    assert "Ringde och var rädd." in page
    assert "Utredning" not in page
    for name in ("investigation", "decisions", "follow_ups", "case_access"):
        assert client.get(reverse(name, args=[case.pk])).status_code == 403, name


def test_the_answer_is_the_same_for_a_number_that_no_case_has(as_, cast, case, gun):
    def answer(number):
        client = as_("gun")
        with transaction.atomic():
            given = client.post("/nodatkomst/", {"case_no": number, "minutes": "30", "reason": WHY})
            page = client.get("/nodatkomst/")
            transaction.set_rollback(True)
        return given.status_code, given.headers["Location"], same(page, number)

    assert answer(case.case_no) == answer(NOWHERE)
    assert answer(NOWHERE)[:2] == (302, "/nodatkomst/")
    assert "NUMMER TID Gäller nu till TID" in answer(NOWHERE)[2]


def test_another_unit_is_not_reached_by_a_case_worker_and_cannot_tell(cast, case):
    take(case.case_no, cast.cleo)
    assert rights(case, cast.cleo) == set()
    with acting(cast.cleo):
        assert not EmergencyAccess.objects.get().opened_id
        assert Case.objects.count() == 0


@pytest.mark.parametrize("handle", ["siri", "eskil", "nils", "lova", "eva", "dag"])
def test_roles_without_the_right_are_refused_at_both_walls(as_, cast, case, handle):
    who = cast.people[handle]
    with pytest.raises(Refused, match="not_allowed"):
        take(case.case_no, who)
    with pytest.raises(Exception, match="not a right of the role"):
        take_for(case.case_no, who, "10 minutes")


@pytest.mark.parametrize(
    ("given", "code"),
    [({"reason": "Bråttom."}, "reason_too_short"), ({"lasting": timedelta(minutes=61)}, "too_long"),
     ({"lasting": timedelta(0)}, "too_long"), ({"case_no": "Anna"}, "not_a_number")],
)  # fmt: skip
def test_what_is_refused(case, gun, given, code):
    fields = {"case_no": case.case_no, **given}
    with pytest.raises(Refused, match=code):
        take(by=gun, **fields)
    take(case.case_no, gun)
    with pytest.raises(Refused, match="already_open"):
        take(case.case_no, gun)


@pytest.mark.parametrize(
    ("why", "lasting", "constraint"),
    [("kort", "10 minutes", "emergency_has_a_reason"), (WHY, "61 minutes", "at_most_60_minutes"),
     (WHY, "-1 minutes", "at_most_60_minutes")],
)  # fmt: skip
def test_the_database_limits_it_by_itself(case, gun, why, lasting, constraint):
    with acting(gun), connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            cursor.execute("select sec.break_glass(%s, %s, %s)", [case.case_no, why, lasting])
        cursor.execute("select sec.break_glass(%s, %s, '60 minutes')", [case.case_no, WHY])


def test_it_ends_by_the_clock_of_the_database(as_, case, gun):
    take_for(case.case_no, gun, "1 microsecond")
    assert rights(case, gun) == set()
    assert open_tables(case, gun) == set()
    assert as_("gun").get(case.url).status_code == 404
    take_for(case.case_no, gun, "10 minutes")  # the twin
    assert as_("gun").get(case.url).status_code == 200


def test_whoever_holds_the_case_may_end_it_before(as_, cast, case, gun):
    take(case.case_no, gun)
    with acting(cast.frida):
        grant = CaseUserGrant.objects.get(kind=GrantKind.BREAK_GLASS)
    form = {"grant": f"person-{grant.pk}", "reason": "Inte akut."}
    assert as_("frida").post(reverse("access_end", args=[case.pk]), form).status_code == 302
    assert as_("gun").get(case.url).status_code == 404


def told(cast) -> set[str]:
    found = set()
    for handle, person in cast.people.items():
        with acting(person):
            if EmergencyNotice.objects.exists():
                found.add(handle)
    return found


def test_the_handler_and_the_manager_are_told_at_once_and_acknowledge(as_, cast, case, gun, ulf):
    take(case.case_no, gun)
    assert told(cast) == {"asta", "bo"}
    asta = as_("asta")
    text = words(asta.get("/arenden/"))
    assert f"Gun tog nödåtkomst till {case.case_no}" in text
    assert "Någon har tagit nödåtkomst" in words(as_("bo").get("/oversikt/"))
    assert "Någon har tagit nödåtkomst" not in words(as_("frida").get("/oversikt/"))
    with acting(cast.asta):
        url = reverse("emergency_notice", args=[EmergencyNotice.objects.get().pk])
    assert WHY in words(asta.get(url))
    assert as_("cleo").get(url).status_code == 404
    assert asta.post(url).status_code == 302
    assert "Gun tog nödåtkomst" not in words(asta.get("/arenden/"))
    assert "Gun tog nödåtkomst" in words(as_("bo").get("/arenden/"))


def test_a_manager_who_takes_it_is_not_the_one_who_is_told(cast, case, ulf):
    take(case.case_no, cast.bo)
    assert told(cast) == {"asta", "ulf"}


def test_a_number_without_a_case_is_told_to_the_own_manager(cast, case, gun, ulf):
    take(NOWHERE, gun)
    assert told(cast) == {"bo"}


def test_every_read_is_logged_with_its_ground(as_, cast, case, note, gun):
    take(case.case_no, gun)
    as_("gun").get(case.url)
    as_("gun").get(reverse("journal_entry", args=[case.pk, note.pk]))
    take(case.case_no, cast.bo)
    as_("bo").get(reverse("decisions", args=[case.pk]))
    as_("bo").get(reverse("journal", args=[case.pk]))
    with acting(cast.lova):
        rows = ReadEntry.objects.filter(case_id=case.pk).order_by("at").values_list("what", "ground")
        assert list(rows) == [
            ("see_case", "nodatkomst"), ("see_journal", "nodatkomst"),
            ("see_decision", "nodatkomst,enhet"), ("see_journal", "nodatkomst"),
        ]  # fmt: skip


def reviewed(cast, by="bo", verdict="befogad", text="Samtalet finns i växeln."):
    with acting(cast.people[by]):
        return review_emergency(
            emergency=EmergencyAccess.objects.get(), verdict=verdict, text=text, by=cast.people[by],
            at=timezone.now(),
        )  # fmt: skip


def test_a_manager_reviews_it_with_what_was_read(as_, cast, case, note, gun):
    take(case.case_no, gun)
    as_("gun").get(reverse("journal", args=[case.pk]))
    with acting(cast.bo):
        url = reverse("emergency_review", args=[EmergencyAccess.objects.get().pk])
    bo = as_("bo")
    assert "Granskas senast" in words(bo.get("/nodatkomst/granska/"))
    page = words(bo.get(url))
    assert "Journalen nödåtkomst" in page
    assert bo.post(url, {"verdict": "befogad", "text": ""}).status_code == 200
    assert bo.post(url, {"verdict": "befogad", "text": "Samtalet finns i växeln."}).status_code == 302
    assert "Inget att granska" in words(bo.get("/nodatkomst/granska/"))
    assert "Samtalet finns i växeln." not in words(as_("gun").get("/nodatkomst/"))  # while it lasts


def test_nobody_reviews_the_own_and_nobody_twice(cast, case, ulf):
    take(case.case_no, cast.bo)
    with pytest.raises(Refused, match="own_emergency"):
        reviewed(cast, by="bo")
    with acting(cast.bo), pytest.raises(IntegrityError, match="nobody_reviews_the_own"), transaction.atomic():
        EmergencyAccess.objects.update(
            reviewed_by=cast.bo, reviewed_at=timezone.now(), verdict="befogad", review_text="x"
        )
    reviewed(cast, by="ulf")
    with pytest.raises(Refused, match="already_reviewed"):
        reviewed(cast, by="ulf")


@pytest.mark.parametrize("handle", ["asta", "frida", "siri", "lova", "gun"])
def test_others_do_not_review(cast, case, gun, handle):
    take(case.case_no, gun)
    with acting(cast.bo):
        emergency = EmergencyAccess.objects.get()
    who = cast.people[handle]
    with acting(who):
        with pytest.raises(Refused, match="not_allowed"):
            review_emergency(emergency=emergency, verdict="befogad", text="x", by=who, at=timezone.now())
        signed = {"reviewed_at": timezone.now(), "verdict": "befogad", "review_text": "x"}
        rows = EmergencyAccess.objects.filter(pk=emergency.pk)
        if not rows.exists():
            assert rows.update(reviewed_by=who, **signed) == 0
            return
        with pytest.raises(Exception, match=r"row-level security|nobody_reviews"), transaction.atomic():
            rows.update(reviewed_by=who, **signed)


def test_nobody_inserts_an_emergency_a_notice_or_its_grant_past_the_function(cast, case, gun):
    with acting(gun), connection.cursor() as cursor:
        for table in ("cases_emergencyaccess", "cases_emergencynotice"):
            with pytest.raises(Exception, match="permission denied"), transaction.atomic():
                cursor.execute(f"insert into {table} (id) values (gen_random_uuid())")


def test_whom_it_would_be_told_to_is_not_asked_by_itself(cast, case):
    """The answer would tell whether a case exists."""
    call = "select sec.told_of_emergency(%s, %s, %s, %s)"
    with (
        acting(cast.cleo),
        pytest.raises(Exception, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(call, [cast.cleo.pk, cast.municipality.pk, case.pk, cast.beroende.pk])


def test_unreviewed_after_seven_days_it_shows_red(as_, cast, case, gun, monkeypatch):
    take(case.case_no, gun)
    assert "Inom sju dagar" in words(as_("bo").get("/oversikt/"))
    monkeypatch.setattr("cases.models.access.REVIEWED_WITHIN", timedelta(0))
    page = words(as_("bo").get("/oversikt/"))
    assert "Inte granskad inom sju dagar" in page
    assert "granskad inom sju dagar" not in words(as_("frida").get("/oversikt/"))
