"""The read log: every list, search and page that shows somebody leaves its entry before the answer leaves."""

import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.audit.models import ReadEntry
from cases.models import Decision, GrantKind, Person
from placements.models import GrantApplication, Placement, PlacementPrice, Provider
from tests.access.test_outsiders import WITHOUT_ARGUMENTS
from tests.collaboration import conftest as collaboration
from tests.markup import said

assess, give, wish, own_activity = (
    collaboration.assess, collaboration.give, collaboration.wish, collaboration.own_activity,
)  # fmt: skip
NAME, NUMBER = "Åsa Östergren", "198112189876"


@pytest.fixture
def known(cast, case):
    """Asta's case, with a person who can be found by name and number."""
    with acting(cast.asta):
        person = Person.objects.get(pk=case.person_id)
        person.set_name(NAME)
        person.identity = NUMBER
        person.save()
    return case


@pytest.fixture
def entries(cast):
    """`entries()` gives what has been logged since it was last asked, as the log auditor reads it."""
    seen = set()

    def new() -> list[ReadEntry]:
        with acting(cast.lova):
            found = [entry for entry in ReadEntry.objects.order_by("at") if entry.pk not in seen]
        seen.update(entry.pk for entry in found)
        return found

    return new


@pytest.fixture
def everywhere(cast, known, assess, give, today):
    """Something of the case in every list there is."""
    assess(valid_to=today)
    give()
    with acting(cast.siri):
        provider = Provider(municipality=cast.municipality, ref="granen", name="Granen", kind="hvb")
        provider.save(force_insert=True)
        GrantApplication(case=known, applied=1000).save(force_insert=True)
    with acting(cast.asta):
        decision = Decision(case=known, kind="hvb", decided=today)
        decision.save(force_insert=True)
        stay = Placement(
            case=known, person_id=known.person_id, decision=decision, provider=provider,
            outside_reason="Akut", planned_start=today, start=today,
        )  # fmt: skip
        stay.save(force_insert=True)
        PlacementPrice(case=known, placement=stay, start=today, rate=1000).save(force_insert=True)
    return known


def test_the_work_list_is_one_entry_with_the_cases_it_showed(as_, cast, known, entries):
    as_("asta").get(reverse("my_cases"))
    (entry,) = entries()
    assert (entry.what, entry.object_type, entry.case_ids) == ("see_person", "case", [known.pk])
    assert (entry.shown, entry.searched_by, entry.ground) == (1, None, "behorigheter")
    assert (entry.actor_id, entry.role, entry.unit_id) == (cast.asta.pk, cast.asta.role, cast.beroende.pk)
    assert (entry.case_id, entry.object_id) == (None, None)


def test_who_sees_no_names_is_logged_for_the_case(as_, known, entries):
    as_("eskil").get(reverse("my_cases"))
    assert [entry.what for entry in entries()] == ["see_case"]


def test_a_list_without_rows_shows_nothing_and_leaves_nothing(as_, known, entries):
    assert as_("cleo").get(reverse("my_cases")).status_code == 200
    assert entries() == []


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("östergren", "namn"),
        (NUMBER, "personnummer"),
        ("811218-9876", "personnummer"),
        ("{no}", "arendenummer"),
    ],
)
@pytest.mark.parametrize(
    ("where", "said"), [("case_search", {}), ("intake", {"steg": "sok"})], ids=["search", "intake"]
)
def test_a_search_is_logged_by_its_kind_and_never_by_its_term(as_, known, entries, typed, kind, where, said):
    typed = typed.format(no=known.case_no)
    answer = as_("asta").post(reverse(where), {"q": typed, **said})
    assert NAME in answer.content.decode()
    (entry,) = entries()
    assert (entry.searched_by, entry.shown, entry.case_ids) == (kind, 1, [known.pk])
    kept = json.dumps(model_to_dict(entry), cls=DjangoJSONEncoder, ensure_ascii=False).lower()
    for term in (typed, NUMBER, "811218", NAME, "östergren", "ostergren"):
        assert term.lower() not in kept


def test_a_search_without_hits_is_logged_all_the_same(as_, known, entries):
    for handle, kind in (("cleo", "namn"), ("eskil", "namn"), ("asta", "namn")):
        as_(handle).post(reverse("case_search"), {"q": "östergren" if handle != "asta" else "Nilsson"})
        (entry,) = entries()
        assert (entry.searched_by, entry.shown, entry.case_ids) == (kind, 0, [])


@pytest.mark.parametrize("typed", ["", "x", "19811218-9877"])
def test_what_is_no_search_leaves_nothing(as_, known, entries, typed):
    as_("asta").post(reverse("case_search"), {"q": typed})
    assert entries() == []


@pytest.mark.parametrize("handle", ["asta", "siri", "bo", "frida", "eskil"])
def test_no_page_shows_a_case_or_a_name_without_an_entry(as_, everywhere, entries, handle):
    """Over every address without arguments, so that a new list cannot forget it."""
    client, shown = as_(handle), []
    for address in WITHOUT_ARGUMENTS:
        answer = client.get(reverse(address.name))
        logged, is_page = entries(), "text/html" in answer.headers["Content-Type"]
        if answer.status_code != 200:
            continue
        body = said(answer)
        told = str(everywhere.pk) in body or NAME in body  # the number may stand in an example on a page
        told = told or (not is_page and everywhere.case_no in body)
        kept = [entry for entry in logged if everywhere.pk in (entry.case_ids or [entry.case_id])]
        assert len(kept) == (1 if told else 0), address.name
        if NAME in body:
            assert kept[0].what == "see_person", address.name
        shown += [address.name] if told else []
    assert {"my_cases", "placements"} <= set(shown)
    if handle == "siri":
        assert {"assessments", "releases", "applications", "dashboard", "due_work"} <= set(shown)


def test_the_log_costs_one_question_and_asks_for_nothing_back(as_, known, entries):
    client = as_("asta")
    client.get(reverse("my_cases"))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("my_cases"))
    about_the_log = [query["sql"] for query in queries if "audit_readentry" in query["sql"]]
    assert len(about_the_log) == 1
    assert about_the_log[0].lower().startswith("insert")
    assert "returning" not in about_the_log[0].lower()


@pytest.mark.parametrize("path", ["list", "search", "page"])
def test_what_cannot_be_logged_is_not_shown(as_, known, monkeypatch, path):
    def broken(self, **_):
        raise DatabaseError("the log is full")

    client = as_("asta")
    client.raise_request_exception = False
    monkeypatch.setattr(ReadEntry, "save", broken)
    if path == "list":
        answer = client.get(reverse("my_cases"))
    elif path == "search":
        answer = client.post(reverse("case_search"), {"q": NAME})
    else:
        answer = client.get(known.url)
    assert answer.status_code == 503
    assert "stängt just nu" in answer.content.decode()
    assert NAME not in answer.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_ground_of_what_lies_below_a_case_is_the_grant_and_costs_no_question(
    as_, cast, known, assess, entries, method
):
    assess()
    address = reverse("second_reading", args=[known.pk, assess(threat="ej_bedomd").pk])
    for handle, ground in (("asta", GrantKind.ASSIGNMENT), ("siri", GrantKind.UNIT)):
        client = as_(handle)
        with CaptureQueriesContext(connection) as queries:
            getattr(client, method)(address)
        asked = [query["sql"] for query in queries]
        logged = next(n for n, sql in enumerate(asked) if 'INSERT INTO "audit_readentry"' in sql)
        grants = [sql for sql in asked[:logged] if '"auth_permission"."codename"' in sql.split("FROM")[0]]
        assert len(grants) == 1
        assert [entry.ground for entry in entries()] == [ground.value]


def test_what_belongs_to_no_case_is_read_by_role(as_, cast, entries):
    with acting(cast.siri):
        provider = Provider(municipality=cast.municipality, ref="granen", name="Granen", kind="hvb")
        provider.save(force_insert=True)
    as_("asta").get(reverse("provider", args=[provider.pk]))
    (entry,) = entries()
    assert (entry.ground, entry.case_id, entry.case_ids, entry.shown) == ("roll", None, None, None)
