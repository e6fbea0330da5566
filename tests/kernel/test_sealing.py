"""Sealing: what was sealed opens again in its own place and row, and nowhere and in no way else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel.sealing import (
    BLOCK,
    FORMAT,
    Key,
    Sealed,
    Unreadable,
    blind_index,
    derived,
    new_secret,
    seal,
    unseal,
)

KEY = Key("case1", bytes(range(32)))
OTHER = Key("case2", bytes(range(1, 33)))
HERE = {"place": "journalentry.facts", "row": "0d6a8a34-2b6f-4e0e-9d0c-3f5a0f1e2d3c"}
texts = st.text(max_size=300)


def body_of(sealed: Sealed) -> bytes:
    return base64.urlsafe_b64decode(sealed.token.split(".")[2] + "==")


def with_body(body: bytes, key: str = KEY.id) -> Sealed:
    return Sealed(f"{FORMAT}.{key}.{base64.urlsafe_b64encode(body).decode().rstrip('=')}")


@given(texts)
def test_what_was_sealed_opens_as_it_was(text):
    assert unseal(seal(text, KEY, **HERE), KEY, **HERE) == text


@given(texts, st.data())
def test_any_bit_that_is_changed_keeps_it_shut(text, data):
    sealed = seal(text, KEY, **HERE)
    body = bytearray(body_of(sealed))
    bit = data.draw(st.integers(0, len(body) * 8 - 1))
    body[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Unreadable):
        unseal(with_body(bytes(body)), KEY, **HERE)


@given(texts, st.data())
def test_any_letter_of_the_token_that_is_changed_keeps_it_shut(text, data):
    token = seal(text, KEY, **HERE).token
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(
        st.characters(min_codepoint=33, max_codepoint=255).filter(lambda one: one != token[at])
    )
    with pytest.raises(Unreadable):
        unseal(Sealed(token[:at] + letter + token[at + 1 :]), KEY, **HERE)


@given(texts, st.data())
def test_a_text_that_is_cut_or_lengthened_stays_shut(text, data):
    body = body_of(seal(text, KEY, **HERE))
    length = data.draw(st.integers(0, len(body) - 1))
    for changed in (body[:length], body + b"\0"):
        with pytest.raises(Unreadable):
            unseal(with_body(changed), KEY, **HERE)


@given(texts, texts)
def test_the_texts_of_two_rows_cannot_change_places(one, other):
    there = {**HERE, "row": "another row"}
    mine, yours = seal(one, KEY, **HERE), seal(other, KEY, **there)
    for sealed, at in ((mine, there), (yours, HERE)):
        with pytest.raises(Unreadable):
            unseal(sealed, KEY, **at)


@given(texts)
def test_a_text_cannot_move_to_another_column(text):
    with pytest.raises(Unreadable):
        unseal(seal(text, KEY, **HERE), KEY, **{**HERE, "place": "journalentry.assessment"})


@given(texts)
def test_another_key_opens_nothing_whatever_it_is_called(text):
    sealed = seal(text, KEY, **HERE)
    renamed = with_body(body_of(sealed), OTHER.id)
    for token, key in ((sealed, OTHER), (renamed, OTHER), (renamed, Key(OTHER.id, KEY.secret))):
        with pytest.raises(Unreadable):
            unseal(token, key, **HERE)
    with pytest.raises(Unreadable):
        unseal(sealed, Key(KEY.id, OTHER.secret), **HERE)


@pytest.mark.parametrize(
    "token", ["", "19811218-9876", "s1.case1.", "s2.case1.AAAA", "s1..AAAA", "s1.case1.A"]
)
def test_what_is_no_sealed_text_does_not_open(token):
    with pytest.raises(Unreadable):
        unseal(Sealed(token), KEY, **HERE)


def test_place_and_row_cannot_be_mistaken_for_each_other():
    with pytest.raises(Unreadable):
        unseal(seal("x", KEY, place="a|b", row="c"), KEY, place="a", row="b|c")


def test_the_same_text_looks_different_each_time_and_its_length_is_rounded():
    tokens = {seal("Storgatan 1", KEY, **HERE).token for _ in range(50)}
    assert len(tokens) == 50
    lengths = {len(body_of(seal("x" * length, KEY, **HERE))) for length in range(BLOCK)}
    assert len(lengths) == 1


def test_neither_key_nor_text_shows_when_printed():
    sealed = seal("Hemlig gata", KEY, **HERE)
    shown = f"{sealed} {sealed!r} {KEY} {KEY!r} {[sealed, KEY]}"
    assert sealed.token not in shown
    assert str(KEY.secret) not in shown


def test_a_line_of_a_secret_file_gives_another_key_for_each_purpose():
    keys = [derived("the same line", purpose) for purpose in ("sealing_case", "sealing_identity")]
    assert keys[0].secret != keys[1].secret
    assert keys[0].id != keys[1].id
    assert derived("the same line", "sealing_case") == keys[0]
    assert len(new_secret()) == 32


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_blind_indexes_are_equal_exactly_when_the_numbers_are(one, other):
    first, second = (blind_index(number, KEY, scope="home") for number in (one, other))
    assert (first == second) is (one == other)
    assert one not in first
    assert first != blind_index(one, KEY, scope="another municipality")
    assert first != blind_index(one, OTHER, scope="home")
