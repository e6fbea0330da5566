"""What only a browser can show of the sign-in: a passkey, and the warning that saves what was typed."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Stack, Visitor

pytestmark = pytest.mark.browser

WORDS = "Det här hann jag skriva innan inloggningen tog slut."


@pytest.fixture
def asta(stack: Stack, browser: Browser) -> Iterator[Visitor]:
    """Asta at `localhost`: a passkey belongs to a name, and an address of numbers has none."""
    context = browser.new_context(locale="sv-SE")
    visitor = Visitor(context, stack.web.replace("127.0.0.1", "localhost"))
    demo_step(visitor)
    yield visitor
    context.close()


def demo_step(visitor: Visitor, path: str = "/logga-in/") -> None:
    page = visitor.open(path)
    demo_button(page).click()
    page.wait_for_load_state()


def demo_button(page: Page) -> Locator:
    return page.locator("form:has(input[name=username][value^='asta@']) button[type=submit]").first


def with_authenticator(page: Page) -> None:
    """A key that the browser itself plays: it keeps passkeys and has seen the right finger."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_made_and_signs_in_alone(asta):
    page = asta.page
    with_authenticator(page)
    asta.open("/konto/passkey/")
    page.get_by_label("Namn på passkeyn").fill("Provdatorn")
    page.get_by_role("button", name="Skapa passkey").click()
    expect(page.get_by_role("heading", name="Reservkoder", level=1)).to_be_visible()
    expect(page.locator(".codes li")).to_have_count(10)
    asta.open("/konto/")
    expect(page.get_by_text("Provdatorn")).to_have_count(2)  # in the list, and in the button's own name
    page.get_by_role("button", name="Logga ut", exact=True).click()
    page.get_by_role("button", name="Logga in med passkey").click()
    expect(page.get_by_role("link", name="Asta Ek")).to_be_visible()
    assert asta.complaints == []


def test_the_warning_saves_what_was_typed_and_it_comes_back(asta):
    page = asta.page
    page.clock.install()
    asta.open("/konto/losenord/")
    asta.open("/arenden/ny/")
    field = page.locator("main textarea, main input[type=text]").first
    field.fill(WORDS)
    left = {"seconds": 50}
    page.route(
        "**/konto/tid/", lambda route: route.fulfill(body=json.dumps(left), content_type="application/json")
    )
    with page.expect_response("**/konto/utkast/") as saved:
        page.clock.fast_forward("14:00")
    assert saved.value.json() == {"saved": True}
    expect(page.get_by_role("dialog", name="Är du kvar?")).to_be_visible()
    expect(page.get_by_text("Det du har skrivit är sparat")).to_be_visible()
    left["seconds"] = 0
    asta.page.context.clear_cookies()  # the sign-in is over
    page.clock.fast_forward("00:51")
    page.wait_for_url("**/logga-in/?next=**")
    assert WORDS not in page.content()
    page.unroute("**/konto/tid/")
    demo_button(page).click()
    page.wait_for_url("**/arenden/ny/")
    expect(page.locator("main textarea, main input[type=text]").first).to_have_value(WORDS)
    expect(page.locator("#draft-restored")).to_be_visible()
    assert asta.complaints == []


def test_a_passkey_confirms_who_it_is(asta):
    """Before what is sensitive a passkey is as good as the password. It is offered to whoever has one."""
    page = asta.page
    with_authenticator(page)
    asta.open("/konto/passkey/")
    page.get_by_label("Namn på passkeyn").fill("Andra datorn")
    page.get_by_role("button", name="Skapa passkey").click()
    page.wait_for_url(lambda url: not url.endswith("/konto/passkey/"))
    asta.open("/bekrafta/?next=/konto/%3Fa%3D1")
    page.get_by_role("button", name="Bekräfta med passkey").click()
    page.wait_for_url("**/konto/?a=1")
    assert asta.complaints == []
