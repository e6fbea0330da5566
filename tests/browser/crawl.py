"""Which pages each of the cast reaches by links, asked for over plain HTTP; the browser opens them later."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import quote, urldefrag, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

from django.urls import URLResolver, get_resolver, resolve

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SAFE = "%/:?&=+#[]@!$'()*,;~"  # what a browser leaves as it is in a link
#: Each state has steps of its own, so that several of these are opened.
SEVERAL = {"/arenden/<id>/": 20, "/arenden/<id>/ansokan/<id>/": 10}
SIGN_IN = "/logga-in/"


@dataclass(frozen=True)
class Reached:
    """A page that somebody opened, and what was wrong with it."""

    handle: str
    url: str
    name: str
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """One of the two parts: where it answers, and its addresses."""

    base: str
    urlconf: str

    def name_of(self, url: str) -> str:
        return resolve(urlsplit(url).path, self.urlconf).url_name or url

    def pages(self) -> set[str]:
        """The names of all addresses that can be opened."""
        return {name for name, methods in _addresses(get_resolver(self.urlconf)) if "GET" in methods}


def _addresses(below: URLResolver) -> Iterator[tuple[str, tuple[str, ...]]]:
    for pattern in below.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern)
        else:
            yield pattern.name, pattern.callback.access.methods


class _Markup(HTMLParser):
    """Where a page leads, its first headings, and the hidden fields of its forms."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.headings = 0
        self.forms: list[dict[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.headings += tag == "h1"
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "form":
            self.forms.append({})
        elif tag == "input" and "name" in values and self.forms:
            self.forms[-1][values["name"]] = values.get("value", "")


class Crawler:
    """Somebody who is signed in and follows links."""

    def __init__(self, side: Side, handle: str) -> None:
        self.side, self.handle = side, handle
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))
        with self.opener.open(side.base + SIGN_IN) as answer:
            forms = _Markup(answer.read().decode()).forms
        card = next(form for form in forms if form.get("username", "").startswith(f"{handle}@"))
        with self.opener.open(f"{side.base}{SIGN_IN}demo/", urlencode(card).encode()) as answer:
            self.start = answer.url

    def pages(self, per_shape: int) -> Iterator[Reached]:
        """Every page below the start page, so many of a shape (the same address but for ids); no files.

        All cases and applications are opened.
        """
        waiting, seen, shapes = [self.start], {self.start}, Counter[str]()
        while waiting:
            url = waiting.pop(0)
            shape = ID.sub("<id>", urlsplit(url).path)
            if shapes[shape] == SEVERAL.get(shape, per_shape):
                continue
            shapes[shape] += 1
            opened = self._open(url)
            if opened is None:
                continue
            faults, links = opened
            yield Reached(self.handle, url, self.side.name_of(url), tuple(faults))
            new = [link for link in links if link.startswith(f"{self.side.base}/") and link not in seen]
            waiting += dict.fromkeys(new)
            seen.update(new)

    def _open(self, url: str) -> tuple[list[str], list[str]] | None:
        """What is wrong with a page, and where it leads; None for a file."""
        try:
            answer = self.opener.open(url)
        except HTTPError as error:
            return [f"answered {error.code}"], []
        with answer:
            if answer.headers.get_content_type() != "text/html":
                return None
            found = _Markup(answer.read().decode())
        faults = [] if found.headings == 1 else [f"{found.headings} first headings"]
        if "no-store" not in answer.headers.get("Cache-Control", ""):
            faults.append("may be cached")
        links = (urldefrag(urljoin(url, link)).url for link in found.links)
        return faults, [quote(link, safe=SAFE) for link in links]
