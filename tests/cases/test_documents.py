"""Documents on a case: added by the form, sealed, seen by kind at both walls, each reading logged (SR-49)."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import ROLES, Can, Role
from avhopp.audit.models import Event, ReadEntry
from avhopp.files.kinds import Kind
from avhopp.files.opening import CleanFile
from avhopp.kernel.refusal import Refused
from cases.actions.access import end_grant, give_temporary
from cases.actions.documents import add_document, kinds_to_add
from cases.models import Document, DocumentPiece
from cases.models.documents import PIECE, SEEN_WITH, WRITTEN_WITH, DocumentKind
from tests.cases.conftest import text_of
from tests.files import made

TITLE = "Hemlig rubrik om Kanariefågeln"
FILE = CleanFile(Kind.PDF, made.pdf(text="Hemlig text"))
INSIDERS = ("asta", "frida", "siri", "bo", "eskil")
OUTSIDERS = ("cleo", "lova", "nils", "eva")


@pytest.fixture
def at():
    return timezone.localtime()


def url(name: str, case, *more) -> str:
    return reverse(name, args=[case.pk, *more])


def given(cast, case, kind: str, by: str = "asta", file: CleanFile = FILE, **more) -> Document:
    with acting(cast.people[by]):
        return add_document(
            case=case, kind=kind, title=TITLE, dated=timezone.localdate(), file=file,
            by=cast.people[by], at=timezone.localtime(), **more,
        )  # fmt: skip


WRITERS = dict.fromkeys(DocumentKind, "asta") | {DocumentKind.POLICE: "siri"}


@pytest.fixture
def documents(cast, case) -> dict[str, Document]:
    """One of each kind, by whoever may add it."""
    return {kind.value: given(cast, case, kind, WRITERS[kind]) for kind in DocumentKind}


@pytest.fixture
def document(cast, case) -> Document:
    return given(cast, case, "utredning")


def form(content: bytes, name: str = "fil.pdf", **more: str) -> dict:
    file = SimpleUploadedFile(name, content, content_type="text/html")
    return {"kind": "utredning", "title": TITLE, "dated": str(timezone.localdate()), "file": file, **more}


def body(response) -> bytes:
    return b"".join(response.streaming_content)


# ---- Adding


def test_a_file_is_added_by_the_form_and_comes_back_clean(as_, cast, case):
    asta = as_("asta")
    page = asta.get(url("document_new", case))
    assert 'enctype="multipart/form-data"' in page.content.decode()
    answer = asta.post(url("document_new", case), form(made.pdf(made.filled_in), "Kanarie Hemligsson.pdf"))
    assert (answer.status_code, answer.headers["Location"]) == (302, url("documents", case))
    with acting(cast.asta):
        document = Document.objects.get(case=case)
        assert (document.kind, document.title, document.media_type) == ("utredning", TITLE, "application/pdf")
        event = Event.objects.about(case.pk).get(kind="handling_tillagd")
        assert (event.requires, event.object_id) == ("see_investigation", document.pk)
        assert TITLE not in event.text
    content = body(asta.get(url("document", case, document.pk)))
    assert hashlib.sha256(content).hexdigest() == document.sha256
    assert len(content) == document.size
    assert made.PLAIN.encode() not in made.text_of_pdf(content)
    assert b"Ifyllt" in made.text_of_pdf(content)


def test_what_is_refused_says_why_and_keeps_what_was_typed(as_, case):
    answer = as_("asta").post(url("document_new", case), form(b"<svg onload='x'>", "ofarlig.pdf"))
    text = text_of(answer)
    assert answer.status_code == 200
    assert "Innehållet är inte PDF, Word (.docx), JPEG eller PNG" in text
    assert f'value="{TITLE}"' in answer.content.decode()
    assert "checked" in answer.content.decode().split('value="utredning"')[1][:60]
    assert "ofarlig" not in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"file": ""}, "Välj en fil."),
        ({"title": ""}, "Välj filen igen"),
        ({"kind": "polis"}, "Välj ett giltigt alternativ."),
        ({"kind": "annat"}, "Välj ett giltigt alternativ."),
        ({"dated": "2999-01-01"}, "Handlingens datum"),
    ],
)
def test_a_form_with_a_fault_adds_nothing(as_, cast, case, change, said):
    answer = as_("asta").post(url("document_new", case), {**form(FILE.content), **change})
    assert answer.status_code == 200
    assert said in text_of(answer)
    with acting(cast.asta):
        assert not Document.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "x" * 4000 + ".pdf",
        "fdp.\u202eexe",
        "a\0b.pdf",
        "a\r\nSet-Cookie: x",
        "kanarie;rm -rf.pdf",
    ],
)
def test_the_name_that_a_file_came_with_is_kept_nowhere(as_, cast, case, name):
    asta = as_("asta")
    assert asta.post(url("document_new", case), form(FILE.content, name)).status_code == 302
    with acting(cast.asta):
        document = Document.objects.get(case=case)
        assert document.file_name == f"{case.case_no}-utredning-{document.dated}.pdf"
    header = asta.get(url("document", case, document.pk)).headers["Content-Disposition"]
    assert header == f'attachment; filename="{document.file_name}"'


def test_a_file_over_the_limit_is_refused_and_what_was_typed_stays(as_, case):
    answer = as_("asta").post(url("document_new", case), form(b"%PDF-1.7" + bytes(20 * 1024 * 1024)))
    assert "Filen är större än 20 MB" in text_of(answer)
    assert f'value="{TITLE}"' in answer.content.decode()


def test_a_file_of_twenty_megabytes_goes_in_and_out_piece_by_piece(as_, cast, case):
    large = CleanFile(Kind.JPEG, b"\xff\xd8\xff" + bytes(20 * 1024 * 1024 - 3))
    document = given(cast, case, "utredning", file=large)
    with acting(cast.asta):
        assert DocumentPiece.objects.of(document).count() == 80
    answer = as_("asta").get(url("document", case, document.pk))
    pieces = list(answer.streaming_content)
    assert {len(piece) for piece in pieces} == {PIECE}
    assert hashlib.sha256(b"".join(pieces)).hexdigest() == large.sha256


def test_actions_refuse_what_the_form_would_not_offer(cast, case, at):
    for by, kind in (("siri", "utredning"), ("asta", "polis"), ("bo", "halsa"), ("cleo", "ovrigt")):
        with pytest.raises(Refused) as refused:
            given(cast, case, kind, by)
        assert refused.value.code == "not_allowed"
    with acting(cast.asta), pytest.raises(Refused) as refused:
        add_document(
            case=case,
            kind="ovrigt",
            title="x",
            dated=at.date() + timedelta(days=1),
            file=FILE,
            by=cast.asta,
            at=at,
        )
    assert refused.value.code == "in_the_future"


# ---- Who sees and adds what

ROLE_OF = {
    "asta": Role.CASE_WORKER, "frida": Role.SENIOR_CASE_WORKER, "siri": Role.COORDINATOR,
    "bo": Role.UNIT_MANAGER, "eskil": Role.FINANCE_OFFICER,
}  # fmt: skip
#: From the municipality's access policy (DOMAIN.md 3.2), row by row; shares nothing with the product.
READS = {
    "polis": {"asta", "frida", "siri", "bo"},
    "beslut": {"asta", "frida", "siri", "bo"},
    "utredning": {"asta", "frida", "siri", "bo"},
    "plan": {"asta", "frida", "siri", "bo"},
    "samtycke": {"asta", "frida", "siri", "bo"},
    "halsa": {"asta", "frida"},
    "barn": {"asta", "frida", "bo"},
    "ovrigt": {"asta", "frida"},
}
WRITES = {
    "polis": {"siri"},
    "beslut": {"asta", "frida", "bo"},
    "utredning": {"asta"},
    "plan": {"asta"},
    "samtycke": {"asta", "siri"},
    "halsa": {"asta"},
    "barn": {"asta"},
    "ovrigt": {"asta"},
}


@pytest.mark.parametrize("handle", INSIDERS)
def test_each_role_opens_and_sees_the_kinds_of_the_policy(as_, cast, case, documents, handle):
    client = as_(handle)
    seen = client.get(url("documents", case))
    assert seen.status_code == (403 if handle == "eskil" else 200)
    shown = seen.content.decode()
    missing = client.get(url("document", case, case.pk))
    assert missing.status_code == 404
    for kind, document in documents.items():
        address = url("document", case, document.pk)
        answer = client.get(address)
        reads = handle in READS[kind]
        assert (answer.status_code == 200) is reads, kind
        assert (address in shown) is reads, kind
        if not reads:
            assert (answer.status_code, answer.content) == (404, missing.content), kind
            assert client.get(url("document_withdraw", case, document.pk)).status_code == 404
        else:
            assert body(answer) == FILE.content
            allowed = client.get(url("document_withdraw", case, document.pk)).status_code
            assert allowed == (200 if handle in WRITES[kind] else 403), kind


@pytest.mark.parametrize("handle", INSIDERS)
def test_the_second_wall_alone_gives_the_same_kinds(cast, case, documents, handle):
    reads = {kind for kind, people in READS.items() if handle in people}
    with acting(cast.people[handle]):
        assert {one.kind for one in Document.objects.all()} == reads
        assert {one.document.kind for one in DocumentPiece.objects.select_related("document")} == reads
        assert {one.kind for one in Document.history.all()} == reads
        assert {one.kind for one in Document.objects.visible_to(cast.people[handle])} == reads


@pytest.mark.parametrize("handle", INSIDERS)
def test_the_first_wall_alone_gives_the_same_kinds(cast, case, documents, handle):
    """Asked with Asta's context, for whom the database holds back nothing."""
    reads = {kind for kind, people in READS.items() if handle in people}
    with acting(cast.asta):
        assert Document.objects.count() == len(DocumentKind)
        assert {one.kind for one in Document.objects.visible_to(cast.people[handle])} == reads


@pytest.mark.parametrize("handle", INSIDERS)
def test_the_form_offers_the_kinds_that_the_role_adds(as_, cast, case, handle):
    offered = {kind for kind, people in WRITES.items() if handle in people}
    answer = as_(handle).get(url("document_new", case))
    assert answer.status_code == (200 if offered else 403)
    assert {kind for kind in WRITES if f'value="{kind}"' in answer.content.decode()} == offered
    with acting(cast.people[handle]):
        assert {kind.value for kind in kinds_to_add(case=case, by=cast.people[handle])} == offered


@pytest.mark.parametrize("handle", INSIDERS)
def test_the_second_wall_alone_takes_the_same_kinds(cast, case, handle):
    for kind, people in WRITES.items():
        row = Document(
            case=case, kind=kind, title="x", dated=timezone.localdate(), added_by=cast.people[handle],
            added_at=timezone.now(), media_type="application/pdf", size=1, sha256="0" * 64,
        )  # fmt: skip
        assert writes(cast, handle, row) is (handle in people), kind


def writes(cast, handle: str, row: Document) -> bool:
    """Whether the wall lets the row in; it leaves no trace."""
    try:
        with transaction.atomic(), acting(cast.people[handle]):
            row.save(force_insert=True)
            transaction.set_rollback(True)
    except ProgrammingError:  # of the database's errors the one for a missing privilege
        return False
    return True


@pytest.mark.parametrize("handle", OUTSIDERS)
def test_outsiders_get_what_does_not_exist(as_, cast, case, documents, handle):
    client, elsewhere = as_(handle), "00000000-0000-4000-8000-000000000000"
    for name, more in (
        ("documents", False), ("document_new", False), ("document", True), ("document_withdraw", True),
    ):  # fmt: skip
        document = documents["ovrigt"]
        there = client.get(url(name, case, *([document.pk] if more else [])))
        nowhere = client.get(reverse(name, args=[elsewhere, *([elsewhere] if more else [])]))
        assert there.status_code == nowhere.status_code == 404
        assert there.content == nowhere.content
        assert {**there.headers} == {**nowhere.headers}
    with acting(cast.people[handle]):
        assert Document.objects.count() == DocumentPiece.objects.count() == Document.history.count() == 0


def test_a_grant_opens_and_its_end_closes_at_the_next_request(as_, cast, case, document, today):
    cleo, address = as_("cleo"), url("document", case, document.pk)
    assert cleo.get(address).status_code == 404
    with acting(cast.frida):
        (grant,) = give_temporary(
            case=case, to=cast.cleo, to_work=False, until=today + timedelta(days=7), by=cast.frida,
            reason="Vikarierar för Asta i ärendet", at=timezone.now(),
        )  # fmt: skip
    assert body(cleo.get(address)) == FILE.content
    assert cleo.get(url("document_new", case)).status_code == 403, "to read only"
    assert cleo.get(url("document_withdraw", case, document.pk)).status_code == 403
    with acting(cast.frida):
        end_grant(case=case, grant=grant, reason="Asta är tillbaka.", by=cast.frida, today=today)
    assert cleo.get(address).status_code == 404


def test_a_document_is_found_under_its_own_case_alone(as_, cast, case, another, document):
    other = another()
    assert as_("asta").get(url("document", other, document.pk)).status_code == 404
    assert as_("asta").get(url("document", case, document.pk)).status_code == 200


def test_every_kind_has_its_rights_and_whoever_writes_also_reads():
    assert set(SEEN_WITH) == set(WRITTEN_WITH) == set(DocumentKind)
    for kind, right in WRITTEN_WITH.items():
        for role, held in ROLES.items():
            if right in held and Can.WRITE_DOCUMENTS in held:
                assert SEEN_WITH[kind] in held, (kind, role)


# ---- The file itself


def test_the_answer_is_data_and_no_page_of_ours(as_, case, document):
    headers = as_("asta").get(url("document", case, document.pk)).headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert headers["Content-Length"] == str(len(FILE.content))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"]


def test_each_download_is_a_reading_of_its_own(as_, cast, case, document):
    asta = as_("asta")
    for _ in range(2):
        body(asta.get(url("document", case, document.pk)))
    with acting(cast.lova):
        entries = list(ReadEntry.objects.filter(object_id=document.pk))
    assert [(one.actor_id, one.what, one.object_type) for one in entries] == [
        (cast.asta.pk, "see_investigation", "document")
    ] * 2


def test_without_a_log_nothing_leaves(as_, case, document, monkeypatch):
    def broken(*given, **more):
        raise DatabaseError

    monkeypatch.setattr("avhopp.access.decorators.log_read", broken)
    client = as_("asta")
    client.raise_request_exception = False
    answer = client.get(url("document", case, document.pk))
    assert answer.status_code == 500
    assert b"%PDF" not in answer.content
