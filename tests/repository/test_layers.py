"""Imports stand at the top of the file and go one way.

ARCHITECTURE: reports → placements, collaboration → cases → avhopp → kernel.
"""

import ast
from pathlib import Path

import pytest

from avhopp.settings.environment import ROOT

PACKAGES = ("avhopp", "cases", "placements", "collaboration", "reports")
#: What each part may import, longest prefix first.
MAY = {
    "avhopp.kernel": ("avhopp.kernel",),
    "avhopp.services": ("avhopp.services",),
    "avhopp.services.worker": ("avhopp.services", "avhopp.celery"),
    "avhopp.pages": ("avhopp.kernel", "avhopp.pages", "avhopp.access.decorators"),
    "avhopp": ("avhopp",),
    "cases": ("avhopp", "cases"),
    "placements": ("avhopp", "cases", "placements"),
    "collaboration.portal": ("avhopp", "collaboration.portal"),
    "collaboration": ("avhopp", "cases", "collaboration"),
    "reports": ("avhopp", "cases", "placements", "collaboration", "reports"),
}
#: What the portal's process cannot import at all: their models are not installed there.
NOT_IN_PORTAL = (
    "avhopp.accounts", "avhopp.audit",
    "avhopp.access.decorators", "avhopp.access.policy", "avhopp.access.requests",
)  # fmt: skip
PURE = (
    "cases/states.py", "cases/rules.py", "placements/costs.py", "placements/forecast.py", "reports/facts.py",
    "placements/invoices/checking.py", "placements/invoices/matching.py", "placements/invoices/accounting.py",
    "placements/invoices/exporting.py", "placements/invoices/telling.py", "placements/invoices/facts.py",
    "placements/invoices/coverage.py", "placements/invoices/doubtful.py",
    "placements/invoices/csv_reading.py", "placements/invoices/xml_reading.py",
    "placements/episodes.py", "placements/lengths.py", "placements/nightly.py", "placements/starts.py",
    "placements/arrivals.py", "placements/simulation.py", "placements/range_words.py",
    "placements/range_chart.py", "reports/figures_range.py",
    "reports/figures.py", "reports/figures_counts.py", "reports/figures_money.py", "reports/disclosure.py",
)  # fmt: skip
#: Functions that may import inside: Django calls them when its apps are ready, and not before.
LATE = {("apps.py", "ready"), ("celery.py", "refuse_unless_sound")}


def sources() -> list[Path]:
    return sorted(
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts
    )


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(tree: ast.AST) -> list[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [name for name in names if name.split(".")[0] in PACKAGES]


def allowed(module: str) -> tuple[str, ...]:
    prefix = max((p for p in MAY if module == p or module.startswith(p + ".")), key=len)
    return MAY[prefix]


def within(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def breaches(module: str, text: str) -> list[str]:
    names = imported(ast.parse(text))
    bad = [name for name in names if not within(name, allowed(module)) and name not in allowed(module)]
    if within(module, ("collaboration.portal",)):
        bad += [name for name in names if within(name, NOT_IN_PORTAL)]
    roots = {name for name in bad if not any(other != name and name.startswith(other + ".") for other in bad)}
    return sorted(name for name in roots if name != "avhopp" or "avhopp" not in allowed(module))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path):
    module = module_of(path)
    if module in ("avhopp.urls", "avhopp.urls_portal"):
        return  # the one place that names every app
    found = [
        name for name in breaches(module, path.read_text()) if not (name == "avhopp" and "kernel" in module)
    ]
    assert found == []


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_in_placements_knows_the_invoices(path):
    module = module_of(path)
    if not within(module, ("placements",)) or within(module, ("placements.invoices",)):
        return
    found = [name for name in imported(ast.parse(path.read_text())) if within(name, ("placements.invoices",))]
    assert found == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("cases.views.case", "from placements.models import Placement"),
        ("avhopp.access.policy", "import cases.models"),
        ("placements.actions.placing", "from collaboration.models import Consent"),
        ("collaboration.portal.views", "from avhopp.accounts.models import User"),
        ("collaboration.portal.views", "from cases.models import Case"),
        ("avhopp.kernel.money", "from avhopp.access.roles import Can"),
    ],
)
def test_a_breach_is_found(module, line):
    assert breaches(module, line)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_imported_inside_a_function(path):
    inside = [
        f"line {child.lineno}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (path.name, node.name) not in LATE
        for child in ast.walk(node)
        if isinstance(child, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_know_no_database_no_clock_and_no_request(name):
    path = ROOT / name
    tree = ast.parse(path.read_text())
    names = [alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names]
    names += [n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    assert not [n for n in names if n.startswith("django") and n != "django.db"], names
    assert "today()" not in path.read_text()
    assert "now()" not in path.read_text()
