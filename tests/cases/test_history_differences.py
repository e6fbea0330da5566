"""What differs between two versions, and what a value is called: pure."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel.sealing import Sealed
from cases.history.differences import Cell, Difference, applied, differences, pieces
from cases.history.wording import UNKNOWN, cell_of
from cases.models import Case, Decision, Investigation, JournalEntry, Person
from collaboration.contents import Category
from collaboration.models import Consent

NAMES = ("läge", "namn", "summa", "text")
CELLS = st.one_of(
    st.just(Cell()),
    st.builds(Cell, st.text(min_size=1, max_size=3)),
    st.builds(lambda seal: Cell("text", seal), st.sampled_from(["s1.a.x", "s1.a.y"])),
)
VERSIONS = st.dictionaries(st.sampled_from(NAMES), CELLS)


def shown(version):
    return {name: cell for name, cell in (version or {}).items() if not cell.is_empty}


@given(st.lists(st.none() | VERSIONS, min_size=1, max_size=6))
def test_the_differences_applied_in_turn_to_the_first_version_give_the_last(versions):
    first, *later = versions
    standing, before = shown(first), first
    for version in later:
        standing = applied(standing, differences(before, version))
        assert standing == shown(version)
        before = version


@given(VERSIONS, VERSIONS)
def test_nothing_is_told_that_did_not_change_and_nothing_twice(before, after):
    found = differences(before, after)
    assert all(one.before != one.after for one in found)
    assert len({one.name for one in found}) == len(found)


@given(VERSIONS)
def test_what_comes_and_what_goes_tell_the_same_the_other_way_round(version):
    came = differences(None, version)
    gone = differences(version, None)
    assert [(one.name, one.after, one.before) for one in came] == [
        (one.name, one.before, one.after) for one in gone
    ]


@pytest.mark.parametrize(
    ("before", "after", "how"),
    [(Cell(), Cell("text", "a"), "skriven"), (Cell("text", "a"), Cell("text", "b"), "ändrad"),
     (Cell("text", "a"), Cell(), "borttagen")],
)  # fmt: skip
def test_a_sealed_field_says_what_happened_and_no_more(before, after, how):
    one = Difference("text", before, after)
    assert (one.is_sealed, one.how) == (True, how)


@given(st.text("ab \n", max_size=30), st.text("ab \n", max_size=30))
def test_the_pieces_of_a_text_are_both_texts(before, after):
    found = pieces(before, after)
    assert "".join(one.text for one in found if one.kind != "in") == before
    assert "".join(one.text for one in found if one.kind != "out") == after


def test_a_changed_word_is_one_piece():
    found = pieces("Hon bor i Uppsala nu.", "Hon bor i Västerås nu.")
    assert [(one.kind, one.text) for one in found] == [
        ("same", "Hon bor i "), ("out", "Uppsala "), ("in", "Västerås "), ("same", "nu."),
    ]  # fmt: skip


def field(model, name):
    return model._meta.get_field(name)


USER = uuid4()


@pytest.mark.parametrize(
    ("model", "name", "value", "said"),
    [
        (Case, "state", "forhandsbedomning", "Förhandsbedömning"),
        (Case, "received", date(2026, 3, 1), "2026-03-01"),
        (Case, "may_return_home", True, "ja"),
        (Case, "may_return_home", False, "nej"),
        (Case, "may_return_home", None, ""),
        (Decision, "max_rate", Decimal("2350.00"), "2\u00a0350\u00a0kr"),
        (Decision, "max_rate", Decimal("2350.50"), "2\u00a0350,50\u00a0kr"),
        (Decision, "max_rate", Decimal("0"), "0\u00a0kr"),
        (Decision, "decided_by", USER, "Asta"),
        (Decision, "decided_by", uuid4(), UNKNOWN),
        (Person, "birth_year", 1999, "1999"),
        (Person, "children_count", 0, "0"),
        (JournalEntry, "signed_at", datetime(2026, 7, 1, 12, 5, tzinfo=UTC), "2026-07-01 kl. 14.05"),
        (JournalEntry, "occurred_at", time(9, 30), "09.30"),
        (Consent, "categories", ["identitet", "okänd"], "Namn och personnummer, okänd"),
        (Consent, "categories", [], ""),
    ],
)
def test_a_value_in_words(model, name, value, said):
    names = {("accounts.User", USER): "Asta"}
    assert cell_of(field(model, name), value, names, dict(Category.choices)) == Cell(said)


def test_a_sealed_value_is_never_opened():
    """The token is no ciphertext at all: opening it would fail."""
    cell = cell_of(field(Investigation, "needs"), Sealed("s1.ingen.alls"), {}, {})
    assert cell == Cell("text", "s1.ingen.alls")
