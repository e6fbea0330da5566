"""Every write leaves exactly one history row per changed row, in its transaction; none can be changed."""

import pytest
from django.db import connection, transaction

from avhopp.access.context import acting, because
from avhopp.accounts.models import Unit
from cases.models import Case, Intake, Person

PATHS = {
    "save": lambda person: person.save(),
    "save with update_fields": lambda person: person.save(update_fields=["children_count"]),
    "update": lambda person: Person.objects.filter(pk=person.pk).update(children_count=person.children_count),
    "bulk_update": lambda person: Person.objects.bulk_update([person], ["children_count"]),
}


@pytest.mark.parametrize("path", PATHS)
def test_each_way_to_change_a_row_leaves_one_history_row(cast, case, path):
    with acting(cast.asta):
        person = Person.objects.get()
        before = person.history.count()
        person.children_count = 3
        PATHS[path](person)
        rows = list(person.history.all())
    assert len(rows) == before + 1
    assert (rows[0].history_type, rows[0].children_count) == ("~", 3)
    assert rows[0].history_user_id == cast.asta.pk


def test_raw_sql_leaves_a_history_row(cast, case):
    with acting(cast.asta):
        with connection.cursor() as cursor:
            cursor.execute("update cases_person set children_count = 4 where id = %s", [case.person_id])
        assert case.person.history.first().children_count == 4


def test_inserts_and_deletes_leave_a_history_row(cast, case, today):
    with acting(cast.asta):
        made = Intake.objects.bulk_create(
            [
                Intake(case=case, kind="information", channel="telefon", source="sjalv", received=today)
                for _ in range(3)
            ]
        )
        assert {row.history_type for entry in made for row in entry.history.all()} == {"+"}
        assert [entry.history.count() for entry in made] == [1, 1, 1]


def test_a_write_that_changes_nothing_leaves_nothing(cast, case):
    with acting(cast.asta):
        before = case.history.count()
        Case.objects.get().save()
        assert case.history.count() == before


def test_the_reason_stands_on_the_row(cast, case):
    with acting(cast.asta):
        because("Rättelse efter samtal")
        Person.objects.update(children_count=1)
        assert case.person.history.first().history_change_reason == "Rättelse efter samtal"


def test_without_an_actor_the_login_stands_as_the_reason(cast):
    Unit.objects.create(municipality=cast.municipality, ref="ny", name="Ny enhet")
    row = Unit.history.first()
    assert (row.history_user_id, row.history_change_reason) == (None, "avhopp_web")


def test_a_change_that_is_rolled_back_has_no_history(cast, case):
    with acting(cast.asta):
        before = case.person.history.count()
        with transaction.atomic():
            Person.objects.update(children_count=7)
            assert case.person.history.count() == before + 1
            transaction.set_rollback(True)
        assert case.person.history.count() == before


@pytest.mark.parametrize("statement", ["update {} set history_type = '-'", "delete from {}", "truncate {}"])
def test_history_cannot_be_changed_by_the_web_login(cast, case, statement):
    refused = pytest.raises(Exception, match="permission denied")
    with acting(cast.asta), connection.cursor() as cursor, refused, transaction.atomic():
        cursor.execute(statement.format("cases_historicalcase"))


def test_history_of_a_hidden_case_is_hidden_too(cast, case):
    with acting(cast.asta):
        assert Case.history.count() > 0
    with acting(cast.cleo):
        assert Case.history.count() == 0
        assert Person.history.count() == 0
