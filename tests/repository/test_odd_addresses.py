"""What nobody's browser sends in an address breaks no page: it is told of, or it counts as not said."""

import re
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from tests.access import test_outsiders
from tests.access.test_outsiders import client_of
from tests.repository import test_query_budget

golden, urls = test_outsiders.golden, test_query_budget.urls

ODD = {"a number too long to read": "9" * 5000, "a zero byte": "a\x00b", "no day": "2026-99-99"}
MORE = {
    "a year past all": "99999-12-31",
    "below nothing": "-1",
    "half a letter": "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "markup": "'\"><script>alert(1)</script>",
}
#: Read by the pages, whether or not a link or a form on them says so.
NAMED = re.compile(r"GET\.get\(\"([a-z_]+)\"")


class Names(HTMLParser):
    """The names that a page's links to itself and its searches put in an address."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url, self.searching, self.found = url, False, set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self.searching = (said.get("method") or "get").lower() == "get"
        elif tag == "a":
            link = urlsplit(said.get("href") or "")
            if link.path in ("", urlsplit(self.url).path):
                self.found |= {name for name, _ in parse_qsl(link.query, keep_blank_values=True)}
        elif self.searching and tag in ("input", "select", "textarea", "button") and said.get("name"):
            self.found.add(str(said["name"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.searching = False


@pytest.fixture(scope="module")
def read_by_pages(pytestconfig) -> set[str]:
    apps = ("avhopp", "cases", "placements", "collaboration", "reports")
    files = [path for app in apps for path in (pytestconfig.rootpath / app).rglob("*.py")]
    return {name for path in files for name in NAMED.findall(path.read_text(encoding="utf-8"))}


def names_of(client: Client, url: str) -> set[str] | None:
    """What the page itself asks for; None when there is no page to open."""
    answer = client.get(url)
    if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
        return None
    page = Names(url)
    page.feed(answer.content.decode())
    return page.found


@pytest.mark.parametrize(
    "said", [pytest.param(ODD, id="odd"), pytest.param(MORE, marks=pytest.mark.deep, id="more")]
)
@pytest.mark.parametrize("handle", ["siri", "eskil", "lova"])
def test_no_odd_address_breaks_a_page(golden, urls, read_by_pages, handle, said):
    client, broken, asked = client_of(golden, handle), [], set[str]()
    client.raise_request_exception = False
    for name, url in urls.items():
        own = names_of(client, url)
        if own is None:
            continue
        asked |= own
        for odd, value in said.items():
            status = client.get(url, dict.fromkeys(own | read_by_pages, value)).status_code
            if status not in (200, 302, 400, 404):
                broken.append((name, odd, status))
    assert len(asked) > 5
    assert broken == []
