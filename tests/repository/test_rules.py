"""Conventions that a test can hold."""

import ast
import re
import subprocess

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from avhopp.settings.environment import ROOT
from tests.markup import has_inline

SOURCE_LINES, TEST_LINES = 400, 600
REFERENCE_DATA = {"Unit", "PoliceUnit", "LegalProvision", "LegalBasis"}
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "libraries.py"}


def tracked(*suffixes: str) -> list[str]:
    """Files of the repository, those not yet committed included."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in listing.stdout.split() if name.endswith(suffixes) and (ROOT / name).is_file()]


def test_files_are_short():
    long = []
    for name in tracked(".py"):
        if "migrations/" in name:
            continue
        lines = len((ROOT / name).read_text().splitlines())
        if lines > (TEST_LINES if name.startswith("tests/") else SOURCE_LINES):
            long.append(f"{name}: {lines}")
    assert long == []


def test_files_are_named_after_what_they_know():
    assert [name for name in tracked(".py") if name.rsplit("/", 1)[-1] in FORBIDDEN_NAMES] == []


def test_no_package_index_is_named():
    hosts = re.compile(
        r"(files\.pythonhosted|pypi\.org/simple|registry\.npmjs|index-url[= ]+http|deb\.debian\.org)",
        re.IGNORECASE,
    )
    found = [
        name
        for name in tracked(
            ".py", ".txt", ".toml", ".yml", ".yaml", ".json", ".md", "Makefile", "Dockerfile", "run", ".sh"
        )
        if name != "tests/repository/test_rules.py"
        and hosts.search((ROOT / name).read_text(errors="replace"))
    ]
    assert found == []


def test_requirements_are_pinned_by_hash():
    for name in ("requirements.txt", "requirements-run.txt", "requirements-dev.txt"):
        blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text())
        packages = [block for block in blocks if "==" in block.split("\n")[0]]
        assert len(packages) > 20
        assert all("--hash=sha256:" in block for block in packages), name


def test_every_dependency_says_why():
    text = (ROOT / "pyproject.toml").read_text()
    listed = [line for line in text.splitlines() if re.match(r'\s+"[a-z].*[~>=<]=?.*",', line)]
    assert len(listed) > 20
    assert [line for line in listed if "#" not in line] == []


@pytest.mark.parametrize("name", [n for n in tracked(".py") if "/views" in n and not n.startswith("tests/")])
def test_views_get_their_objects_from_the_access_layer(name):
    """In a view `.objects` is followed by a question that takes the user, except for reference data."""
    source = (ROOT / name).read_text()
    wrong = [
        f"line {node.lineno}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "objects"
        and node.attr not in ("visible_to", "found_for")
        and getattr(node.value.value, "id", "") not in REFERENCE_DATA
    ]
    assert wrong == []


def views(patterns: list, prefix: str = "") -> list[tuple[str, object]]:
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += views(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            found.append((prefix + str(pattern.pattern), pattern.callback))
    return found


@pytest.mark.parametrize("urlconf", ["avhopp.urls"])
def test_every_address_declares_its_access(urlconf):
    found = views(get_resolver(urlconf).url_patterns)
    assert found
    assert [address for address, view in found if not hasattr(view, "access")] == []


def test_templates_have_nothing_inline():
    names = [name for name in tracked(".html") if name.startswith("templates/") and "/pdf/" not in name]
    assert names
    assert [name for name in names if has_inline((ROOT / name).read_text())] == []


PANEL = re.compile(r"{% include (?:(?!%}).)*(?:panel|\.template)(?:(?!%}).)* %}")


def test_a_panel_is_never_included_with_the_names_of_the_page():
    """Two panels may give the same name: each is rendered alone (cases/panels.py) or included with `only`."""
    found = [
        (name, tag)
        for name in tracked(".html")
        for tag in PANEL.findall((ROOT / name).read_text())
        if not tag.endswith(" only %}")
    ]
    assert found == []
    assert PANEL.findall('{% include "collaboration/panel_checks.html" %}')


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<a onclick="x">', True),
        ("<a href=\"/\"onclick='x'>", True),
        ('<a title="a > b" ONCLICK = "x">', True),
        ('<a {% if a > b %}onclick="x"{% endif %}>', True),
        ('<button\n  hx-on:click="x">', True),
        ('<p class="y" style="color: red">', True),
        ("<script>x()</script>", True),
        ("<style>p {}</style>", True),
        ('<a href="javascript:x()">', True),
        ('{% include "x.html" with one=1 style=2 %}', False),
        ('<div class="{% include "x.html" with one=1 %}">', False),
        ('<p title="skriv one=1">two=2</p>', False),
        ('<p data-on="x" data-style="y">', False),
        ('<script src="/static/x.js"></script>', False),
    ],
)
def test_what_is_inline_is_found(markup, found):
    assert has_inline(markup) is found


def test_the_repository_speaks_of_the_product_alone():
    words = re.compile(r"/work/(shared|main|\.library)|/tmp/brief", re.IGNORECASE)
    found = [
        name
        for name in tracked(
            ".py", ".md", ".html", ".txt", ".toml", ".yml", "Makefile", "Dockerfile", ".sh", ".css", ".js"
        )
        if name != "tests/repository/test_rules.py"
        and words.search((ROOT / name).read_text(errors="replace"))
    ]
    assert found == []
