"""Sealed columns: what the database holds, what Python shows, and what is refused."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.kernel.sealing import Sealed, Unreadable
from avhopp.sealing import rings
from avhopp.sealing.fields import SealedBytesField, SealedTextField
from cases.models import Intake, JournalEntry, Person
from cases.together import Rows, alone
from tests.databases import TEST_DATABASE, administrator

NUMBER = "198112189876"
NOTES = "cases_journalentry"


@pytest.fixture
def person(cast, case) -> Person:
    with acting(cast.asta):
        found = Person.objects.get(pk=case.person_id)
        found.identity = NUMBER
        found.save()
        yield Person.objects.get(pk=case.person_id)


def stored(column: str, table: str, row: object, key: str = "id") -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"select {column} from {table} where {key} = %s order by 1", [row])
        return [value for (value,) in cursor.fetchall()]


def write_raw(column: str, table: str, value: str, row: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"update {table} set {column} = %s where id = %s", [value, row])


def text_for(case, text: str) -> Intake:
    intake = Intake(case=case, kind="information", channel="telefon", source="polis", text=text)
    intake.received = case.received
    intake.save(force_insert=True)
    return intake


def draft_for(case, by, text: str) -> JournalEntry:
    """What may still be changed: a first contact may not."""
    at = timezone.now()
    entry = JournalEntry(case=case, kind="kontakt", occurred_on=case.received, author=by, written_at=at)
    entry.facts = text
    entry.save(force_insert=True)
    return entry


def test_the_column_holds_a_sealed_text_and_the_attribute_what_was_written(person):
    (column,) = stored("identity", "cases_person", person.pk)
    assert column.startswith("s1.identity")
    assert NUMBER not in column
    assert person.identity == NUMBER
    assert person.birth_date.isoformat() == "1981-12-18"


def test_nothing_is_opened_before_somebody_reads_it(person, monkeypatch):
    opened = []
    monkeypatch.setattr(rings, "key_called", opened.append)
    monkeypatch.setattr("avhopp.sealing.fields.key_called", opened.append)
    (found,) = Person.objects.filter(pk=person.pk)
    assert isinstance(found.__dict__["identity"], Sealed)
    assert isinstance(Person.objects.values_list("identity", flat=True).get(pk=person.pk), Sealed)
    assert str(found.__dict__["identity"]) == "förseglad uppgift"
    assert opened == []


def test_history_is_sealed_too_and_opens_with_the_rows_own_id(person):
    person.identity = "197010632391"
    person.save()
    columns = stored("identity", "cases_historicalperson", person.pk)
    assert all(column is None or column.startswith("s1.identity") for column in columns)
    assert {row.identity for row in person.history.all()} == {None, NUMBER, "197010632391"}
    assert not hasattr(person.history.first(), "identity_index")


def test_a_sealed_text_that_is_moved_to_another_row_does_not_open(cast, case):
    with acting(cast.asta):
        mine, other = (draft_for(case, cast.asta, text) for text in ("Den ena", "Den andra"))
        (column,) = stored("facts", NOTES, mine.pk)
        write_raw("facts", NOTES, column, other.pk)
        moved = JournalEntry.objects.get(pk=other.pk)
        with pytest.raises(Unreadable):
            moved.facts  # noqa: B018
        write_raw("informant", NOTES, column, mine.pk)
        with pytest.raises(Unreadable):
            JournalEntry.objects.get(pk=mine.pk).informant  # noqa: B018
        assert JournalEntry.objects.get(pk=mine.pk).facts == "Den ena"


@pytest.mark.parametrize("plain", ["Storgatan 1", "s1.", "s1.case1.å", " ", "s1"])
def test_the_database_takes_no_plain_text(cast, case, plain):
    with acting(cast.asta):
        draft = draft_for(case, cast.asta, "Den ena")
        with pytest.raises(DatabaseError, match="facts_is_sealed"), transaction.atomic():
            write_raw("facts", NOTES, plain, draft.pk)
        write_raw("facts", NOTES, "", draft.pk)
        assert JournalEntry.objects.get(pk=draft.pk).facts == ""


def test_every_sealed_column_has_its_check_and_a_place_of_its_own(db):
    sealed = [
        (model._meta.db_table, one)
        for model in apps.get_models()
        for one in model._meta.local_concrete_fields
        if isinstance(one, SealedTextField | SealedBytesField)
    ]
    assert len(sealed) > 40
    with connection.cursor() as cursor:
        cursor.execute(
            "select conrelid::regclass::text, conname from pg_constraint where conname like '%_is_sealed'"
        )
        checked = set(cursor.fetchall())
    assert {(table, f"{one.column}_is_sealed") for table, one in sealed} == checked
    tables = {one.place: table for table, one in sealed if "_historical" not in table}
    places = [one.place for table, one in sealed if "_historical" not in table]
    assert sorted(places) == sorted(tables)
    history = [
        (table.replace("_historical", "_"), one.place) for table, one in sealed if "_historical" in table
    ]
    assert all(tables[place] == table for table, place in history)


def test_writing_many_rows_at_once_is_refused(person):
    with pytest.raises(TypeError, match="sealed for its row"), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(identity=NUMBER)
    with pytest.raises(TypeError, match="sealed for its row"), transaction.atomic():
        Person.objects.bulk_update([person], ["identity"])
    assert Person.objects.filter(pk=person.pk).update(children_count=2) == 1


def test_only_emptiness_can_be_asked_for(person, case):
    assert list(Person.objects.filter(identity=None, pk=person.pk)) == []
    assert Intake.objects.filter(case=case, text="").exists()
    for lookup in ({"identity": NUMBER}, {"identity__startswith": "1981"}, {"identity__in": [NUMBER]}):
        with pytest.raises((TypeError, Exception), match=r"sealed|Unsupported lookup"):
            list(Person.objects.filter(**lookup))


def test_saving_what_was_not_changed_leaves_no_history(person):
    before = person.history.count()
    (column,) = stored("identity", "cases_person", person.pk)
    person.identity = NUMBER
    person.save()
    assert person.history.count() == before
    assert stored("identity", "cases_person", person.pk) == [column]


def test_what_is_taken_away_is_gone_with_its_index(person):
    person.identity = None
    person.save()
    found = Person.objects.get(pk=person.pk)
    assert (found.identity, found.identity_index) == (None, None)


def test_many_new_rows_at_once_are_sealed_each_for_itself(cast, case):
    with acting(cast.asta):
        made = Intake.objects.bulk_create(
            Intake(
                case=case,
                kind="information",
                channel="telefon",
                source="polis",
                received=case.received,
                text="Lika",
            )
            for _ in range(3)
        )
        columns = {column for one in made for column in stored("text", "cases_intake", one.pk)}
        assert len(columns) == 3
        assert {Intake.objects.get(pk=one.pk).text for one in made} == {"Lika"}


def test_rows_that_are_read_as_json_open_too(cast, case):
    with acting(cast.asta):
        text_for(case, "I JSON")
        texts = {one.text for one in alone(case, {"rows": Rows(Intake.objects.filter(case=case))})["rows"]}
        assert "I JSON" in texts


def test_a_text_that_looks_sealed_is_sealed_as_any_other(cast, case):
    with acting(cast.asta):
        intake = text_for(case, "s1.case1.AAAA")
        assert Intake.objects.get(pk=intake.pk).text == "s1.case1.AAAA"
        assert stored("text", "cases_intake", intake.pk) != ["s1.case1.AAAA"]


def test_a_field_that_was_not_read_with_its_row_opens_when_it_is_asked_for(person, django_assert_num_queries):
    found = Person.objects.defer("identity").get(pk=person.pk)
    with django_assert_num_queries(1):
        assert found.identity == NUMBER
    assert found.identity == NUMBER


def test_the_number_is_found_by_its_index_in_the_own_municipality_only(person, cast):
    assert Person.objects.with_number(NUMBER, cast.municipality.pk).get() == person
    assert not Person.objects.with_number("197010632391", cast.municipality.pk).exists()
    assert not Person.objects.with_number(NUMBER, person.pk).exists()
    query, values = (
        Person.objects.with_number(NUMBER, cast.municipality.pk).order_by().query.sql_with_params()
    )
    with administrator(TEST_DATABASE) as admin:  # not the policies, a shorter way to few rows
        admin.execute("set enable_seqscan = off")
        admin.execute("set search_path = app, sec")
        plan = str(admin.execute("explain " + query, values).fetchall())
    assert "person_by_identity" in plan
