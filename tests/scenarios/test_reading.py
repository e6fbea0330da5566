"""How a file is read: what may be written in several ways, and what may be left out. No database."""

from datetime import date
from decimal import Decimal

import pytest

from avhopp.access.roles import MACHINE_ROLES, Role
from avhopp.accounts.models import PoliceUnit
from cases.models.person import ProtectionLevel, Sex
from cases.states import ClosingReason, MeasureKind, Source
from collaboration.contents import Category
from collaboration.models.assessment import CrimeDegree, ProtectionNeed, Threat
from placements.models import BudgetLine, GrantApplication
from placements.procurement.models import AgeSpan, CountyWish, Need, Offer
from reports.scenario import vocabulary as words
from reports.scenario.gaps import CONSENT_CATEGORIES
from reports.scenario.reading import read_bytes
from tests.scenarios.files import as_bytes, drop, golden, put, read

#: What the format does not know: what is not sent yet, and how it can end besides.
LATER_STATUSES = {"utkast", "avskriven", "aterbetald"}


@pytest.mark.parametrize(
    ("known", "choices"),
    [
        (words.USER_ROLES, set(Role.values) - set(MACHINE_ROLES)),
        (words.POLICE_UNIT_KINDS, PoliceUnit.Kind.values),
        (words.BUDGET_KINDS, BudgetLine.Kind.values),
        (words.MEASURE_KINDS, MeasureKind.values),
        (words.SEXES, Sex.values),
        (words.PROTECTION_LEVELS, ProtectionLevel.values),
        (words.SOURCES, Source.values),
        (words.CLOSING_REASONS, ClosingReason.values),
        (words.CRIME_DEGREES, CrimeDegree.values),
        (words.THREATS, Threat.values),
        (words.PROTECTION_NEEDS, ProtectionNeed.values),
        (words.APPLICATION_STATUSES, set(GrantApplication.Status.values) - LATER_STATUSES),
        (CONSENT_CATEGORIES, Category.values),
        (words.AGE_SPANS, AgeSpan.values),
        (words.NEEDS, Need.values),
        (words.COUNTIES, CountyWish.values),
        (words.ASKED_HOW, Offer.How.values),
        (words.DISTANCES, Offer.Distance.values),
    ],
)
def test_the_words_of_the_format_are_those_of_the_models(known, choices):
    assert known == set(choices)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("2800000", "2800000.00"),
        (2800000, "2800000.00"),
        ("3000.50", "3000.50"),
        ("3000.5", "3000.50"),
        ("3000.500", "3000.50"),
        ("0", "0.00"),
        ("0007", "7.00"),
        ("9999999999.99", "9999999999.99"),
    ],
)
def test_money_is_an_integer_or_a_decimal_string(written, amount):
    found = read(golden(put("agreements[0].rate", written))).agreements[0].rate
    assert found == Decimal(amount)
    assert str(found) == amount


def test_an_empty_operation_is_a_file_of_one_key():
    scenario = read({"municipality": golden()["municipality"]})
    assert all(rows == () for _, rows in scenario.lists())


def test_lists_and_keys_may_be_null_or_left_out_when_they_are_empty():
    scenario = read(
        golden(
            put("checks", None),
            drop("applications"),
            drop("placements[0].moved_from"),
            drop("placements[0].outside_reason"),
            drop("placements[0].absences"),
            drop("agreements[0].end"),
            drop("agreements[0].charges_departure_day"),
            drop("cases[0].closed"),
            drop("persons[0].identity"),
            drop("persons[0].children"),
            drop("persons[0].protection"),
            drop("decisions[0].end"),
        )
    )
    full = read(golden())
    assert scenario.checks == scenario.applications == ()
    assert scenario.placements == full.placements
    assert scenario.agreements == full.agreements
    assert scenario.cases == full.cases
    assert scenario.persons[0].protection == "ingen"
    assert scenario.decisions == full.decisions


def test_a_stay_without_a_planned_day_was_planned_for_its_start():
    assert read(golden(drop("placements[10].planned_start"))).placements[10].planned_start == date(
        2022, 7, 20
    )


def test_a_byte_order_mark_and_decomposed_letters_are_read_past():
    content = as_bytes(golden(put("units[0].name", "Beroendeenheten Va\u0308st")))
    assert read_bytes(b"\xef\xbb\xbf" + content).units[0].name == "Beroendeenheten V\u00e4st"


def test_user_names_are_one_whatever_the_letters():
    scenario = read(golden(put("users[0].username", "Åsa"), put("cases[0].handler", "ÅSA")))
    assert scenario.users[0].username == scenario.cases[0].handler == "åsa"


def test_the_path_takes_no_part_when_rows_are_compared():
    scenario = read(golden())
    assert scenario.placements[0].path == "placements[0]"
    assert scenario.placements[0].prices[0].path == "placements[0].prices[0]"
    moved = read(golden(lambda file: file["placements"].reverse())).placements
    assert set(moved) == set(scenario.placements)
