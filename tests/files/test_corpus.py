"""Every bad file of the corpus is refused with its reason, or comes out without what was bad (SR-48)."""

from collections import Counter

import pytest

from avhopp.files.cleaning import cleaned
from avhopp.files.kinds import Kind
from avhopp.files.opening import clean
from avhopp.files.pdf import what_acts
from avhopp.files.refusals import TEXTS
from avhopp.kernel.refusal import Refused
from tests.files.corpus import CORPUS, NOT_ALLOWED, PDFS, PICTURES, SEVERAL_KINDS, WORD, Bad
from tests.files.made import text_of_docx, text_of_pdf


def whole(kind: Kind, content: bytes) -> bytes:
    """Everything in the file, unpacked."""
    unpacked = {Kind.PDF: text_of_pdf, Kind.DOCX: text_of_docx}.get(kind)
    return unpacked(content) if unpacked else content


def check(bad: Bad, kind: Kind, before: bytes, after: bytes) -> None:
    assert not bad.code, "it was let in"
    assert bad.gone in before or bad.gone in whole(kind, before), "what must go was never there"
    assert bad.gone not in whole(kind, after)
    assert bad.gone not in after
    if kind is Kind.PDF:
        assert what_acts(after) == set()


@pytest.mark.parametrize("bad", CORPUS, ids=str)
def test_a_bad_file_is_refused_or_made_harmless(bad):
    content = bad.make()
    if bad.code:
        with pytest.raises(Refused) as refused:
            cleaned(content)
        assert refused.value.code == bad.code
        assert (refused.value.text, refused.value.field) == (TEXTS[bad.code], "file")
    else:
        kind, after = cleaned(content)
        check(bad, kind, content, after)


@pytest.mark.parametrize(
    "bad", [part[place] for part in (SEVERAL_KINDS, PICTURES, PDFS, WORD) for place in (0, -2)], ids=str
)
def test_the_door_answers_as_the_process_behind_it(bad):
    through_the_door(bad)


@pytest.mark.deep
@pytest.mark.parametrize("bad", CORPUS, ids=str)
def test_the_door_answers_alike_for_the_whole_corpus(bad):
    through_the_door(bad)


def through_the_door(bad: Bad) -> None:
    content = bad.make()
    if bad.code:
        with pytest.raises(Refused) as refused:
            clean(content)
        assert refused.value.code == bad.code
    else:
        file = clean(content)
        check(bad, file.kind, content, file.content)


def test_the_corpus_is_large_and_of_all_sorts():
    assert len(CORPUS) >= 130
    assert len({bad.name for bad in CORPUS}) == len(CORPUS)
    assert all(len(part) >= 12 for part in (NOT_ALLOWED, SEVERAL_KINDS, PICTURES, PDFS, WORD))
    codes = Counter(bad.code for bad in CORPUS)
    assert set(codes) == {*TEXTS, ""} - {"not_finished"}, "every reason to refuse is met"
    assert codes[""] >= 30, "and many are made harmless"
