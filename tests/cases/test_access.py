"""Who may open the case: the page, temporary grants, co-handlers and endings, at both walls (SR-18)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.policy import rights_on
from avhopp.access.roles import Can, GrantKind, Role
from avhopp.kernel.refusal import Refused
from cases.actions.access import add_co_handler, end_grant, give_temporary, permission
from cases.actions.grants import assign_handler, join_team
from cases.models import Case, CaseGroupGrant, CaseUserGrant, JournalEntry
from tests.markup import words

WHY = "Jour under Astas sjukskrivning vecka 47."


def sees(cast, handle: str) -> tuple[bool, bool]:
    """Whether the person sees a case: by the application alone, by the database alone."""
    person = cast.people[handle]
    with acting(cast.siri):
        first = Case.objects.visible_to(person).exists()
    with acting(person):
        second = Case.objects.exists()
    return first, second


def raw(sql: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


@pytest.fixture
def give(cast, case, today):
    """Frida gives; by default Cleo reads for a week."""

    def given(to="cleo", to_work=False, days=7, reason=WHY, by="frida"):
        receiver = cast.people.get(to) or getattr(cast, to)
        with acting(cast.people[by]):
            return give_temporary(
                case=case, to=receiver, to_work=to_work, until=today + timedelta(days=days), reason=reason,
                by=cast.people[by], at=timezone.now(),
            )  # fmt: skip

    return given


def test_page_shows_everybody_who_can_open_the_case_and_why(as_, cast, case, give):
    give()
    text = words(as_("frida").get(reverse("case_access", args=[case.pk])))
    assert "Asta" in text
    assert "Enhetschef, Beroende Bo" in text
    assert "Cleo Tillfällig behörighet läser bara" in text
    assert WHY in text
    assert "Ingen har haft behörighet" in text


def test_page_lists_what_has_ended_with_its_reason(as_, cast, case, give, today):
    (grant,) = give()
    with acting(cast.frida):
        end_grant(case=case, grant=grant, reason="Asta är tillbaka.", by=cast.frida, today=today)
    text = words(as_("frida").get(reverse("case_access", args=[case.pk])))
    assert text.index("Tidigare") < text.index("Cleo") < text.index("Frida: Asta är tillbaka.")


def test_page_is_for_those_who_see_access_and_buttons_for_those_who_assign(as_, case):
    url = reverse("case_access", args=[case.pk])
    assert "Ge tillfällig behörighet" in words(as_("frida").get(url))
    assert "Ge tillfällig behörighet" not in words(as_("asta").get(url))
    assert as_("eskil").get(url).status_code == 403
    assert as_("cleo").get(url).status_code == 404


def test_temporary_grant_is_given_on_the_page_and_opens_the_case_on_the_next_request(as_, cast, case, today):
    cleo, url = as_("cleo"), reverse("case", args=[case.pk])
    assert cleo.get(url).status_code == 404
    answer = as_("frida").post(
        reverse("access_give", args=[case.pk]),
        {"to": str(cast.cleo.pk), "how": "lasa", "until": str(today), "reason": WHY},
    )
    assert answer.status_code == 302
    assert cleo.get(url).status_code == 200
    assert sees(cast, "cleo") == (True, True)


def test_grant_to_read_opens_no_writing_right_at_either_wall(as_, cast, case, give):
    give(to_work=False)
    assert as_("cleo").get(reverse("journal", args=[case.pk])).status_code == 200
    assert as_("cleo").get(reverse("journal_new", args=[case.pk])).status_code == 403
    with acting(cast.cleo), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        JournalEntry(
            case=case, kind="kontakt", occurred_on="2026-01-01", facts="x", author=cast.cleo,
            written_at=timezone.now(),
        ).save(force_insert=True)  # fmt: skip


def test_grant_to_work_opens_what_the_role_opens_and_not_the_right_to_pass_it_on(
    as_, cast, case, give, today
):
    cast.change(cast.cleo, role=Role.SENIOR_CASE_WORKER)
    give(to_work=True)
    assert as_("cleo").get(reverse("contact", args=[case.pk])).status_code == 200
    assert as_("cleo").get(reverse("access_give", args=[case.pk])).status_code == 403
    with acting(cast.cleo):
        assert Can.ASSIGN not in rights_on(cast.cleo, case)
        with pytest.raises(Refused, match="not_allowed"):
            give_temporary(
                case=case, to=cast.eskil, to_work=False, until=today, reason=WHY, by=cast.cleo,
                at=timezone.now(),
            )  # fmt: skip
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            CaseUserGrant(
                content_object=case, user=cast.asta, permission=permission("read_case"),
                kind=GrantKind.CO_HANDLER, reason=WHY, granted_by=cast.cleo, valid_from=Now(),
            ).save(force_insert=True)  # fmt: skip


def test_a_unit_is_given_a_grant_and_whoever_joins_or_leaves_it_follows(as_, cast, case, give):
    give(to="ungdom")
    assert sees(cast, "cleo") == (True, True)
    cast.change(cast.cleo, unit=cast.beroende)
    with acting(cast.inlasare):
        join_team(user=cast.cleo)
    assert sees(cast, "cleo") == (False, False)


def test_nobody_gives_the_own_team_access(cast, case, today):
    """Whoever's own access can end does not keep it by way of the unit. The others of the unit get theirs."""
    cast.change(cast.cleo, role=Role.SENIOR_CASE_WORKER)
    with acting(cast.inlasare):
        join_team(user=cast.cleo)
    with acting(cast.frida):
        add_co_handler(case=case, handler=cast.cleo, reason=WHY, by=cast.frida, today=today)
    with acting(cast.cleo):
        grants = give_temporary(
            case=case, to=cast.ungdom, to_work=False, until=today, reason=WHY, by=cast.cleo,
            at=timezone.now(),
        )  # fmt: skip
    own = cast.cleo.groups.get()
    assert grants
    assert own.pk not in {grant.group_id for grant in grants}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": "Jour."}, "reason_too_short"),
        ({"days": 90}, "bad_end"),
        ({"days": -1}, "bad_end"),
        ({"to": "frida"}, "own_access"),
        ({"to": "lova"}, "role_opens_nothing"),
        ({"to": "dag"}, "role_opens_nothing"),
        ({"to": "bo"}, "already_has_access"),
        ({"by": "asta"}, "not_allowed"),
        ({"by": "cleo", "to": "eskil"}, "not_allowed"),
    ],
)
def test_what_is_refused(cast, give, change, code):
    with pytest.raises(Refused, match=code):
        give(**change)
    assert sees(cast, "cleo") == (False, False)
    give(days=89)  # the twin
    assert sees(cast, "cleo") == (True, True)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"valid_to": Now() + timedelta(days=91)}, "temporary_user_grant_ends_within_90_days"),
        ({"valid_to": None}, "temporary_user_grant_ends_within_90_days"),
        ({"reason": "kort"}, "extraordinary_user_grant_has_a_reason"),
        ({"user": "frida"}, "row-level security"),
        ({"granted_by": "bo"}, "row-level security"),
        ({"kind": GrantKind.BREAK_GLASS}, "row-level security"),
    ],
)
def test_the_database_refuses_by_itself(cast, case, values, constraint):
    fields = {
        "content_object": case, "user": "cleo", "permission": permission("read_case"),
        "kind": GrantKind.TEMPORARY, "reason": WHY, "granted_by": "frida", "valid_from": Now(),
        "valid_to": Now() + timedelta(days=90),
    }  # fmt: skip

    def save(**changed):
        row = {name: cast.people.get(value, value) if isinstance(value, str) else value
               for name, value in {**fields, **changed}.items()}  # fmt: skip
        CaseUserGrant(**row).save(force_insert=True)

    with acting(cast.frida):
        with pytest.raises(Exception, match=constraint), transaction.atomic():
            save(**values)
        save()  # the twin


def test_a_grant_ends_by_the_clock_of_the_database(cast, case):
    """One millisecond: over before the next statement. No clock is moved."""
    for model, holder in (
        (CaseUserGrant, {"user": cast.cleo}),
        (CaseGroupGrant, {"group": cast.cleo.groups.get()}),
    ):
        given = {
            "content_object": case, "permission": permission("work_case"), "kind": GrantKind.TEMPORARY,
            "reason": WHY, "granted_by": cast.frida,
        }  # fmt: skip
        with acting(cast.frida):
            grant = model(**given, **holder, valid_from=Now(), valid_to=Now() + timedelta(days=1))
            grant.save(force_insert=True)
            assert sees(cast, "cleo") == (True, True)
            model.objects.filter(pk=grant.pk).update(valid_to=Now() + timedelta(microseconds=1))
        assert sees(cast, "cleo") == (False, False)


def test_a_grant_that_begins_later_opens_nothing_yet(cast, case):
    with acting(cast.frida):
        CaseUserGrant(
            content_object=case, user=cast.cleo, permission=permission("work_case"),
            kind=GrantKind.TEMPORARY, reason=WHY, granted_by=cast.frida,
            valid_from=Now() + timedelta(hours=1), valid_to=Now() + timedelta(hours=2),
        ).save(force_insert=True)  # fmt: skip
    assert sees(cast, "cleo") == (False, False)


def test_a_grant_is_only_ended_and_never_changed_or_prolonged(cast, case, give):
    (grant,) = give()
    with acting(cast.frida):
        for change in (
            {"valid_to": grant.valid_to + timedelta(days=1)}, {"reason": "Något helt annat, minst tjugo."},
            {"user_id": cast.eskil.pk}, {"valid_from": grant.valid_from - timedelta(days=1)},
            {"kind": GrantKind.ASSIGNMENT}, {"valid_to": None},
        ):  # fmt: skip
            with pytest.raises(IntegrityError, match="grant is only ended"), transaction.atomic():
                CaseUserGrant.objects.filter(pk=grant.pk).update(**change)
        assert CaseUserGrant.objects.filter(pk=grant.pk).update(valid_to=Now()) == 1
        with pytest.raises(IntegrityError, match="grant is only ended"), transaction.atomic():
            CaseUserGrant.objects.filter(pk=grant.pk).update(valid_to=Now())


def end(cast, case, grant, today, by="frida", reason="Behövs inte längre."):
    with acting(cast.people[by]):
        end_grant(case=case, grant=grant, reason=reason, by=cast.people[by], today=today)


@pytest.mark.parametrize("how", ["temporary", "unit", "co_handler", "assignment"])
def test_every_kind_of_grant_ends_on_the_next_request(as_, cast, case, give, today, how):
    cleo, url = as_("cleo"), reverse("case", args=[case.pk])
    grants: list = []
    if how == "temporary":
        grants = give()
    elif how == "unit":
        grants = give(to="ungdom")
    else:
        with acting(cast.frida):
            if how == "co_handler":
                grants = [
                    add_co_handler(case=case, handler=cast.cleo, reason=WHY, by=cast.frida, today=today)
                ]
            else:
                assign_handler(case=case, handler=cast.cleo, reason=WHY, by=cast.frida, today=today)
    assert (cleo.get(url).status_code, sees(cast, "cleo")) == (200, (True, True))
    for grant in grants:
        end(cast, case, grant, today)
    if how == "assignment":
        with acting(cast.frida):
            assign_handler(case=case, handler=cast.asta, reason=WHY, by=cast.frida, today=today)
    assert (cleo.get(url).status_code, sees(cast, "cleo")) == (404, (False, False))


def test_the_page_ends_a_grant_with_a_reason(as_, cast, case, give):
    (grant,) = give()
    frida, url = as_("frida"), reverse("access_end", args=[case.pk])
    key = f"person-{grant.pk}"
    assert frida.post(url, {"grant": key}).status_code == 200  # the reason is missing
    assert sees(cast, "cleo") == (True, True)
    assert frida.post(url, {"grant": key, "reason": "Asta är tillbaka."}).status_code == 302
    assert sees(cast, "cleo") == (False, False)


def test_the_handler_and_the_units_own_grants_are_not_ended_here(cast, case, today):
    with acting(cast.frida):
        kept = [
            CaseUserGrant.objects.get(content_object=case),
            *CaseGroupGrant.objects.filter(content_object=case),
        ]
    assert len(kept) == 6
    for grant in kept:
        with pytest.raises(Refused, match="not_ended_here"):
            end(cast, case, grant, today)


def test_who_may_not_assign_may_not_end(cast, case, give, today):
    (grant,) = give()
    with pytest.raises(Refused, match="not_allowed"):
        end(cast, case, grant, today, by="asta")
    with acting(cast.asta), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        CaseUserGrant.objects.filter(pk=grant.pk).update(valid_to=Now())
    end(cast, case, grant, today)
    with pytest.raises(Refused, match="already_ended"):
        end(cast, case, grant, today)


def test_a_coordinator_who_handles_the_case_reads_its_journal_and_no_other(as_, cast, case, today):
    siri, url = as_("siri"), reverse("journal", args=[case.pk])
    assert siri.get(url).status_code == 403
    with acting(cast.frida):
        add_co_handler(case=case, handler=cast.siri, reason=WHY, by=cast.frida, today=today)
    assert siri.get(url).status_code == 200


def test_a_co_handler_works_and_the_handler_stays_the_handler(as_, cast, case, today):
    answer = as_("frida").post(
        reverse("access_co_handler", args=[case.pk]),
        {"handler": str(cast.cleo.pk), "reason": "Stöd i samtal"},
    )
    assert answer.status_code == 302
    with acting(cast.cleo):
        mine = Case.objects.visible_to(cast.cleo).assigned_to(cast.cleo).with_handler().get()
        assert mine.handler_name == "Asta"
        assert Can.WRITE_JOURNAL in rights_on(cast.cleo, mine)
    with acting(cast.frida), pytest.raises(Refused, match="already_handler"):
        add_co_handler(case=case, handler=cast.cleo, reason="igen", by=cast.frida, today=today)


def test_role_change_and_deactivation_are_effective_on_the_next_request(as_, cast, case):
    bo, url = as_("bo"), reverse("decisions", args=[case.pk])
    assert bo.get(url).status_code == 200
    cast.change(cast.bo, role=Role.FINANCE_OFFICER)
    assert bo.get(url).status_code == 302  # to the sign-in
    assert as_("bo").get(reverse("investigation", args=[case.pk])).status_code == 403  # in the group still
    assert sees(cast, "bo") == (True, True)
    cast.change(cast.bo, role=Role.BOARD_SECRETARY)
    assert as_("bo").get(url).status_code == 404  # in the group, but the role opens nothing
    assert sees(cast, "bo") == (False, False)
    asta = as_("asta")
    assert asta.get(url).status_code == 200
    cast.change(cast.asta, is_active=False)
    assert asta.get(url).status_code == 302  # to the sign-in
    assert sees(cast, "asta") == (False, False)
