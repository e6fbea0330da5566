"""Bad files: each is refused whole, with the path of the fault, and nothing of it is saved."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from avhopp.accounts.models import Municipality, User
from cases.models import CaseNumber
from reports.scenario.reading import MAX_BYTES
from tests.scenarios.files import add, as_bytes, drop, golden, put

LONG = "x" * 61
PRICES = [
    {"from": "2021-03-15", "to": "2021-06-01", "rate": "3000"},
    {"from": "2021-06-01", "to": "2022-03-15", "rate": "3000"},
]


def two_prices(**changes: str):
    """L1 with two prices, the second changed."""
    return put("placements[0].prices", [PRICES[0], {**PRICES[1], **changes}])


def absence(**changes: object):
    """L1 with an absence, changed."""
    row = {"from": "2021-05-01", "to": "2021-05-08", "rate": "1500"}
    return put("placements[0].absences", [{**row, **changes}])


# The change, and the path that must be named.
FORM = {
    "unknown-key": (put("placements[3].colour", "blue"), "placements[3].colour"),
    "unknown-key-on-top": (put("extra", []), "extra"),
    "unknown-key-in-a-price": (put("placements[3].prices[0].moms", "25"), "placements[3].prices[0].moms"),
    "no-municipality": (drop("municipality"), "municipality"),
    "municipality-is-a-list": (put("municipality", []), "municipality"),
    "code-of-five-digits": (put("municipality.code", "01999"), "municipality.code"),
    "code-as-a-number": (put("municipality.code", 199), "municipality.code"),
    "list-is-an-object": (put("cases", {}), "cases"),
    "row-is-a-text": (put("cases[2]", "A3"), "cases[2]"),
    "missing-key": (drop("cases[2].received"), "cases[2].received"),
    "null-where-needed": (put("cases[2].source", None), "cases[2].source"),
    "bad-date": (put("cases[0].received", "2021-02-30"), "cases[0].received"),
    "date-with-time": (put("cases[0].received", "2021-02-15T00:00"), "cases[0].received"),
    "date-without-hyphens": (put("cases[0].received", "20210215"), "cases[0].received"),
    "date-as-a-number": (put("cases[0].received", 20210215), "cases[0].received"),
    "date-before-1900": (put("cases[0].received", "1899-12-31"), "cases[0].received"),
    "date-after-2200": (put("agreements[0].end", "2201-01-01"), "agreements[0].end"),
    "unknown-role": (put("users[0].role", "chef"), "users[0].role"),
    "machine-role": (put("users[0].role", "inlasning"), "users[0].role"),
    "machine-name": (put("users[0].username", "rapportering"), "users[0].username"),
    "unknown-source": (put("cases[0].source", "granne"), "cases[0].source"),
    "unknown-kind": (put("providers[0].kind", "hotell"), "providers[0].kind"),
    "unknown-status": (put("applications[0].status", "utkast"), "applications[0].status"),
    "unknown-threat": (put("assessments[0].threat", "medel"), "assessments[0].threat"),
    "unknown-closing-reason": (put("cases[0].closing_reason", "klar"), "cases[0].closing_reason"),
    "wrong-check-digit": (put("persons[0].identity", "198112189875"), "persons[0].identity"),
    "identity-of-ten-digits": (put("persons[0].identity", "8112189876"), "persons[0].identity"),
    "identity-without-such-a-day": (put("persons[0].identity", "198113189876"), "persons[0].identity"),
    "identity-as-a-number": (put("persons[0].identity", 198112189876), "persons[0].identity"),
    "amount-below-zero": (put("budget_lines[0].amount", "-1"), "budget_lines[0].amount"),
    "rate-below-zero": (put("placements[0].prices[0].rate", -3000), "placements[0].prices[0].rate"),
    "amount-as-a-float": (put("applications[0].applied", 500000.5), "applications[0].applied"),
    "amount-with-exponent": (put("applications[0].applied", "5e5"), "applications[0].applied"),
    "amount-with-comma": (put("applications[0].applied", "500000,50"), "applications[0].applied"),
    "amount-with-three-decimals": (put("applications[0].applied", "1.005"), "applications[0].applied"),
    "amount-too-large": (put("budget_lines[0].amount", "9" * 13), "budget_lines[0].amount"),
    "amount-is-true": (put("budget_lines[0].amount", True), "budget_lines[0].amount"),
    "amount-is-a-list": (put("budget_lines[0].amount", ["1"]), "budget_lines[0].amount"),
    "children-below-zero": (put("persons[0].children", -1), "persons[0].children"),
    "children-too-many": (put("persons[0].children", 31), "persons[0].children"),
    "children-as-text": (put("persons[0].children", "2"), "persons[0].children"),
    "year-as-text": (put("budget_lines[0].year", "2022"), "budget_lines[0].year"),
    "truth-as-text": (put("checks[0].deviation", "false"), "checks[0].deviation"),
    "ref-is-empty": (put("units[0].ref", " "), "units[0].ref"),
    "ref-is-too-long": (put("units[0].ref", LONG), "units[0].ref"),
    "ref-is-a-number": (put("persons[0].ref", 1), "persons[0].ref"),
    "text-with-a-null-byte": (put("providers[0].name", "HVB\u0000"), "providers[0].name"),
    "no-categories": (put("consents[0].categories", []), "consents[0].categories"),
    "category-is-a-number": (put("consents[0].categories", ["insats", 3]), "consents[0].categories[1]"),
    "no-planned-day": (
        lambda file: (put("placements[0].start", None)(file), put("placements[0].planned_start", None)(file)),
        "placements[0].planned_start",
    ),
}
CONTRADICTIONS = {
    "double-ref": (add("providers", 0), "providers[6].ref"),
    "double-user-in-other-letters": (add("users", 0, username="ASTA"), "users[10].username"),
    "same-assessment-twice": (add("assessments", 0), "assessments[8].received"),
    "same-consent-twice": (add("consents", 0), "consents[8].start"),
    "two-checks-on-a-day": (add("checks", 0, done=None), "checks[36].planned"),
    "unknown-person": (put("cases[0].person", "P99"), "cases[0].person"),
    "unknown-unit": (put("cases[0].unit", "norra"), "cases[0].unit"),
    "unknown-handler": (put("cases[0].handler", "olle"), "cases[0].handler"),
    "unknown-case": (put("checks[4].case", "A99"), "checks[4].case"),
    "unknown-decision": (put("placements[1].decision", "B99"), "placements[1].decision"),
    "unknown-provider": (put("agreements[1].provider", "hvb-ost"), "agreements[1].provider"),
    "unknown-agreement": (put("placements[0].agreement", "ra-syd"), "placements[0].agreement"),
    "unknown-police-unit": (put("assessments[0].police_unit", "ops"), "assessments[0].police_unit"),
    "unknown-recipient": (put("consents[0].recipient", "ops"), "consents[0].recipient"),
    "unknown-move": (put("placements[1].moved_from", "L99"), "placements[1].moved_from"),
    "police-without-unit": (put("users[8].police_unit", None), "users[8].police_unit"),
    "police-in-a-unit": (put("users[8].unit", "beroende"), "users[8].unit"),
    "staff-in-a-police-unit": (put("users[0].police_unit", "lpo"), "users[0].police_unit"),
    "case-closed-before-it-came": (put("cases[4].closed", "2021-05-02"), "cases[4].closed"),
    "reason-without-closing": (put("cases[4].closing_reason", "avbrott"), "cases[4].closing_reason"),
    "agreement-ends-before-start": (put("agreements[0].end", "2019-12-31"), "agreements[0].end"),
    "assessment-ends-before-start": (put("assessments[0].valid_to", "2021-02-14"), "assessments[0].valid_to"),
    "consent-ends-before-start": (put("consents[0].end", "2021-02-14"), "consents[0].end"),
    "consent-withdrawn-before-start": (put("consents[0].withdrawn", "2021-02-14"), "consents[0].withdrawn"),
    "decision-ends-before-start": (put("decisions[0].end", "2021-02-28"), "decisions[0].end"),
    "application-answered-before-sent": (
        put("applications[0].decided", "2021-03-19"),
        "applications[0].decided",
    ),
    "two-open-cases": (add("cases", 0, ref="A9", received="2022-06-01"), "cases[8].received"),
    "cases-overlap-by-a-day": (
        lambda file: (
            put("cases[4].closed", "2022-06-02")(file),
            put("cases[4].closing_reason", "gatt_i_mal")(file),
            add("cases", 4, ref="A9", received="2022-06-01", closed=None, closing_reason=None)(file),
        ),
        "cases[8].received",
    ),
    "decision-of-another-case": (put("placements[0].decision", "B2"), "placements[0].decision"),
    "agreement-with-another": (put("placements[0].agreement", "ra-ost"), "placements[0].agreement"),
    "move-from-another-person": (put("placements[10].moved_from", "L6"), "placements[10].moved_from"),
    "move-from-itself": (put("placements[0].moved_from", "L1"), "placements[0].moved_from"),
    "moves-in-a-circle": (put("placements[0].moved_from", "L1b"), "placements[0].moved_from"),
    "stay-ends-before-start": (put("placements[0].end", "2021-03-14"), "placements[0].end"),
    "plan-ends-before-start": (
        lambda file: (put("placements[10].start", None)(file), put("placements[10].end", "2022-05-14")(file)),
        "placements[10].end",
    ),
    "stays-overlap-by-a-night": (
        lambda file: (
            put("placements[1].start", "2022-03-14")(file),
            put("placements[1].prices[0].from", "2022-03-14")(file),
        ),
        "placements[1].start",
    ),
    "stay-before-the-case": (
        lambda file: (
            put("placements[0].start", "2021-02-14")(file),
            put("placements[0].prices[0].from", "2021-02-14")(file),
        ),
        "placements[0].start",
    ),
    "plan-before-the-case": (
        lambda file: (
            put("placements[10].start", None)(file),
            put("placements[10].planned_start", "2022-02-28")(file),
        ),
        "placements[10].planned_start",
    ),
    "stay-after-the-case": (
        lambda file: (
            put("cases[6].closed", "2022-07-31")(file),
            put("cases[6].closing_reason", "avbrott")(file),
        ),
        "placements[9].end",
    ),
    "stay-that-runs-on-in-a-closed-case": (
        lambda file: (
            put("cases[6].closed", "2022-08-01")(file),
            put("cases[6].closing_reason", "avbrott")(file),
            put("placements[9].end", None)(file),
        ),
        "placements[9].end",
    ),
    "no-price": (put("placements[0].prices", []), "placements[0].prices"),
    "price-gap-inside": (two_prices(**{"from": "2021-06-02"}), "placements[0].prices[1].from"),
    "price-overlap": (two_prices(**{"from": "2021-05-31"}), "placements[0].prices[1].from"),
    "price-gap-first": (put("placements[0].prices[0].from", "2021-03-16"), "placements[0].prices[0].from"),
    "price-gap-last": (put("placements[0].prices[0].to", "2022-03-14"), "placements[0].prices[0].to"),
    "price-ends-before-it-begins": (
        put("placements[0].prices[0].to", "2021-03-14"),
        "placements[0].prices[0].to",
    ),
    "price-over-before-the-stay-that-runs-on": (
        lambda file: (
            put("placements[9].end", None)(file),
            put("placements[9].prices[0]", {"from": "2022-01-20", "to": "2022-02-01", "rate": "900"})(file),
        ),
        "placements[9].prices[0].to",
    ),
    "absence-before-the-stay": (absence(**{"from": "2021-03-14"}), "placements[0].absences[0].from"),
    "absence-after-the-stay": (absence(to="2022-03-16"), "placements[0].absences[0].to"),
    "absence-ends-before-it-begins": (absence(to="2021-04-30"), "placements[0].absences[0].to"),
    "absences-overlap": (
        put(
            "placements[0].absences",
            [
                {"from": "2021-05-01", "to": "2021-05-08", "rate": "0"},
                {"from": "2021-05-07", "to": "2021-05-09", "rate": "0"},
            ],
        ),
        "placements[0].absences[1].from",
    ),
    "absence-without-any-end": (
        lambda file: (
            put("placements[9].end", None)(file),
            put("placements[9].absences", [{"from": "2022-02-03", "to": None, "rate": "0"}])(file),
        ),
        "placements[9].absences[0].to",
    ),
    "reason-inside-framework": (put("placements[0].outside_reason", "Fullt"), "placements[0].outside_reason"),
    "granted-above-applied": (put("applications[0].granted", "500000.01"), "applications[0].granted"),
    "paid-above-granted": (put("applications[0].paid", "500000.01"), "applications[0].paid"),
    "paid-without-grant": (put("applications[2].paid", "1"), "applications[2].paid"),
    "granted-without-a-day": (put("applications[2].granted", "1"), "applications[2].decided"),
    "deviation-of-a-check-not-made": (put("checks[17].deviation", True), "checks[17].deviation"),
}
BYTES = {
    "empty": b"",
    "not-json": b"{'municipality': 1}",
    "cut-off": as_bytes(golden())[:-20],
    "latin-1": json.dumps(golden(), ensure_ascii=False).encode("latin-1"),
    "a-list": b"[]",
    "a-number": b"17",
    "deep": b"[" * 100_000,
    "a-zip": b"PK\x03\x04" + bytes(200),
}


def saved() -> list[int]:
    """Everything that hangs on a municipality needs one; the rest are the tables that it does not reach."""
    return [model.objects.count() for model in (Municipality, User, Group, CaseNumber)]


def refusal(path: Path) -> str:
    """What the command says when it refuses the file."""
    before, out = saved(), StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("load_scenario", path, "--figures", "2022-03", stdout=out)
    assert out.getvalue() == ""
    assert saved() == before
    return str(refused.value)


@pytest.mark.parametrize("name", [*FORM, *CONTRADICTIONS])
def test_bad_file_is_refused_with_the_path_of_the_fault(db, tmp_path, name):
    change, expected = (FORM | CONTRADICTIONS)[name]
    file = tmp_path / "scenario.json"
    file.write_bytes(as_bytes(golden(change)))
    told = refusal(file)
    paths = [line.strip().partition(": ")[0] for line in told.splitlines()[1:]]
    assert expected in paths, told
    assert len(paths) == 1 or name in ("moves-in-a-circle",), told


@pytest.mark.parametrize("name", BYTES)
def test_what_is_no_scenario_at_all_is_refused(db, tmp_path, name):
    file = tmp_path / "scenario.json"
    file.write_bytes(BYTES[name])
    assert "\n  $: " in refusal(file)


def test_200_megabytes_are_refused_without_being_read(db, tmp_path):
    file = tmp_path / "scenario.json"
    with file.open("wb") as big:
        big.truncate(200 * 1024 * 1024)
    assert f"större än {MAX_BYTES // 1024 // 1024} MB" in refusal(file)


def test_a_file_that_is_not_there_is_named_without_a_traceback(db, tmp_path):
    assert "kan inte läsas" in refusal(tmp_path / "none.json")
    assert "kan inte läsas" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('"rate": NaN', "agreements[0].rate"),
        ('"rate": Infinity', "agreements[0].rate"),
        ('"rate": 3000.0', "agreements[0].rate"),
        ('"rate": ' + "9" * 5000, "agreements[0].rate"),
        ('"rate": 3000, "rate": 3000', "agreements[0].rate"),
        ('"name": "\\ud800", "rate": "3000"', "agreements[0].name"),
    ],
)
def test_what_json_allows_and_the_format_does_not(db, tmp_path, text, path):
    file = tmp_path / "scenario.json"
    found = json.dumps(golden(drop("agreements[0].rate")))
    file.write_text(found.replace('"ref": "ra-norr"', f'"ref": "ra-norr", {text}'), encoding="utf-8")
    assert f"\n  {path}: " in refusal(file)


def test_every_fault_is_told_at_once_but_no_more_than_fifty(db, tmp_path):
    file = tmp_path / "scenario.json"
    file.write_bytes(
        as_bytes(golden(put("cases[0].received", "igår"), put("users[3].role", "x"), put("extra", 1)))
    )
    told = refusal(file)
    assert "3 fel" in told
    assert {"extra", "users[3].role", "cases[0].received"} <= {
        line.strip().partition(": ")[0] for line in told.splitlines()
    }
    rows = [{"case": "A1", "planned": "x"} for _ in range(3000)]
    file.write_bytes(as_bytes(golden(put("checks", rows))))
    assert "50 fel. Fler kan finnas." in refusal(file)


def test_no_refusal_repeats_an_identity_number(db, tmp_path):
    file = tmp_path / "scenario.json"
    file.write_bytes(as_bytes(golden(put("persons[0].identity", "198112189875"))))
    assert "19811218" not in refusal(file)


def test_the_table_is_long_enough():
    assert len(FORM) + len(CONTRADICTIONS) + len(BYTES) >= 60
