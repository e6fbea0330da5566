"""The two PDFs: what they say, what they never say, and that nothing reaches out of them."""

import builtins
import json
import os
import socket
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from io import BytesIO
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from avhopp.accounts.models import Municipality
from avhopp.kernel import periods
from reports.frozen import checksum, freeze
from reports.models import MonthlyReport
from reports.pdf.document import annex_context, public_context
from reports.pdf.rendering import ALLOWED, ANNEX, PUBLIC, OwnFilesOnly, render_pdf
from tests.reports.scenario_facts import facts_of

DOCINFO = {"/Title"}
XMP = {
    "Description", "RDF", "Alt", "li", "title", "xmpmeta",  # the frame, and the title
}  # fmt: skip
EVIL = [
    '<img src="http://127.0.0.1:9/a.png">',
    '<img src="file:///etc/passwd">',
    "<img src=file:///etc/hostname>",
    '<link rel="stylesheet" href="http://127.0.0.1:9/a.css">',
    '<link rel="attachment" href="file:///etc/passwd">',
    '<a rel="attachment" href="file:///etc/passwd">fil</a>',
    "<style>@import url('file:///etc/passwd'); body{background:url(http://127.0.0.1:9/)}</style>",
    '<style>@font-face{font-family:x;src:url("http://127.0.0.1:9/x.woff2")}</style>',
    '<object data="file:///etc/passwd"></object>',
    '<embed src="http://127.0.0.1:9/x.svg">',
    '<iframe src="file:///etc/passwd"></iframe>',
    '<svg><image href="file:///etc/passwd"/><use href="http://127.0.0.1:9/#a"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "<script>fetch('http://127.0.0.1:9/')</script>",
    '<base href="file:///etc/">',
    '<meta name="author" content="Ond Person"><meta name="generator" content="x">',
    '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9/">',
    '<div style="background:url(file:///etc/passwd)">x</div>',
    '<ul style="list-style-image:url(http://127.0.0.1:9/x)"><li>x</ul>',
    "</p></body></html><img src='file:///etc/passwd'>",
    "]]><!--<img src=file:///etc/passwd>-->",
    "{{ settings.SECRET_KEY }}{% load static %}{% include 'base.html' %}",
    '<form action="http://127.0.0.1:9/"><input name=a></form>',
    '<video src="http://127.0.0.1:9/v" poster="file:///etc/passwd"></video>',
    "&lt;img src=file:///etc/passwd&gt; &#60;b&#62;",
    "\u202e<img src=x>\u0000\u2028",
]


@pytest.fixture(scope="module")
def facts():
    with open("tests/scenarios/golden_2022.json", encoding="utf-8") as file:
        return facts_of(json.load(file))


def made(facts, month: str, views: str = "", **details) -> MonthlyReport:
    """A report as the worker holds it after the figures were frozen; nothing of it is saved."""
    period = periods.parse_month(month)
    last_day = periods.last_day(period)
    frozen = json.loads(json.dumps(freeze(facts, period, last_day)))
    return MonthlyReport(
        municipality=Municipality(
            code="0199", name="Exempelkommun", board="Socialnämnden", registry_prefix="SN"
        ),
        month=period.start, as_of=last_day, figures=frozen, figures_sha256=checksum(frozen), views=views,
        frozen_at=datetime(2023, 1, 3, 8, tzinfo=UTC), **details,
    )  # fmt: skip


@pytest.fixture(scope="module")
def december(facts) -> SimpleNamespace:
    report = made(facts, "2022-12", views="Kostnaden har minskat under hösten.\n\nSamverkan fungerar väl.")
    return SimpleNamespace(
        report=report,
        public=render_pdf(PUBLIC, public_context(report)),
        annex=render_pdf(ANNEX, annex_context(report)),
    )


@pytest.fixture(scope="module")
def annex(facts) -> Callable[[str], bytes]:
    """The annex of a month; each month is rendered once."""
    return cache(lambda month: render_pdf(ANNEX, annex_context(made(facts, month))))


def text(pdf: bytes) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_the_annex_has_the_golden_figures(december):
    found = text(december.annex)
    for words in (
        "1 932",
        "4 815 350 kr",
        "Över budgeten 15 350 kr",
        "2 492,42 kr",
        "1 786 350 kr",
        "3 029 000 kr",
        "100,3 %",
    ):
        assert words in found, words
    assert found.count("stämmer") >= 3
    assert "stämmer inte" not in found


@pytest.mark.parametrize(
    ("month", "row"),
    [
        ("2022-01", "januari 2022 5 146"),
        ("2022-04", "april 2022 6 180"),
        pytest.param("2022-03", "mars 2022 6 186", marks=pytest.mark.deep),
        pytest.param("2022-07", "juli 2022 7 198", marks=pytest.mark.deep),
        pytest.param("2022-10", "oktober 2022 5 155", marks=pytest.mark.deep),
    ],
)
def test_the_annex_of_each_month_has_its_row(annex, month, row):
    assert row in text(annex(month))


def test_the_annex_has_the_forecasts_of_april(annex):
    found = text(annex("2022-04"))
    for words in ("4 320 350 kr", "5 013 350 kr", "5 476 825 kr"):
        assert words in found, words


def test_every_page_of_the_annex_is_marked_as_secret_and_numbered(december):
    pages = PdfReader(BytesIO(december.annex)).pages
    for number, page in enumerate(pages, start=1):
        found = " ".join(page.extract_text().split())
        assert "SEKRETESS enligt 26 kap. 1 § OSL" in found
        assert f"{number} ({len(pages)})" in found


def test_the_public_report_has_the_parts_of_a_tjansteskrivelse_in_order(december):
    found = text(december.public)
    parts = [
        "Datum 2023-01-03", "Diarienummer", "Handläggare Avhopparsamordnaren",
        "Avhopparverksamheten – månadsrapport december 2022", "Förslag till beslut", "Sammanfattning",
        "Beskrivning av ärendet", "Förvaltningens synpunkter", "Samverkan fungerar väl.", "Barnperspektiv",
        "Ekonomiska och juridiska konsekvenser", "Socialdirektör", "Bilagor", "Beslutet ska skickas till",
    ]  # fmt: skip
    places = [found.index(part) for part in parts]
    assert places == sorted(places)


def test_the_public_report_has_no_exact_figure_of_few(december):
    found = text(december.public)
    for secret in ("1 932", "4 815 350", "15 350", "244 900", "2 492", "93 ", "8 ärenden"):
        assert secret not in found, secret
    assert "antalet pågående ärenden 5–9" in found
    assert "Personer med placering under månaden färre än 5" in found
    assert "Vårddygn hittills i år redovisas inte" in found  # three persons: 93 nights would tell
    assert "omkring 4 800 000 kr" in found


def test_the_public_report_shows_nights_when_five_or_more_are_placed(facts):
    found = text(render_pdf(PUBLIC, public_context(made(facts, "2022-07"))))
    assert "Vårddygn hittills i år cirka 1 240" in found  # 1 244
    assert "1 244" not in found


def test_a_month_without_a_budget_says_so(annex):
    found = text(annex("2021-12"))
    assert "inom nämndens ram" in found
    assert "Över budgeten" not in found


def test_a_correction_shows_in_both(facts):
    report = made(facts, "2022-12", version=2, correction_reason="Ett pris var fel.")
    for template, context in ((PUBLIC, public_context), (ANNEX, annex_context)):
        found = text(render_pdf(template, context(report)))
        assert "Rättad rapport, version 2." in found
        assert "Ett pris var fel." in found


def test_the_same_figures_give_the_same_bytes(december):
    assert render_pdf(PUBLIC, public_context(december.report)) == december.public
    assert render_pdf(ANNEX, annex_context(december.report)) == december.annex


@pytest.mark.parametrize("kind", ["public", "annex"])
def test_the_metadata_holds_the_title_and_nothing_else(december, kind):
    reader = PdfReader(BytesIO(getattr(december, kind)))
    assert set(reader.metadata) == DOCINFO
    assert "månadsrapport december 2022" in reader.metadata["/Title"]
    assert "/ID" not in reader.trailer
    xmp = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    for word in ("WeasyPrint", "Producer", "CreatorTool", "creator", "CreateDate", "/work", "rapportering"):
        assert word not in xmp
    names = {element.split("}")[-1] for element in _elements(xmp)}
    assert names <= XMP


def _elements(xmp: str) -> list[str]:
    body = xmp[xmp.index("<x:xmpmeta") : xmp.index("</x:xmpmeta>") + len("</x:xmpmeta>")]
    return [element.tag for element in ElementTree.fromstring(body).iter()]


@pytest.mark.parametrize("kind", ["public", "annex"])
def test_it_is_tagged_in_swedish_with_our_own_font_alone(december, kind):
    reader = PdfReader(BytesIO(getattr(december, kind)))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "sv"
    assert root["/MarkInfo"]["/Marked"]
    assert b'part="1"' in root["/Metadata"].get_object().get_data()  # pdfuaid
    assert "/EmbeddedFiles" not in root.get("/Names", {})
    fonts = {
        font.get_object()["/BaseFont"].split("+")[1]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all(font.startswith("Source-Sans-3") for font in fonts)


def test_the_charts_have_words_for_those_who_do_not_see_them(december):
    described = [part["/Alt"] for part in _structure(december.annex) if part.get("/S") == "/Figure"]
    assert len(described) == 4
    assert any("mot budget" in words for words in described)


def _structure(pdf: bytes) -> list[dict]:
    """Every element of the structure tree."""
    found, waiting = [], [PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        part = waiting.pop().get_object()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            found.append(part)
            waiting += [part["/K"]] if "/K" in part and not isinstance(part["/K"], int) else []
    return found


@pytest.mark.parametrize(
    "evils",
    [
        pytest.param(EVIL, id="all at once"),
        *(pytest.param([evil], id=evil, marks=pytest.mark.deep) for evil in EVIL),
    ],
)
def test_evil_text_is_shown_as_text_and_reaches_nothing(facts, evils, monkeypatch):
    views = [f"Före {number}. {evil} Efter {number}." for number, evil in enumerate(evils, start=1)]
    opened: list[str] = []
    real = builtins.open
    monkeypatch.setattr(socket, "socket", _no_socket)
    monkeypatch.setattr(
        builtins, "open", lambda name, *a, **k: (opened.append(str(name)), real(name, *a, **k))[1]
    )
    pdf = render_pdf(PUBLIC, public_context(made(facts, "2022-12", views="\n\n".join(views))))
    assert not [name for name in opened if name.startswith("/etc/pass") or name.startswith("/etc/host")]
    reader = PdfReader(BytesIO(pdf))
    assert set(reader.metadata) == DOCINFO
    assert not reader.attachments
    found = text(pdf)
    for number in range(1, len(evils) + 1):
        assert f"Före {number}." in found
        assert f"Efter {number}." in found
    assert "root:" not in found


def _no_socket(*args: object, **kwargs: object) -> None:
    raise AssertionError("a report opened a socket")


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "http://127.0.0.1:9/", "https://example.org/", "data:text/plain,x",
        "avhopp:other.woff2",
        "avhopp:../../etc/passwd", "ftp://127.0.0.1/x", "AVHOPP:latin-400.woff2", "/etc/passwd",
    ],
)  # fmt: skip
def test_the_fetcher_refuses_everything_but_our_fonts(address):
    with pytest.raises(FatalURLFetchingError):
        OwnFilesOnly().fetch(address)


def test_the_fetcher_answers_for_our_fonts():
    for address in ALLOWED:
        assert OwnFilesOnly().fetch(address).read(4) == b"wOF2"


def test_markup_that_did_reach_out_would_stop_the_report():
    html = HTML(string='<img src="file:///etc/passwd">', url_fetcher=OwnFilesOnly(), base_url="avhopp:")
    with pytest.raises(FatalURLFetchingError):
        html.write_pdf()


def test_tables_keep_to_a_page(annex, december):
    for pdf in (annex("2022-01"), december.annex):
        for page in PdfReader(BytesIO(pdf)).pages:
            found = page.extract_text()
            assert found.count("Dygn och kostnad 2022") <= 1
            if "Dygn och kostnad 2022" in found:
                assert "Hittills i år" in found.split("Dygn och kostnad 2022")[1]


def test_the_date_is_that_of_the_freezing_whatever_the_clock_says(december):
    assert os.environ["SOURCE_DATE_EPOCH"] == str(int(december.report.frozen_at.timestamp()))
    assert public_context(december.report)["dated"] == date(2023, 1, 3)
