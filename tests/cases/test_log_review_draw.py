"""The month's draw and the rules that flag: pure, tabled and by properties (SR-24)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.log_review.flags import DRAWING, RULES, Read, flags_of
from cases.log_review.sampling import METHOD, Method, digest, draw, rank

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOON = datetime(2022, 3, 9, 12, tzinfo=STOCKHOLM).astimezone(UTC)  # a Wednesday


def read(number: int = 0, **facts) -> Read:
    ground = frozenset({"handlaggare"})
    return Read(
        **{"id": f"r{number}", "at": NOON, "actor": "asta", "ground": ground, "cases": ("A",), **facts}
    )


def flags(*reads: Read) -> list[tuple[str, ...]]:
    found = flags_of(reads)
    return [found.get(one.id, ()) for one in reads]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ()),
        ({"ground": frozenset()}, ("utan_behorighet",)),
        ({"unheld": 1}, ("utan_behorighet",)),
        ({"cases": (), "ground": frozenset(), "searched_by": "namn"}, ()),
        ({"source": "portal", "ground": frozenset(), "released": True}, ()),
        ({"source": "portal", "ground": frozenset(), "released": False}, ("efter_stangt",)),
        ({"ground": frozenset({"enhet"}), "what": "see_journal"}, ("utan_uppgift",)),
        ({"ground": frozenset({"enhet"}), "what": "see_journal", "acted": True}, ()),
        ({"ground": frozenset({"enhet"}), "what": "see_case"}, ()),
        ({"ground": frozenset({"enhet"}), "what": "see_person", "is_list": True}, ()),
        ({"ground": frozenset({"enhet", "tillfallig"}), "what": "see_journal"}, ()),
        ({"same_name": True}, ("samma_namn",)),
        ({"source": "export", "shown": 21}, ("utskrift",)),
        ({"source": "export", "shown": 20}, ()),
        ({"source": "web", "shown": 21}, ()),
    ],
)
def test_rules_about_one_read(facts, expected):
    assert flags(read(**facts)) == [expected]


@pytest.mark.parametrize(
    ("hour", "minute", "night"), [(21, 59, False), (22, 0, True), (0, 0, True), (5, 59, True), (6, 0, False)]
)
@pytest.mark.parametrize("month", [1, 7])
def test_night_is_by_swedish_time_summer_and_winter(month, hour, minute, night):
    at = datetime(2022, month, 12, hour, minute, tzinfo=STOCKHOLM).astimezone(UTC)
    assert ("natt" in flags(read(at=at))[0]) is night


@pytest.mark.parametrize(
    ("day", "off"),
    [((2022, 4, 14), False), ((2022, 4, 15), True), ((2022, 4, 16), True), ((2022, 6, 24), True)],
    ids=["Thursday", "Good Friday", "Saturday", "Midsummer's Eve"],
)
def test_a_day_off_is_told_and_draws_nothing_by_itself(day, off):
    one = read(at=datetime(*day, 12, tzinfo=STOCKHOLM))
    assert flags(one) == [("helg",) if off else ()]
    assert "helg" not in DRAWING


def test_the_fifty_first_case_of_a_day_is_flagged_and_a_case_seen_before_is_not():
    reads = [read(n, cases=(f"C{n}",), at=NOON + timedelta(seconds=n)) for n in range(51)]
    again = read(51, cases=("C3",), at=NOON + timedelta(minutes=5))
    tomorrow = read(52, cases=("C99",), at=NOON + timedelta(days=1))
    other = read(53, cases=("C99",), actor="bo", at=NOON + timedelta(minutes=6))
    assert flags(*reads, again, tomorrow, other) == [()] * 50 + [("manga_arenden",)] + [()] * 3


def test_the_eleventh_lookup_within_an_hour_is_flagged():
    step = timedelta(minutes=6)  # eleven of them are an hour exactly
    reads = [read(n, searched_by="personnummer", at=NOON + n * step) for n in range(11)]
    assert flags(*reads) == [()] * 11
    closer = [read(n, searched_by="personnummer", at=NOON + n * step * 0.99) for n in range(11)]
    assert flags(*closer) == [()] * 10 + [("manga_sokningar",)]
    assert flags(*(read(n, searched_by="namn", at=NOON) for n in range(20))) == [()] * 20


def test_rules_have_codes_of_their_own_and_sentences_without_gaps():
    assert len({rule.code for rule in RULES}) == len(RULES) == 9
    assert [rule for rule in RULES if "{" in rule.text or not rule.text.endswith(".")] == []


@pytest.mark.parametrize(
    ("reads", "quota"), [(0, 0), (1, 1), (20, 20), (21, 20), (400, 20), (401, 21), (1000, 50)]
)
def test_twenty_of_a_unit_or_five_percent(reads, quota):
    assert METHOD.quota(reads) == quota


def test_fewer_than_ten_cases_and_everything_is_drawn():
    nine = [read(n, cases=(f"C{n % 9}",)) for n in range(300)]
    found = draw(nine, "frö")
    assert (found.everything, found.cases, len(found.items)) == (True, 9, 300)
    ten = [*nine, read(300, cases=("C9",))]
    found = draw(ten, "frö")
    assert (found.everything, found.cases, len(found.items)) == (False, 10, 20)


KINDS = st.sampled_from(["handlaggare", "enhet", "nodatkomst"])
MINUTES = [0, 1, 59, 61, 600, 1440, 20_000]  # few, so that many reads are of the same moment
READS = st.lists(
    st.builds(
        Read,
        id=st.uuids().map(str),
        at=st.sampled_from(MINUTES).map(lambda minutes: NOON + timedelta(minutes=minutes)),
        actor=st.sampled_from("abcd"),
        unit=st.sampled_from(["beroende", "ungdom", None]),
        what=st.sampled_from(["see_case", "see_journal", "see_person"]),
        source=st.sampled_from(["web", "web", "web", "portal"]),
        ground=st.frozensets(KINDS, max_size=2),
        cases=st.lists(st.sampled_from("ABCDEFGHIJKLMNOP"), max_size=3, unique=True).map(tuple),
        searched_by=st.sampled_from(["", "", "personnummer"]),
        unheld=st.sampled_from([0, 0, 0, 1]),
        acted=st.booleans(),
        released=st.sampled_from([None, True, False]),
        same_name=st.booleans(),
    ),
    max_size=80,
    unique_by=lambda one: one.id,
)
METHODS = st.builds(
    Method, few_cases=st.integers(0, 12), least=st.integers(0, 8), percent=st.integers(1, 100)
)
SEEDS = st.text("0123456789abcdef", min_size=1, max_size=8)


@given(READS, SEEDS, METHODS, st.randoms())
def test_the_same_reads_and_seed_give_the_same_draw_in_any_order(reads, seed, method, chance):
    shuffled = list(reads)
    chance.shuffle(shuffled)
    assert draw(shuffled, seed, method) == draw(reads, seed, method)


@given(READS, SEEDS, METHODS)
def test_what_must_be_drawn_is_drawn_once_and_nothing_is_invented(reads, seed, method):
    found = draw(reads, seed, method)
    ids = [one.read.id for one in found.items]
    assert len(ids) == len(set(ids))
    assert set(ids) <= {one.id for one in reads}
    raised = flags_of(reads)
    must = {
        one.id for one in reads
        if one.source == "portal" or "nodatkomst" in one.ground or DRAWING & set(raised.get(one.id, ()))
    }  # fmt: skip
    assert must <= set(ids)
    assert {one.read.id for one in found.items if not one.by_chance} <= must
    assert all(one.flags == raised.get(one.read.id, ()) for one in found.items)
    assert [one.read.at for one in found.items] == sorted(one.read.at for one in found.items)


@given(READS, SEEDS, METHODS)
def test_every_unit_gives_its_quota_and_those_of_lowest_rank(reads, seed, method):
    found = draw(reads, seed, method)
    cases = {case for one in reads for case in one.cases}
    assert (found.reads, found.cases) == (len(reads), len(cases))
    assert found.everything is (len(cases) < method.few_cases)
    for unit in found.units:
        of_unit = sorted((one for one in reads if one.unit == unit.unit), key=lambda one: rank(seed, one.id))
        count = len(of_unit) if found.everything else method.quota(len(of_unit))
        chosen = {one.read.id for one in found.items if one.by_chance and one.read.unit == unit.unit}
        assert chosen == {one.id for one in of_unit[:count]}
        assert (unit.reads, unit.drawn) == (len(of_unit), count)
    assert sum(unit.reads for unit in found.units) == len(reads)


@given(READS, SEEDS)
def test_another_read_is_another_checksum(reads, seed):
    found = draw(reads, seed)
    assert found.sha256 == digest(one.id for one in reads)
    if reads:
        assert draw(reads[1:], seed).sha256 != found.sha256


def test_another_seed_is_another_sample():
    reads = [read(n, cases=(f"C{n % 12}",)) for n in range(200)]
    assert len({frozenset(one.read.id for one in draw(reads, f"frö {n}").items) for n in range(20)}) == 20
    assert len({one.read.id for n in range(60) for one in draw(reads, f"frö {n}").items}) == 200
