"""The database believes a signed context and nothing else."""

import re
import time
import uuid
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections, transaction

from avhopp.access.context import SETTING, acting, context_key, signed
from avhopp.access.walls import tables
from avhopp.audit.models import Event
from avhopp.services import read_secret
from cases.models import Case

HOUR = 3600


def cases_with(value: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select set_config(%s, %s, true)", [SETTING, value])
    try:
        return Case.objects.count()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select set_config(%s, '', true)", [SETTING])


def good(user, *, login="web", expires_in=HOUR, key=None) -> str:
    return signed(user.pk, login, key or context_key(login), int(time.time()) + expires_in)


def test_the_signed_context_of_the_login_opens_what_the_actor_may_see(cast, case):
    assert cases_with(good(cast.asta)) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda user: "", id="missing"),
        pytest.param(lambda user: str(user.pk), id="only-the-id"),
        pytest.param(lambda user: good(user, expires_in=-1), id="expired"),
        pytest.param(lambda user: good(user, key=b"somebody else's key"), id="forged-key"),
        pytest.param(lambda user: good(user, login="portal"), id="signed-for-another-login"),
        pytest.param(
            lambda user: good(user, login="portal", key=context_key("web")), id="another-login-own-key"
        ),
        pytest.param(
            lambda user: re.sub(".$", lambda last: "1" if last[0] == "0" else "0", good(user)),
            id="one-digit-changed",
        ),
        pytest.param(lambda user: good(user).replace(str(user.pk), str(uuid.uuid4())), id="another-actor"),
        pytest.param(lambda user: good(user).replace("|web|", "|web|9"), id="longer-life"),
        pytest.param(lambda user: "||||", id="empty-parts"),
        pytest.param(lambda user: f"{user.pk}|web|soon|{'0' * 64}", id="no-number"),
        pytest.param(lambda user: f"not-a-uuid|web|{int(time.time()) + HOUR}|{'0' * 64}", id="no-uuid"),
        pytest.param(lambda user: good(user) + "|more", id="a-part-too-many"),
    ],
)
def test_any_other_context_gives_no_rows(cast, case, spoil):
    value = spoil(cast.asta)
    assert cases_with(value) == 0
    assert cases_with(good(cast.asta)) == 1  # the same rows are there for the right one


def test_an_ended_account_sees_nothing_although_the_context_is_good(cast, case, today):
    cast.change(cast.asta, is_active=False)
    assert cases_with(good(cast.asta)) == 0


def test_the_context_ends_with_the_transaction(cast, case):
    with acting(cast.asta):
        assert Case.objects.count() == 1
    assert Case.objects.count() == 0


def test_acting_outside_a_transaction_is_an_error(db):
    with (
        mock.patch.object(connections["default"], "in_atomic_block", False),
        pytest.raises(ImproperlyConfigured, match="transaction"),
        acting(None),
    ):
        pass


def protected_tables() -> list[str]:
    names = []
    for table in tables():
        if table.row_rule() is not None:
            names.append(table.name)
        if table.row_rule() is not None and table.history_name:
            names.append(table.history_name)
    return names


def test_without_context_every_protected_table_is_empty(cast, case):
    assert len(protected_tables()) > 40
    with connection.cursor() as cursor:
        for name in protected_tables():
            cursor.execute("select has_table_privilege(%s, 'select')", [f"app.{name}"])
            if cursor.fetchone()[0]:
                cursor.execute(f"select count(*) from {name}")
                assert cursor.fetchone() == (0,), name


def test_nobody_reads_the_keys(db):
    with (
        pytest.raises(Exception, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("select * from sec.key")


def test_an_event_in_somebody_elses_name_is_refused(cast, case, today):
    event = Event(
        actor_id=cast.bo.pk, actor_name="Bo", municipality_id=cast.municipality.pk, case_id=case.pk,
        requires="see_case", kind="prov", occurred_on=today, text="prov",
    )  # fmt: skip
    with acting(cast.asta), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        event.save(force_insert=True)


def test_the_secret_is_not_the_key_that_the_database_holds(db):
    assert context_key("web") != read_secret("context_web").encode()
