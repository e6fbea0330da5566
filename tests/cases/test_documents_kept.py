"""How documents are kept: sealed, whole, unchanged; withdrawn, not deleted; taken in at one address alone."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.audit.models import Event
from avhopp.files.kinds import Kind
from avhopp.files.opening import CleanFile
from avhopp.files.receiving import MAX_BODY
from avhopp.kernel.refusal import Refused
from avhopp.kernel.sealing import Key, Unreadable, new_secret, seal_bytes, unseal_bytes
from avhopp.sealing.rotation import sealed_rows
from cases.actions.documents import add_document, withdraw_document
from cases.models import Document, DocumentPiece
from cases.models.documents import PIECE, is_whole
from cases.views.documents import DamagedDocument
from tests.cases.conftest import said, text_of

SECRET = b"Hemlig text i filen"
TITLE = "Hemlig rubrik"
CONTENT = b"%PDF-1.7 " + SECRET + bytes(PIECE) + SECRET
REASON = "Fel fil, den rätta läggs till"


def url(name: str, case, *more) -> str:
    return reverse(name, args=[case.pk, *more])


@pytest.fixture
def at():
    return timezone.localtime()


@pytest.fixture
def document(cast, case, at) -> Document:
    with acting(cast.asta):
        return add_document(
            case=case, kind="ovrigt", title=TITLE, dated=at.date(), file=CleanFile(Kind.PDF, CONTENT),
            by=cast.asta, at=at,
        )  # fmt: skip


def stored(cast, query: str) -> list[tuple]:
    with acting(cast.asta), connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


# ---- Sealed


def test_neither_content_nor_title_stands_in_the_database(cast, document):
    pieces = stored(cast, "select content from cases_documentpiece order by number")
    assert len(pieces) == 2
    assert all(bytes(content).startswith(b"b1.case") for (content,) in pieces)
    assert not [content for (content,) in pieces if SECRET in bytes(content)]
    rows = stored(cast, "select to_jsonb(d)::text from cases_document d")
    rows += stored(cast, "select to_jsonb(h)::text from cases_historicaldocument h")
    assert len(rows) == 2
    assert not [row for (row,) in rows if TITLE in row or SECRET.decode() in row]


def test_a_piece_opens_in_its_own_row_alone(cast, document):
    with acting(cast.asta):
        first, second = DocumentPiece.objects.of(document)
        assert first.plain + second.plain == CONTENT
        first.content = second.content
        with pytest.raises(Unreadable):
            first.plain  # noqa: B018 - reading it is the test


def test_bytes_are_sealed_for_key_place_and_row():
    keys = {"case1": Key("case1", new_secret()), "case2": Key("case2", new_secret())}
    here = {"place": "documentpiece.content", "row": "a"}
    sealed = seal_bytes(b"hej" * 100, keys["case1"], **here)
    assert unseal_bytes(sealed, keys.__getitem__, **here) == b"hej" * 100
    assert sealed != seal_bytes(b"hej" * 100, keys["case1"], **here)
    moved = [
        (sealed.replace(b"case1", b"case2"), here),
        (sealed, {**here, "row": "b"}),
        (sealed, {**here, "place": "document.title"}),
        (sealed[:-1], here),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), here),
        (sealed[:12], here),
        (b"s1" + sealed[2:], here),
        (b"", here),
    ]
    for changed, where in moved:
        with pytest.raises(Unreadable):
            unseal_bytes(changed, keys.__getitem__, **where)


def test_what_hangs_on_a_key_is_counted_before_it_may_go(cast, document):
    with acting(cast.asta):
        before = sum(rows for _, ring, rows in sealed_rows() if ring == "case")
        add_document(
            case=document.case, kind="ovrigt", title=TITLE, dated=document.dated, by=cast.asta,
            file=CleanFile(Kind.PDF, CONTENT), at=timezone.localtime(),
        )  # fmt: skip
        after = sum(rows for _, ring, rows in sealed_rows() if ring == "case")
    assert after - before >= 4, "two pieces, the title, and the title in the history"


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"", b"s1.case1.abc"])
def test_nothing_plain_reaches_the_column(cast, document, content):
    insert = (
        "insert into cases_documentpiece (id, case_id, document_id, number, content) "
        "values (gen_random_uuid(), %s, %s, 9, %s)"
    )
    with pytest.raises(DatabaseError, match="content_is_sealed"):
        changes(cast, insert, document.case_id, document.pk, content)


# ---- Whole and unchanged


def changes(cast, statement: str, *values: object) -> None:
    with acting(cast.asta), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(
    "statement",
    [
        "update cases_documentpiece set number = 5",
        "delete from cases_documentpiece",
        "delete from cases_document",
        "update cases_document set kind = 'polis'",
        "update cases_document set sha256 = ''",
        "update cases_document set size = 1",
        "update cases_document set title = 's1.case1.abc'",
        "update cases_document set case_id = gen_random_uuid()",
        "update cases_document set added_at = now()",
    ],
)
def test_no_row_is_changed_or_removed(cast, document, statement):
    with pytest.raises(DatabaseError):
        changes(cast, statement)


def test_a_file_that_lacks_a_piece_or_has_one_too_many_is_not_given(as_, cast, case, document):
    with acting(cast.asta):
        pieces = list(DocumentPiece.objects.of(document))
        assert is_whole(document, pieces)
        assert not is_whole(document, pieces[:1])
        assert not is_whole(document, pieces[::-1])
        DocumentPiece(case=case, document=document, number=2, content=b"mer").save(force_insert=True)
    with pytest.raises(DamagedDocument):
        as_("asta").get(url("document", case, document.pk))


def test_nobody_adds_a_piece_to_anothers_document(cast, case, document):
    piece = DocumentPiece(case=case, document=document, number=2, content=b"mer")
    with acting(cast.frida), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        piece.save(force_insert=True)


def test_nobody_adds_in_anothers_name(cast, case, document, at):
    row = Document(
        case=case, kind="ovrigt", title=TITLE, dated=at.date(), added_by=cast.frida, added_at=at,
        media_type="application/pdf", size=1, sha256="0" * 64,
    )  # fmt: skip
    with acting(cast.asta), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        row.save(force_insert=True)


# ---- Withdrawn


def test_a_document_is_withdrawn_after_a_question_with_a_reason(as_, cast, case, document):
    asta, address = as_("asta"), url("document_withdraw", case, document.pk)
    question = text_of(asta.get(address))
    assert "Ta bort handlingen?" in question
    assert TITLE in question
    assert "måste fyllas i" in text_of(asta.post(address, {"because": " "}))
    shown = said(asta, asta.post(address, {"because": REASON}))
    assert REASON in shown
    assert "Borttagen" in shown
    assert url("document", case, document.pk) + '"' not in shown
    assert asta.get(url("document", case, document.pk)).status_code == 404
    assert TITLE not in text_of(asta.get(reverse("case", args=[case.pk])))
    with acting(cast.asta):
        row = Document.objects.get(pk=document.pk)
        assert (row.withdrawn_by_id, row.withdrawn_because) == (cast.asta.pk, REASON)
        assert [one.history_type for one in Document.history.filter(id=document.pk)] == ["~", "+"]
        event = Event.objects.about(case.pk).get(kind="handling_borttagen")
        assert (event.reason, event.requires) == (REASON, "see_journal")
        assert DocumentPiece.objects.count() == 0, "nobody sees the content"
    assert "redan borttagen" in said(asta, asta.get(address))


def test_a_withdrawn_document_stays_as_it_is(cast, case, document, at):
    with acting(cast.asta):
        withdraw_document(document=document, because=REASON, by=cast.asta, at=at + timedelta(seconds=1))
        with pytest.raises(Refused) as refused:
            withdraw_document(document=document, because="Igen", by=cast.asta, at=at)
        assert refused.value.code == "already_withdrawn"
    with pytest.raises(DatabaseError, match="answered"):
        changes(
            cast,
            "update cases_document set withdrawn_at = null, withdrawn_by_id = null, withdrawn_because = ''",
        )


def test_whoever_cannot_add_the_kind_cannot_withdraw_it(cast, document, at):
    with acting(cast.frida), pytest.raises(Refused) as refused:
        withdraw_document(document=document, because=REASON, by=cast.frida, at=at)
    assert refused.value.code == "not_allowed"
    with pytest.raises(DatabaseError, match="row-level security"), acting(cast.frida), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(withdrawn_at=at, withdrawn_by=cast.frida)


# ---- Pages


def test_the_case_page_shows_the_latest_of_what_the_reader_may_see(as_, case, document):
    asta, page = as_("asta"), reverse("case", args=[case.pk])
    shown = text_of(asta.get(page))
    assert TITLE in shown
    assert 'id="handlingar"' in shown
    assert TITLE not in text_of(as_("siri").get(page)), "the journal's kind is not the coordinator's"
    assert 'id="handlingar"' not in text_of(as_("eskil").get(page))


def test_the_list_has_pages_and_costs_the_same_for_many(as_, cast, case, document, at):
    def cost() -> int:
        with connection.execute_wrapper(count):
            calls.clear()
            shown.append(text_of(asta.get(url("documents", case))))
            return len(calls)

    calls, shown, asta = [], [], as_("asta")

    def count(execute, *given):
        calls.append(1)
        return execute(*given)

    cost()
    one = cost()
    with acting(cast.asta):
        for number in range(29):
            add_document(
                case=case, kind="plan", title=f"Plan {number}", dated=at.date(), by=cast.asta,
                file=CleanFile(Kind.PNG, b"x"), at=at + timedelta(seconds=number),
            )  # fmt: skip
    assert cost() == one
    assert "1–25 av 30" in shown[-1]
    assert "Plan 28" in shown[-1]
    assert TITLE not in shown[-1]
    assert TITLE in text_of(asta.get(url("documents", case) + "?sida=2"))


# ---- Brought in where a file is asked for, and nowhere else


def received(path: str, user, size: int = 10, *, length: int | None = None):
    """What the application has of a file that is sent to an address."""
    file = SimpleUploadedFile("x.pdf", b"%PDF-1.7" + bytes(size))
    request = RequestFactory().post(path, {"title": "x", "file": file})
    if length is not None:
        request.META["CONTENT_LENGTH"] = str(length)
    request.user = user
    request.resolver_match = resolve(path)
    return request


def test_a_file_comes_in_at_its_own_address_alone(cast, case):
    nobody = SimpleNamespace(is_authenticated=False)
    there, elsewhere = url("document_new", case), url("journal_new", case)
    assert received(there, cast.asta).FILES["file"].size == 18
    assert not received(elsewhere, cast.asta).FILES
    assert not received(there, nobody).FILES
    assert received(there, nobody).POST["title"] == "x"


def test_of_a_file_that_is_too_large_only_its_size_is_kept(cast, case):
    file = received(url("document_new", case), cast.asta, 20 * 1024 * 1024).FILES["file"]
    assert file.size == 20 * 1024 * 1024 + 8
    assert file.read() == b""


def test_a_body_that_no_form_has_is_not_read(cast, case):
    request = received(url("document_new", case), cast.asta, length=MAX_BODY + 1)
    with pytest.raises(RequestDataTooBig):
        request.POST  # noqa: B018 - reading it is the test


def test_no_file_touches_the_disk(as_, cast, case, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("tempfile.NamedTemporaryFile", lambda *given, **more: pytest.fail("a file on disk"))
    content = b"\x89PNG\r\n\x1a\n" + bytes(6 * 1024 * 1024)
    answer = as_("asta").post(
        url("document_new", case),
        {"kind": "plan", "title": "x", "dated": "2026-01-01", "file": SimpleUploadedFile("x", content)},
    )
    assert "trasig" in text_of(answer)
    assert list(tmp_path.iterdir()) == []
