"""What was typed when the sign-in ended: kept for its author, for seven days, until it is sent."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.accounts import drafts
from avhopp.accounts.models import FormDraft

PATH = "/konto/losenord/"


def keep(client, path=PATH, **fields):
    return client.post(reverse("draft"), {"_path": path, **fields})


def kept(client, path=PATH):
    return client.get(reverse("draft"), {"path": path}).json()


def test_it_is_kept_and_given_back(as_, case):
    path = reverse("case", args=[case.pk])
    asta = as_("asta")
    assert keep(asta, path, text="Första raden", choice=["a", "b"]).json() == {"saved": True}
    assert kept(as_("asta"), path)["fields"] == {"text": ["Första raden"], "choice": ["a", "b"]}
    assert keep(asta, path, text="Andra").json() == {"saved": True}
    assert kept(asta, path)["fields"] == {"text": ["Andra"]}
    assert "Fortsätt skriva" in asta.get(reverse("account")).content.decode()


def test_only_its_author_reads_it(as_, cast):
    keep(as_("asta"), text="Astas")
    assert kept(as_("bo")) == {}
    for other in (cast.bo, cast.eva, None):
        with acting(other):
            assert not FormDraft.objects.exists()
            assert FormDraft.objects.filter(path=PATH).delete()[0] == 0
    assert kept(as_("asta"))["fields"] == {"text": ["Astas"]}


@pytest.mark.parametrize(
    "name", ["csrfmiddlewaretoken", "new_password", "bekrafta-secret", "code", "credential", "checksum"]
)
def test_secrets_are_never_kept(as_, name):
    asta = as_("asta")
    keep(asta, text="Kvar", **{name: "hemligt"})
    assert kept(asta)["fields"] == {"text": ["Kvar"]}


def test_an_empty_form_and_a_flood_are_not_kept(as_):
    asta = as_("asta")
    assert keep(asta, text="", more="").json() == {"saved": False}
    assert keep(asta, text="x" * (drafts.MOST_BYTES + 1)).json() == {"saved": False}
    assert kept(asta) == {}


@pytest.mark.parametrize("path", ["/finns/inte/", "https://elsewhere.example/", "", "/konto/?namn=Person"])
def test_only_pages_of_ours_have_drafts(as_, path):
    assert keep(as_("asta"), path, text="x").status_code == 404


def test_sending_the_form_ends_the_draft(as_):
    asta = as_("asta")
    words = "tallrik moln cykel hammare"
    keep(asta, text="x")
    assert asta.post(PATH, {"new_password": words, "again": "annat"}).status_code == 200
    assert kept(asta) != {}  # refused: still to be sent
    assert asta.post(PATH, {"new_password": words, "again": words}).status_code == 302
    assert kept(asta) == {}


def test_it_can_be_thrown_away(as_):
    asta = as_("asta")
    keep(asta, text="x")
    asta.post(reverse("discard_draft"), {"_path": PATH})
    assert kept(asta) == {}


def test_after_seven_days_it_is_gone_for_everybody(as_, cast):
    old = timezone.now() - timedelta(days=7, minutes=1)
    with acting(cast.asta):
        drafts.save(by=cast.asta, path=PATH, fields={"text": ["gammalt"]}, at=old)
        drafts.save(by=cast.asta, path="/konto/", fields={"text": ["nytt"]}, at=old + timedelta(hours=1))
    assert kept(as_("asta")) == {}
    with acting(cast.bo):
        drafts.forget_old()
    with acting(cast.asta):
        assert [draft.path for draft in FormDraft.objects.all()] == ["/konto/"]


def test_the_next_sign_in_knows_that_there_is_one(as_, cast, client):
    asta = as_("asta")
    assert "data-drafts" not in asta.get(reverse("account")).content.decode()
    keep(asta, text="x")
    assert "data-drafts" in asta.get(reverse("account")).content.decode()


def test_what_was_typed_lies_sealed_in_the_database(as_, cast):
    """A draft may be of the page where the protected address is written."""
    keep(as_("asta"), address=["Hemliga vägen 7"])
    with acting(cast.asta), connection.cursor() as cursor:
        cursor.execute("select row_to_json(d)::text from app.accounts_formdraft d")
        (row,) = cursor.fetchone()
    assert "Hemliga" not in row
    assert kept(as_("asta"))["fields"] == {"address": ["Hemliga vägen 7"]}
