"""The case on one page: who sees what of it, what it costs, and what outsiders get."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Can
from cases import panels, urls
from cases.actions.journal import Note, sign_entry, write_draft
from cases.models import FollowUp, Investigation, JournalEntry, Task
from cases.panels import Panel

from .conftest import text_of

FRAME = 13  # session, account, signed context, grants, read log and municipality: the same on every page


@pytest.fixture
def full(cast, granted, today):
    """A case with something of everything."""
    case = granted.case
    with acting(cast.asta):
        draft = write_draft(
            case=case, note=Note("besok", today, "Möte."), by=cast.asta, at=timezone.localtime()
        )
        sign_entry(entry=draft, by=cast.asta, at=timezone.localtime())
        FollowUp(case=case, planned=today).save(force_insert=True)
    return case


SECTIONS = ["person", "utredning", "beslut", "journal", "uppfoljning", "atkomst", "tidslinje"]
SEES = {
    "asta": {"person", "utredning", "beslut", "journal", "uppfoljning", "atkomst", "tidslinje"},
    "frida": {"person", "utredning", "beslut", "journal", "uppfoljning", "atkomst", "tidslinje"},
    "siri": {"person", "utredning", "beslut", "uppfoljning", "atkomst", "tidslinje"},
    "bo": {"person", "utredning", "beslut", "uppfoljning", "atkomst", "tidslinje"},
    "eskil": {"beslut", "tidslinje"},
}


@pytest.mark.parametrize("handle", SEES)
def test_each_role_sees_its_sections(as_, full, handle):
    page = text_of(as_(handle).get(full.url))
    assert {section for section in SECTIONS if f'id="{section}"' in page} == SEES[handle]
    assert ("Påhittad Person" in page) is ("person" in SEES[handle])
    assert ("Möte." in page) is ("journal" in SEES[handle])
    assert "Behöver stöd." in page or handle == "eskil"


def test_neither_title_nor_address_names_the_person(as_, full):
    page = text_of(as_("asta").get(full.url))
    title = page.split("<title>")[1].split("</title>")[0]
    assert full.case_no not in title
    assert "Person" not in title


def test_the_page_offers_the_steps_of_the_role(as_, investigated):
    decide = reverse("decide", args=[investigated.pk])
    for handle, offered in (("asta", True), ("bo", True), ("frida", True), ("siri", False), ("eskil", False)):
        assert (decide in text_of(as_(handle).get(investigated.url))) is offered
    assert "Nästa steg tas av Asta" in text_of(as_("siri").get(investigated.url))


def test_a_panel_is_loaded_for_those_who_may_see_it_alone(as_, case, monkeypatch):
    loaded = []

    def load(case, user, today, found):
        loaded.append(user.handle)
        return {"text": "Det egna innehållet"}

    def rows(case, user):
        return {}

    panel = Panel("prov", 1, "Provpanel", Can.SEE_ASSESSMENT, "components/alert.html", rows, load)
    monkeypatch.setitem(panels._panels, "prov", panel)
    for handle in ("asta", "siri", "eskil"):
        page = text_of(as_(handle).get(case.url))
        assert ("Det egna innehållet" in page) is (handle != "eskil")
    assert loaded == ["asta", "siri"]


def test_the_page_costs_a_constant_number_of_queries(as_, cast, full, today, monkeypatch):
    monkeypatch.setattr(panels, "_panels", {})  # the panels of other parts count their own
    monkeypatch.setattr(panels, "_due_sources", {"cases": panels._due_sources["cases"]})
    asta = as_("asta")
    asta.get(full.url)
    with CaptureQueriesContext(connection) as few:
        asta.get(full.url)
    with acting(cast.asta):
        for _ in range(4):
            FollowUp(case=full, planned=today).save(force_insert=True)
            Task(case=full, kind=Task.Kind.OTHER, starts=today, due=today).save(force_insert=True)
            write_draft(case=full, note=Note("besok", today, "Mer."), by=cast.asta, at=timezone.localtime())
    with CaptureQueriesContext(connection) as many:
        asta.get(full.url)
    assert len(many) == len(few)
    assert len(few) <= FRAME + 15, "\n".join(query["sql"][:110] for query in few)


def test_the_timeline_shows_what_the_role_may_read(as_, full):
    line = reverse("case_timeline", args=[full.pk])
    assert "Journalanteckning: besök." in text_of(as_("asta").get(line))
    page = text_of(as_("siri").get(line))
    assert "Journalanteckning: besök." not in page
    assert "Definitionen prövades" in page
    assert "Definitionen prövades" not in text_of(as_("eskil").get(line))


def test_who_has_access_is_told(as_, full):
    page = text_of(as_("asta").get(full.url)).split('id="atkomst"')[1]
    assert all(name in page for name in ("Asta", "Enhetschef, Beroende", "Avhopparsamordnare", "Ekonom"))
    assert "Ungdom" not in page


def addresses(case, ids):
    """Every address of a case, with the things of that case in it."""
    for pattern in urls.case_urls:
        for kwargs in ({}, *({key: value} for key, value in ids.items()), {"event": "avsluta"}):
            try:
                yield reverse(pattern.name, kwargs={"case_id": case, **kwargs})
            except NoReverseMatch:
                continue


#: What they get of each address is asked in tests/access/test_outsiders.py too, by reading alone.
OTHERS = ["eva", "lova", "nils"]


@pytest.fixture
def things(cast, full):
    with acting(cast.asta):
        return {
            "journalentry_id": JournalEntry.objects.first().pk,
            "investigation_id": Investigation.objects.first().pk,
            "decision_id": full.decisions.first().pk,
            "follow_up_id": FollowUp.objects.first().pk,
            "task_id": Task.objects.first().pk,
            "protectedreading_id": uuid.uuid4(),  # nobody has asked to read
            "change_id": uuid.uuid4(),  # nothing was sealed yet
            "document_id": uuid.uuid4(),  # nobody has added one
        }


@pytest.mark.parametrize("handle", ["cleo", *(pytest.param(name, marks=pytest.mark.deep) for name in OTHERS)])
def test_outsiders_get_byte_for_byte_what_does_not_exist(as_, full, things, handle):
    client = as_(handle)
    real = list(addresses(full.pk, things))
    invented = list(addresses(uuid.uuid4(), {key: uuid.uuid4() for key in things}))
    assert len(real) == len(invented) == len(urls.case_urls)
    for here, nowhere in zip(real, invented, strict=True):
        for ask in (client.get, client.post, client.put):
            hidden, missing = ask(here), ask(nowhere)
            assert hidden.status_code == missing.status_code in (404, 405), here
            assert hidden.content == missing.content, here
            assert hidden.headers == missing.headers, here


def test_the_same_addresses_open_for_the_handler_and_nothing_keeps_them(as_, full, things):
    asta = as_("asta")
    answers = {address: asta.get(address) for address in addresses(full.pk, things)}
    refused = {address for address, answer in answers.items() if answer.status_code not in (200, 302)}
    not_the_handlers = {"handler", "access_give", "access_co_handler", "access_end"}
    only_sent = {"protected_show", "protected_ask", "protection_names"}
    nothing_there = {
        reverse("protected_answer", args=[full.pk, things["protectedreading_id"]]),
        reverse("history_text", args=[full.pk, things["change_id"]]),
    }
    document = [full.pk, things["document_id"]]
    nothing_there |= {reverse(name, args=document) for name in ("document", "document_withdraw")}
    assert refused == nothing_there | {reverse(name, args=[full.pk]) for name in not_the_handlers | only_sent}
    assert all("no-store" in answer.headers["Cache-Control"] for answer in answers.values())
    assert not any(str(full.case_no) in address for address in answers)


def test_somebody_who_is_not_signed_in_is_sent_to_the_sign_in(client, full, things):
    for address in addresses(full.pk, things):
        assert client.get(address).url.startswith(reverse("sign_in"))


def test_a_part_without_anything_is_one_line_with_what_can_be_done(as_, case):
    page = text_of(as_("asta").get(case.url))
    for part, text in (("beslut", "Inget beslut är fattat."), ("journal", "Journalen är tom.")):
        assert f'<section class="card card-line" id="{part}"' in page
        assert text in page
    assert f'href="{reverse("journal_new", args=[case.pk])}">Skriv den första anteckningen' in page
    assert f'href="{reverse("follow_up_plan", args=[case.pk])}">Planera uppföljning' in page
    assert "Planera uppföljning" not in text_of(as_("bo").get(case.url))


def test_a_part_with_something_is_no_line(as_, full):
    page = text_of(as_("asta").get(full.url))
    for part in ("beslut", "journal", "uppfoljning"):
        assert f'<section class="card card-line" id="{part}"' not in page
