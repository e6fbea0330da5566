"""HTML becomes PDF/UA by WeasyPrint. Imported by the worker, and by the process of its own that the web asks
(alone.py): the library is large and slow to load.

Nothing is fetched: the style sheet is text, and the only addresses that answer are our own fonts. Anything
else stops the report. The same context gives the same bytes.
"""

import os
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring, tostring

from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.document import Document, DocumentMetadata
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from avhopp.settings.environment import ROOT

PUBLIC, ANNEX = "reports/pdf/public.html", "reports/pdf/annex.html"
STYLES = Path(__file__).with_name("report.css")
FONTS = "static/vendor/source-sans-3"
#: The only addresses there are, and the files behind them.
ALLOWED = {
    f"avhopp:{part}-{weight}.woff2": f"{FONTS}/source-sans-3-{part}-{weight}-normal.woff2"
    for part in ("latin", "latin-ext")
    for weight in (400, 600)
}
PRODUCER = "{http://ns.adobe.com/pdf/1.3/}Producer"


class OwnFilesOnly(URLFetcher):
    """Answers for our own fonts and refuses every other address, of whatever kind."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=set(), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The font behind one of the allowed addresses.

        Raises FatalURLFetchingError for all others, which stops the rendering.
        """
        if url not in ALLOWED:
            raise FatalURLFetchingError("a report reached for something outside itself")
        content = (ROOT / ALLOWED[url]).read_bytes()
        return URLFetcherResponse(url, content, {"Content-Type": "font/woff2"})


def render_pdf(template: str, context: dict[str, Any]) -> bytes:
    """The template as PDF/UA-1, without names or versions of anybody or anything in the metadata.

    Raises FatalURLFetchingError when the document asks for anything but our fonts.
    """
    return pdf_of(render_to_string(template, context), context["epoch"])


def pdf_of(text: str, epoch: int) -> bytes:
    """The HTML as PDF/UA-1. `epoch`, seconds since 1970, is the date that the subset fonts carry.

    Raises FatalURLFetchingError when the document asks for anything but our fonts.
    """
    os.environ["SOURCE_DATE_EPOCH"] = str(epoch)
    fetcher, fonts = OwnFilesOnly(), FontConfiguration()
    styles = CSS(string=STYLES.read_text(encoding="utf-8"), url_fetcher=fetcher, font_config=fonts)
    html = HTML(string=text, url_fetcher=fetcher, base_url="avhopp:")
    document = html.render(stylesheets=[styles], font_config=fonts, pdf_variant="pdf/ua-1")
    document.metadata = AnonymousMetadata(**vars(document.metadata))
    return document.write_pdf(finisher=_without_producer, pdf_variant="pdf/ua-1", pdf_identifier=False)


class AnonymousMetadata(DocumentMetadata):
    """The XMP metadata without the name and version of the program."""

    def generate_rdf_metadata(self, *args: Any) -> bytes:
        rdf = fromstring(super().generate_rdf_metadata(*args))
        for description in list(rdf):
            if description.attrib.pop(PRODUCER, None) and not len(description):
                rdf.remove(description)
        return tostring(rdf, encoding="utf-8")


def _without_producer(document: Document, pdf: Any) -> None:
    pdf.info.pop("Producer", None)
