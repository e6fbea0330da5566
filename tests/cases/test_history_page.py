"""Vem ändrade vad, när och varför: every change as far as the reader's rights reach, and no further."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.policy import rights_on
from avhopp.access.roles import Can, Role
from avhopp.access.walls import tables
from avhopp.audit.models import ReadEntry
from cases.actions.grants import assign_handler
from cases.actions.investigation import write_investigation
from cases.actions.journal import Note, sign_entry, write_draft
from cases.history import kinds as registered
from cases.history.kinds import kinds, kinds_for
from cases.history.reading import Heads, Material, Wanted
from cases.models import Case, Decision, HealthPart, Investigation, JournalEntry, Person, Task
from cases.views import history
from placements.models import GrantApplication, Placement, PlacementAbsence, PlacementPrice, Provider
from tests.collaboration import conftest as collaboration
from tests.markup import words

from .conftest import text_of

assess = collaboration.assess
#: Tables of a case whose history the page does not show, and why.
#: Who holds grants is seen with `see_access` on the pages; the second wall asks for sight of the case.
FIRST_WALL_ALONE = {"behorighet", "gruppbehorighet"}
LEFT_OUT = {"cases.ProtectedContact": "no page shows where somebody was"}
SECRET, NEW_SECRET = "Hon vågar inte gå hem.", "Hon vågar gå hem nu."


def page_of(client, case, **wanted):
    answer = client.get(reverse("case_history", args=[case.pk]), wanted)
    assert answer.status_code == 200
    return answer


@pytest.fixture
def seal():
    """`seal()` ends a transaction as far as the ledger knows: what was written since the last is one act."""

    def sealed() -> None:
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            cursor.execute("set constraints all deferred")

    return sealed


@pytest.fixture
def case(granted):
    """A case with an investigation and a decision. The fixtures of the collaboration add to it."""
    return granted.case


@pytest.fixture
def lived(cast, case, today, seal, assess):
    """A case in which something of every kind has happened, each thing sealed by itself."""
    seal()
    with acting(cast.asta):
        found = Investigation.objects.get(case=case)
        HealthPart.objects.filter(case=case).first() or HealthPart(
            case=case, investigation=found, text=SECRET
        ).save(force_insert=True)
        draft = write_draft(
            case=case, note=Note("besok", today, SECRET), by=cast.asta, at=timezone.localtime()
        )
        sign_entry(entry=draft, by=cast.asta, at=timezone.localtime())
        Task(case=case, kind="annat", starts=today, due=today, note=SECRET).save(force_insert=True)
    seal()
    assess()
    with acting(cast.siri):
        GrantApplication(case=case, applied=Decimal("120000")).save(force_insert=True)
        provider = Provider(municipality=cast.municipality, ref="granen", name="Granens hem", kind="hvb")
        provider.save(force_insert=True)
    seal()
    with acting(cast.asta):
        stay = Placement(
            case=case, person_id=case.person_id, decision=Decision.objects.get(case=case), provider=provider,
            outside_reason=SECRET, planned_start=today,
        )  # fmt: skip
        stay.save(force_insert=True)
        PlacementPrice(case=case, placement=stay, start=today, rate=Decimal("2350.50")).save(
            force_insert=True
        )
    seal()
    return case


def change_person(cast, case, **facts):
    with acting(cast.asta):
        person = Person.objects.get(pk=case.person_id)
        for name, value in facts.items():
            setattr(person, name, value)
        person.save()


def test_a_change_shows_before_and_after_who_in_which_role_and_when(as_, cast, case, seal):
    change_person(cast, case, birth_year=2001, children_count=2, sex="kvinna")
    seal()
    said = words(page_of(as_("frida"), case, slag="person"))
    assert "Asta, socialsekreterare" in said
    assert f"{timezone.localdate()} kl." in said
    assert "Födelseår 1999 2001" in said
    assert "Antal barn 0 2" in said
    assert "Juridiskt kön Okänt Kvinna" in said


def test_what_was_done_at_once_is_one_entry_with_its_words_and_its_reason(as_, cast, case, today, seal):
    seal()
    with acting(cast.bo):
        assign_handler(
            case=case, handler=cast.frida, reason="Asta är föräldraledig.", by=cast.bo, today=today
        )
    seal()
    page = page_of(as_("frida"), case)
    newest = text_of(page).split('<section class="card"')[1]
    assert newest.count("history-item") == 2, "the old grant ended, and the new one, in one entry"
    assert "Skäl:</strong> Asta är föräldraledig." in newest
    assert "Bo, enhetschef" in newest
    assert "Frida handlägger ärendet." in newest.split("</h2>")[0]
    assert "Behörighet till ärende: Asta, Handläggare" in words(page)


def test_two_acts_of_one_person_are_two_entries(as_, cast, case, seal):
    seal()
    for year in (2001, 2002):
        change_person(cast, case, birth_year=year)
        seal()
    said = words(page_of(as_("asta"), case, slag="person"))
    assert said.index("Födelseår 2001 2002") < said.index("Födelseår 1999 2001")
    assert text_of(page_of(as_("asta"), case, slag="person")).count('<section class="card"') == 3


AREAS = {
    "asta": {
        "Ärendet", "Person", "Aktualisering", "Utredning", "Beslut", "Journal", "Uppgifter", "Uppföljning",
        "Behörigheter", "Skydd", "Placering", "Pengar", "Polisens bedömning", "Samtycke", "Utlämnanden",
        "Slagningar och avvikelser", "Handlingar",
    },
}  # fmt: skip
AREAS["frida"] = AREAS["asta"]
AREAS["siri"] = AREAS["asta"] - {"Journal"}
AREAS["bo"] = AREAS["asta"] - {"Journal"}
AREAS["eskil"] = {"Ärendet", "Beslut", "Placering", "Pengar"}
ROWS = {
    "asta": {
        "Person",
        "Journalanteckning",
        "Utredningens del om hälsa",
        "Hotbildsbedömning",
        "Prisperiod",
        "Uppgift",
    },
    "frida": {
        "Person",
        "Journalanteckning",
        "Utredningens del om hälsa",
        "Hotbildsbedömning",
        "Prisperiod",
        "Uppgift",
    },
    "siri": {"Person", "Hotbildsbedömning", "Prisperiod", "Uppgift"},
    "bo": {"Person", "Hotbildsbedömning", "Prisperiod", "Uppgift"},
    "eskil": {"Prisperiod"},
}


@pytest.mark.parametrize("handle", AREAS)
def test_each_role_sees_the_changes_of_its_own_information(as_, lived, handle):
    page = text_of(page_of(as_(handle), lived))
    choices = page.split('name="slag"')[1].split("</select>")[0]
    assert set(re.findall(r">([^<\n]+)</option>", choices)) - {"Allt"} == AREAS[handle]
    named = {name for name in ROWS["asta"] if f"<span>{name}" in page}
    assert named == ROWS[handle]
    assert "Granens hem" in page
    assert "2\u00a0350,50\u00a0kr" in page


def test_finance_reads_no_names_no_grounds_and_no_reasons(as_, cast, lived, seal):
    with acting(cast.asta):
        Case.objects.filter(pk=lived.pk).update(police_contact="Polis Hemlig", definition="uppfyller_inte")
    seal()
    said = words(page_of(as_("eskil"), lived))
    assert "Påhittad Person" not in said
    assert "Polis Hemlig" not in said
    assert "Definitionen" not in said
    assert "Skäl för beslutet" not in said
    assert "Polis Hemlig" in words(page_of(as_("asta"), lived))


@pytest.mark.parametrize("handle", ["cleo", "lova", "eva", "nils"])
def test_who_has_no_right_to_the_case_learns_nothing(as_, lived, handle):
    assert as_(handle).get(reverse("case_history", args=[lived.pk])).status_code == 404


def heads(case, user, rights):
    return {head.kind for head in Heads(case, user, kinds_for(rights), Wanted())[0:500]}


@pytest.mark.parametrize("handle", ["siri", "bo", "eskil"])
def test_each_wall_hides_the_rows_by_itself(cast, lived, handle):
    user = cast.people[handle]
    everything = set(Can)
    with acting(user):
        rights = rights_on(user, lived)
        both, second_alone = heads(lived, user, rights), heads(lived, user, everything)
    with acting(cast.asta):
        first_alone = heads(lived, user, rights)
    assert "journal" not in both | second_alone | first_alone
    assert "halsa" not in both | second_alone | first_alone
    assert both == first_alone
    assert second_alone - both <= FIRST_WALL_ALONE
    with acting(cast.asta):
        assert {"journal", "halsa"} <= heads(lived, cast.asta, everything)


def test_somebody_elses_draft_shows_first_when_it_is_signed(as_, cast, case, today, seal):
    seal()
    with acting(cast.asta):
        draft = write_draft(
            case=case, note=Note("besok", today, SECRET), by=cast.asta, at=timezone.localtime()
        )
    seal()
    assert "Journalanteckning" in words(page_of(as_("asta"), case, slag="journal"))
    assert "Journalanteckning" not in words(page_of(as_("frida"), case, slag="journal"))
    with acting(cast.asta):
        sign_entry(entry=draft, by=cast.asta, at=timezone.localtime())
    seal()
    page = words(page_of(as_("frida"), case, slag="journal"))
    assert "Tillkom" in page, "to her the entry begins when it was signed"
    assert "Ändrades" not in page
    change = draft_change(draft, "+")
    assert as_("asta").get(reverse("history_text", args=[case.pk, change])).status_code == 200
    assert as_("frida").get(reverse("history_text", args=[case.pk, change])).status_code == 404


def draft_change(entry, kind):
    with acting(entry.author):
        return JournalEntry.history.get(id=entry.pk, history_type=kind).history_id


def test_a_removed_row_says_what_it_held(as_, cast, lived, seal):
    with acting(cast.asta):
        stay = Placement.objects.get(case=lived)
        away = {"start": stay.planned_start, "end": stay.planned_start, "rate": Decimal("2350.50")}
        PlacementAbsence(case=lived, placement=stay, **away).save(force_insert=True)
        seal()
        PlacementAbsence.objects.filter(case=lived).delete()
    seal()
    newest = text_of(page_of(as_("eskil"), lived)).split('<section class="card"')[1]
    assert "Togs bort" in newest
    assert "Visa vad som togs bort" in newest
    assert "2\u00a0350,50\u00a0kr" in newest


@pytest.fixture
def rewritten(cast, case, today, seal):
    """The change of a sealed text: the investigation's."""
    seal()
    found = Investigation.objects.none()
    with acting(cast.asta):
        found = Investigation(case=case, opened=today, due=today, needs=SECRET)
        found.save(force_insert=True)
    seal()
    with acting(cast.asta):
        write_investigation(investigation=found, parts={"needs": NEW_SECRET}, by=cast.asta, today=today)
    seal()
    with acting(cast.asta):
        return Investigation.history.filter(id=found.pk).latest().history_id


def test_a_sealed_text_is_changed_and_no_more(as_, case, rewritten):
    page = page_of(as_("asta"), case, slag="utredning")
    assert "Behov av stöd och skydd – ändrad" in words(page)
    assert reverse("history_text", args=[case.pk, rewritten]) in text_of(page)
    for text in (SECRET, NEW_SECRET, "s1."):
        assert text not in text_of(page)


def test_the_text_itself_is_a_reading_that_is_logged(as_, cast, case, rewritten):
    page = as_("bo").get(reverse("history_text", args=[case.pk, rewritten]))
    assert "<del>" in text_of(page)
    assert "<ins>" in text_of(page)
    assert "Hon vågar Borttaget: inte gå Borttaget: hem. Nytt: hem nu." in words(page)
    with acting(cast.lova):
        entry = ReadEntry.objects.filter(what=Can.SEE_INVESTIGATION.value).get(object_id=rewritten)
    assert (entry.actor_id, entry.case_id, entry.ground) == (cast.bo.pk, case.pk, "enhet")


@pytest.mark.parametrize("handle", ["eskil", "cleo", "lova"])
def test_the_text_is_not_there_for_whoever_may_not_read_it(as_, case, rewritten, handle):
    assert as_(handle).get(reverse("history_text", args=[case.pk, rewritten])).status_code == 404


def test_a_text_of_another_case_is_not_there(as_, another, rewritten):
    assert as_("asta").get(reverse("history_text", args=[another().pk, rewritten])).status_code == 404


def test_a_change_without_texts_has_no_page_of_its_own(as_, cast, lived):
    with acting(cast.asta):
        change = PlacementPrice.history.get(case=lived).history_id
    assert as_("asta").get(reverse("history_text", args=[lived.pk, change])).status_code == 404


def test_the_filters_choose_by_kind_person_and_day(as_, cast, lived, today):
    asta = as_("asta")
    assert "Person" not in rows(page_of(asta, lived, slag="pris"))
    assert rows(page_of(asta, lived, slag="pris")) == {"Prisperiod", "Ansökan om statliga medel"}
    assert "Hotbildsbedömning" in rows(page_of(asta, lived, person=str(cast.siri.pk)))
    assert "Beslut" not in rows(page_of(asta, lived, person=str(cast.siri.pk)))
    assert rows(page_of(asta, lived, fran=today.isoformat(), till=today.isoformat())) == rows(
        page_of(asta, lived)
    )
    yesterday = (today - timedelta(days=1)).isoformat()
    empty = page_of(asta, lived, till=yesterday)
    assert "Inga ändringar i det urvalet" in words(empty)
    wrong = page_of(asta, lived, fran="i går")
    assert "Skriv datumet som ÅÅÅÅ-MM-DD" in words(wrong)
    turned = page_of(asta, lived, fran=today.isoformat(), till=yesterday)
    assert "Välj en dag som inte är före Från." in words(turned)


def rows(page) -> set[str]:
    return set(re.findall(r'class="cluster"><span>([^<:]+)', text_of(page)))


def test_the_addresses_hold_no_names(as_, cast, lived):
    page = text_of(page_of(as_("asta"), lived))
    values = re.findall(r'<option value="([^"]*)"', page)
    assert str(cast.siri.pk) in values
    assert not {value for value in values if "Siri" in value}


def many(cast, case, count):
    with acting(cast.asta):
        for n in range(count):
            Task(case=case, kind="annat", starts=case.received, due=case.received + timedelta(days=n)).save(
                force_insert=True
            )


def test_a_long_history_comes_page_by_page_and_an_act_may_go_on(as_, cast, case, seal, monkeypatch):
    monkeypatch.setattr(history, "PER_PAGE", 5)
    seal()
    many(cast, case, 7)
    seal()
    asta = as_("asta")
    first = words(page_of(asta, case, slag="uppgift"))
    assert "1–5 av" in first
    assert "Fler ändringar från samma tillfälle står på nästa sida." in first
    assert "på föregående sida" not in first
    second = words(page_of(asta, case, slag="uppgift", sida=2))
    assert "Fler ändringar från samma tillfälle står på föregående sida." in second
    assert "på nästa sida" not in second


@pytest.mark.parametrize("handle", ["asta", "eskil"])
def test_more_history_costs_no_more_questions(as_, cast, lived, seal, handle):
    client = as_(handle)
    page_of(client, lived)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page_of(client, lived)
        return len(queries)

    few = asked()
    many(cast, lived, 60)
    with acting(cast.siri):
        for n in range(3):
            GrantApplication(case=lived, applied=Decimal(n)).save(force_insert=True)
    seal()
    assert asked() <= few


def test_a_role_is_the_one_held_at_the_time():
    """The account's own history tells, and not what the account is today."""
    asta, noon = uuid4(), datetime(2026, 3, 1, 12, tzinfo=UTC)
    before = SimpleNamespace(name="Asta", role=Role.CASE_WORKER, history_date=noon)
    later = SimpleNamespace(name="Asta Ek", role=Role.UNIT_MANAGER, history_date=noon + timedelta(days=9))
    material = Material(people={asta: [before, later]})
    assert material.who(asta, noon + timedelta(days=1)) == ("Asta", "Socialsekreterare")
    assert material.who(asta, noon + timedelta(days=10)) == ("Asta Ek", "Enhetschef")
    assert material.who(None, noon) == ("Systemet", "")


def test_every_table_of_a_case_is_shown_or_left_out_for_a_reason():
    with_history = {
        table.model._meta.label
        for table in tables()
        if table.history_name
        and any(one.name in ("case", "content_object") for one in table.model._meta.fields)
    }
    shown = {kind.model._meta.label for kind in kinds()}
    assert with_history - shown == set(LEFT_OUT)
    assert shown - with_history == {"cases.Case", "cases.Person"}


def test_a_kind_is_opened_by_the_right_that_opens_its_rows():
    for kind in kinds():
        rows = kind.model._default_manager.all()
        assert kind.see == getattr(rows, "see", Can.SEE_ACCESS), kind.key


def test_every_field_that_is_shown_has_a_swedish_name():
    for kind in kinds():
        for one in kind.fields(set(Can)):
            assert one.name in kind.names or one._verbose_name, f"{kind.key}.{one.name}"
            assert one.name not in kind.names or not one._verbose_name, "one name is enough"


def test_keys_are_different():
    assert len({kind.key for kind in kinds()}) == len(kinds()) == len(registered._kinds)
