import random
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.kernel.swedish import MONTHS, PLACED, format_day, format_month, search_key, sort_key, week

texts = st.text(st.characters(exclude_categories=["Cs", "Cn"]))
latin = st.text(st.characters(max_codepoint=0x17F))

IN_ORDER = [
    "",
    "2 kap.",
    "Af Klint",
    "Anna",
    "Anna Berg",
    "Annas",
    "Édith",
    "Eva",
    "Muller",
    "Myhr",
    "Müller",
    "Myra",
    "Óscar",
    "Vik",
    "von Essen",
    "Vä",
    "Wik",
    "Zorn",
    "Åberg",
    "Ås",
    "Ädel",
    "Ængel",
    "Ängsö",
    "Öberg",
    "Østby",
    "Öz",
]


def test_orders_names_as_a_swedish_list_does():
    shuffled = random.Random(47).sample(IN_ORDER, len(IN_ORDER))

    assert sorted(shuffled, key=sort_key) == IN_ORDER


def test_the_alphabet_is_in_order():
    alphabet = " 0123456789abcdefghijklmnopqrstuvwxyzåäö"
    keys = [sort_key(letter) for letter in alphabet]

    assert keys == sorted(set(keys))
    assert keys == [sort_key(letter) for letter in alphabet.upper()]


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("Andre", "André"),
        ("ÅSA", "åsa"),
        ("A\u030asa", "Åsa"),
        ("Łukasz", "lukasz"),
        ("Müller", "Myller"),
        ("Şen", "Sen"),
        ("Ŋira", "nira"),
    ],
)
def test_case_and_accents_do_not_move_a_name(one, same):
    assert sort_key(one) == sort_key(same)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("andre", "André"),
        ("åsa", "ÅSA"),
        ("a\u030asa", "Åsa"),
        ("muller", "Müller"),
        ("sörensen", "Sørensen"),
        ("lukasz", "Łukasz"),
        ("strauss", "Strauß"),
        ("  anna   berg ", "Anna\u00a0Berg"),
        ("{", "{"),
    ],
)
def test_search_finds_a_name_without_its_accents(typed, found):
    assert search_key(typed) == search_key(found)


@pytest.mark.parametrize(("typed", "other"), [("asa", "Åsa"), ("ost", "Öst"), ("angel", "Ängel"), ("{", "å")])
def test_search_keeps_the_swedish_letters_apart(typed, other):
    assert search_key(typed) != search_key(other)


def test_search_keys_are_readable():
    assert search_key(" Åsa  Ängsö-ANDRÉ ") == "åsa ängsö-andre"


def test_writes_dates_in_swedish():
    assert format_day(date(2026, 11, 21)) == "21 november 2026"
    assert format_day(date(2026, 5, 1)) == "1 maj 2026"
    assert format_month(date(2026, 11, 21)) == "november 2026"
    assert len(MONTHS) == 12


@pytest.mark.parametrize(
    ("day", "written"),
    [(date(2026, 11, 21), "v. 47"), (date(2027, 1, 1), "v. 53"), (date(2024, 12, 30), "v. 1")],
)
def test_weeks_are_iso_weeks(day, written):
    assert week(day) == written


def test_the_letters_with_a_place_are_single_characters():
    assert unicodedata.is_normalized("NFC", PLACED)


@given(texts)
def test_composed_and_decomposed_text_have_the_same_keys(text):
    for form in ("NFC", "NFD"):
        assert sort_key(unicodedata.normalize(form, text)) == sort_key(text)
        assert search_key(unicodedata.normalize(form, text)) == search_key(text)


@given(latin)
def test_a_key_has_no_accents_and_no_capitals(text):
    key = sort_key(text)

    assert not any(unicodedata.combining(letter) for letter in key)
    assert sort_key(key) == key == key.lower()


@given(latin)
def test_a_search_key_of_a_search_key_is_itself(text):
    assert search_key(search_key(text)) == search_key(text)


@given(st.text("abcåäöÅÄÖéÉüÜ -"))
def test_upper_and_lower_case_sort_alike(text):
    assert sort_key(text.upper()) == sort_key(text.lower())
