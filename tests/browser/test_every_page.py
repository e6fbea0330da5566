"""Every page the cast reaches by links: it answers, is accessible, fits a phone and raises no complaint."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.conftest import Visitor
from tests.browser.crawl import Crawler, Reached, Side

pytestmark = pytest.mark.browser

CAST = ["asta", "bo", "cleo", "siri", "eskil", "nils", "lova", "eva", "dag", "nora"]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}
PHONE = {"width": 320, "height": 640}
#: Pages that no link leads to, which Asta opens all the same.
WITHOUT_LINKS = ["/komponenter/", "/arenden/sok/"]
#: Files, the health check, and what is there before anybody has signed in.
NO_PAGES = {
    "forecast_assumptions",  # a form of the forecast posts to it
    "report_public", "report_annex", "document", "application_file", "applications_excel",
    "occupancy_excel", "providers_excel", "budget_month_excel", "health", "sign_in", "draft", "session_time",
    "passkey_sign_in",
    "openid_connect_callback", "openid_connect_login", "invoices_excel", "invoice_original", "export_file",
}  # fmt: skip
#: Steps of the sign-in, which nobody who is signed in reaches by a link; tests/accounts opens them.
SIGNING_IN = {"confirm_identity", "enrol", "one_time_code", "recovery_codes", "second_factor"}
#: Pages of a step that nothing in the demonstration waits for; whatever else is not reached lacks its link.
NOTHING_WAITS = {
    "account_reopen", "provider_control",
    "application_completed", "invoice_answer", "invoice_attest", "invoice_paid", "invoice_undo",
    "access_end", "access_request", "emergency_end", "emergency_notice", "emergency_review",
    "protected_answer",
    "application_account", "application_change", "application_pay", "application_send", "decide",
    "decision_enforce", "decision_notify", "delegation_version", "deviation_close",
    "deviation_measure", "journal_correct",
    "log_review_draw", "log_review_question", "read_alarm_lift",
    "apart_question", "inquiry_approve", "placement_overstay",
    "application_repay", "placement_begin", "placement_withdraw", "provider_activate", "provider_reopen",
    "reopen", "report_correct", "report_paragraph", "second_reading",
}  # fmt: skip
#: Three quarters of the work, and the answer depends on nothing but the looks of the text.
CONTRAST = "color-contrast"
CHECK = """rules => axe.run(document, rules).then(found =>
    found.violations.map(fault => `${fault.id}: ${fault.nodes[0].html.slice(0, 160)}`))"""
#: How text looks on a page: colour, what is behind it, size, weight and opacity; each once.
LOOKS = """() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const fields = [...document.querySelectorAll("input, select, textarea")];
    while (texts.nextNode()) if (texts.currentNode.data.trim()) fields.push(texts.currentNode.parentElement);
    const look = element => {
        const own = getComputedStyle(element);
        const behind = [];
        for (let at = element; at; at = at.parentElement) {
            const { backgroundColor, backgroundImage, opacity } = getComputedStyle(at);
            if (opacity !== "1" || backgroundImage !== "none") behind.push(opacity, backgroundImage);
            if (backgroundColor === "rgba(0, 0, 0, 0)") continue;
            behind.push(backgroundColor);
            if (backgroundColor.startsWith("rgb(")) break;
        }
        return [own.color, own.fill, own.fontSize, own.fontWeight, own.textShadow, ...behind].join(" ");
    };
    return [...new Set([...new Set(fields)].map(look))];
}"""


@pytest.fixture(scope="session")
def sides(stack) -> dict[str, Side]:
    web, portal = Side(stack.web, "avhopp.urls"), Side(stack.portal, "avhopp.urls_portal")
    return {handle: portal if handle in ("dag", "nora") else web for handle in CAST}


@pytest.fixture(scope="session")
def reached(sides) -> list[Reached]:
    """What each of the cast reaches: one page of every shape, and every case."""
    return [page for handle in CAST for page in Crawler(sides[handle], handle).pages(1)]


@pytest.fixture(scope="session")
def unlinked(sides) -> list[Reached]:
    side = sides["asta"]
    return [Reached("asta", side.base + path, side.name_of(path), ()) for path in WITHOUT_LINKS]


@pytest.fixture(scope="session")
def chosen(reached, unlinked, sides) -> list[Reached]:
    """One page of every kind (the name of its address), for the first of the cast who reaches it."""
    kinds: dict[tuple[str, str], Reached] = {}
    for page in reached + unlinked:
        kinds.setdefault((sides[page.handle].urlconf, page.name), page)
    return list(kinds.values())


@pytest.fixture(scope="session")
def measured() -> set[str]:
    """The looks whose contrast has been measured."""
    return set()


def test_every_page_answers(reached):
    assert {(page.handle, page.url): page.faults for page in reached if page.faults} == {}


@pytest.mark.parametrize("handle", ["siri", "dag"])
def test_every_kind_of_page_is_reached_by_somebody(chosen, sides, handle):
    """Guards the walk: a page that nobody finds is a broken link, or a kind of case that the demo lacks."""
    side = sides[handle]
    found = {page.name for page in chosen if sides[page.handle] == side}
    assert sorted(side.pages() - found - NO_PAGES - SIGNING_IN - NOTHING_WAITS) == []


@pytest.mark.parametrize("handle", CAST)
def test_every_kind_of_page_is_accessible_and_quiet(visit, chosen, measured, handle):
    """The first page of everybody, and of every kind of page one."""
    visitor = visit(handle)
    _check(visitor.page, measured)
    _walk(visitor, [page.url for page in chosen if page.handle == handle], measured)


@pytest.mark.deep
@pytest.mark.parametrize("handle", CAST)
def test_every_page_of_everybody_is_accessible_and_quiet(visit, sides, handle):
    pages = Crawler(sides[handle], handle).pages(3)
    _walk(visit(handle), [page.url for page in pages], set())


def _walk(visitor: Visitor, urls: list[str], measured: set[str]) -> None:
    for url in urls:
        if url == visitor.page.url:
            continue
        answer = visitor.page.goto(url)
        assert answer is not None
        assert answer.status == 200, f"{url} answered {answer.status}"
        _check(visitor.page, measured)
    assert visitor.complaints == []


def _check(page: Page, measured: set[str]) -> None:
    """Accessible, and as wide as the smallest phone, which is also a window at four hundred per cent."""
    looks = set(page.evaluate(LOOKS))
    page.evaluate(AXE_SCRIPT)
    contrast = {CONTRAST: {"enabled": not looks <= measured}}
    assert page.evaluate(CHECK, {**RULES, "rules": contrast}) == [], page.url
    measured |= looks
    size = page.viewport_size
    page.set_viewport_size(PHONE)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(size)
    assert width <= PHONE["width"], f"{page.url} is {width} pixels wide on a phone"
