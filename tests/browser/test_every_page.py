"""Every page each of the cast can reach by links: it answers, is accessible and raises no complaint."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

CAST = ["asta", "bo", "cleo", "siri", "eskil", "nils", "lova", "eva", "dag", "nora"]
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
PER_SHAPE = 2  # pages of one shape (the same address but for ids) that each person opens
MOST = 90

checked: set[tuple[str, str]] = set()


def shape(url: str) -> str:
    return ID.sub("<id>", urlsplit(url).path)


def links(page) -> list[str]:
    return page.eval_on_selector_all("a[href]", "as => as.map(a => a.href)")


@pytest.mark.parametrize("handle", CAST)
def test_every_page_is_accessible_and_quiet(visit, handle):
    visitor = visit(handle)
    page = visitor.page
    waiting, seen, opened = [page.url], set(), {}
    while waiting and len(seen) < MOST:
        url = waiting.pop(0)
        kind = shape(url)
        if url in seen or opened.get(kind, 0) >= PER_SHAPE or "/fil/" in url or url.endswith(".pdf"):
            continue
        seen.add(url)
        opened[kind] = opened.get(kind, 0) + 1
        answer = page.goto(url)
        assert answer is not None
        if "pdf" in answer.headers.get("content-type", ""):
            continue
        assert answer.status == 200, f"{handle}: {url} answered {answer.status}"
        assert "no-store" in answer.headers.get("cache-control", ""), url
        assert page.locator("h1").count() == 1, url
        _check_accessible(page, handle, kind)
        waiting += [link for link in links(page) if link.startswith(visitor.base) and "#" not in link]
    assert visitor.complaints == []
    assert len(seen) >= 1


def _check_accessible(page, handle: str, kind: str) -> None:
    role = "portal" if handle in ("dag", "nora") else "web"
    if (role, kind) in checked:
        return
    checked.add((role, kind))
    found = Axe().run(page, options=RULES).response["violations"]
    faults = [f"{fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in found]
    assert faults == [], f"{page.url}: {faults}"


@pytest.mark.parametrize("handle", ["asta", "siri", "nils", "dag"])
def test_the_first_page_fits_a_phone_and_four_hundred_per_cent(visit, handle):
    visitor = visit(handle, viewport={"width": 320, "height": 640})
    width = visitor.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320


def test_the_walk_finds_the_pages(stack):
    """Guards the walk itself: with a broken menu it would find nothing to complain of."""
    if checked:
        assert len(checked) > 15
