"""The tables of docs/security.md and docs/asvs.csv name what exists and explain every gap."""

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache

import pytest

from avhopp.settings.environment import ROOT

SECURITY, ASVS = ROOT / "docs" / "security.md", ROOT / "docs" / "asvs.csv"
ROW = re.compile(r"\| SR-(\d+) \|")
TEST = re.compile(r"tests/[\w/]+\.py(?:::\w+)+")
FILE = re.compile(
    r"(?<![\w/])(?:\.\./)?((?:avhopp|bin|cases|collaboration|deploy|docs|placements|reports|static|templates|tests)"
    r"/[\w./-]*\w|docker-compose\.yml|Dockerfile|Makefile|requirements\.txt)(?![\w/])"
)
ASVS_ID = re.compile(r"\d+\.\d+\.\d+")
STATUSES = {"met", "partly", "not applicable", "open"}
LINK = re.compile(r"\]\(([^)#]+)\)")
SHORTEST_REASON = 20  # signs


def rows(text: str) -> list[list[str]]:
    """The table's rows: number, requirement, tests, what is missing, ASVS."""
    lines = (line for line in text.splitlines() if ROW.match(line))
    return [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in lines]


def requirements() -> list[dict[str, str]]:
    with ASVS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def names_in(name: str) -> frozenset[str]:
    """The tests of a file, by name and without importing it: `test_x` or `TestClass::test_x`."""
    path = ROOT / name
    if not path.is_file():
        return frozenset()
    return frozenset(_tests(ast.parse(path.read_text(encoding="utf-8")).body, ""))


def _tests(body: list[ast.stmt], within: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield within + node.name
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _tests(node.body, f"{node.name}::")


def missing_tests(text: str) -> list[str]:
    named = (found.partition("::") for found in TEST.findall(text))
    return sorted(f"{file}::{test}" for file, _, test in named if test not in names_in(file))


def missing_files(text: str) -> list[str]:
    return sorted({name for name in FILE.findall(text) if not (ROOT / name).exists()})


def faults(found: list[list[str]]) -> list[str]:
    """What is wrong with the rows: numbers, and gaps that nobody explains."""
    numbers = [int(row[0].removeprefix("SR-")) for row in found]
    wrong = [] if numbers == list(range(1, len(numbers) + 1)) else [f"numbers are {numbers}"]
    for row in found:
        if len(row) != 5:
            wrong.append(f"{row[0]} has {len(row)} cells")
        elif not row[1] or not ASVS_ID.search(row[4]):
            wrong.append(f"{row[0]} lacks its requirement or its ASVS ids")
        elif not TEST.search(row[2]) and len(row[3]) < SHORTEST_REASON:
            wrong.append(f"{row[0]} has neither a test nor a reason")
    return wrong


@pytest.mark.parametrize("path", [SECURITY, ASVS], ids=lambda path: path.name)
def test_what_is_named_exists(path):
    text = path.read_text(encoding="utf-8")
    assert len(TEST.findall(text)) > 50
    assert missing_tests(text) == []
    assert missing_files(text) == []


def test_every_link_leads_somewhere():
    links = LINK.findall(SECURITY.read_text(encoding="utf-8"))
    assert len(links) > 10
    assert [link for link in links if not (SECURITY.parent / link).exists()] == []


def test_every_requirement_stands_once_with_a_test_or_a_reason():
    found = rows(SECURITY.read_text(encoding="utf-8"))
    assert len(found) >= 60
    assert faults(found) == []


def test_every_asvs_id_of_the_table_has_its_row_in_the_list():
    listed = {row["id"] for row in requirements()}
    named = {one for row in rows(SECURITY.read_text(encoding="utf-8")) for one in ASVS_ID.findall(row[4])}
    assert sorted(named - listed) == []


def test_the_asvs_list_answers_for_each_of_its_rows():
    found = requirements()
    assert list(found[0]) == ["id", "requirement", "status", "evidence"]
    ids = [row["id"] for row in found]
    assert len(ids) == len(set(ids)) > 100
    wrong = [row["id"] for row in found if not ASVS_ID.fullmatch(row["id"]) or not row["requirement"]]
    wrong += [row["id"] for row in found if row["status"] not in STATUSES]
    wrong += [row["id"] for row in found if row["status"] == "met" and not _has_evidence(row["evidence"])]
    wrong += [row["id"] for row in found if row["status"] != "met" and len(row["evidence"]) < SHORTEST_REASON]
    assert wrong == []


def _has_evidence(text: str) -> bool:
    return bool(TEST.search(text) or FILE.search(text))


@pytest.mark.parametrize(
    "line",
    [
        "| SR-1 | Something | – |  | 1.2.3 |",
        "| SR-1 | Something | `tests/x.py` | later | 1.2.3 |",
        "| SR-2 | Something | `tests/x.py::test_x` |  | 1.2.3 |",
        "| SR-1 | Something | `tests/x.py::test_x` |  |  |",
        "| SR-1 | Something | `tests/x.py::test_x` | 1.2.3 |",
    ],
)
def test_a_faulty_row_is_found(line):
    assert faults(rows(line)) != []


def test_what_does_not_exist_is_found():
    here = "tests/repository/test_security_table.py"
    assert missing_tests(f"`{here}::test_what_is_named_exists` `{here}::test_nothing_of_the_kind`") == [
        f"{here}::test_nothing_of_the_kind"
    ]
    assert missing_tests("tests/no_such_file.py::test_x") == ["tests/no_such_file.py::test_x"]
    assert missing_files(f"[x](../{here}) and avhopp/no_such_file.py") == ["avhopp/no_such_file.py"]
