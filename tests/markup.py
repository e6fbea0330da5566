"""What no page may have, since its Content-Security-Policy refuses it: script and style in the markup."""

import html
import re
from io import BytesIO

from django.http import HttpResponse
from openpyxl import load_workbook
from pypdf import PdfReader

from avhopp.audit.exports import CONTENT_TYPE as WORKBOOK

#: Django's tags, which have arguments of their own: `{% include "x.html" with one=1 %}`.
TEMPLATE_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
#: An inline script or style, or an attribute that holds one: only inside a tag, and outside other attributes.
INLINE = re.compile(
    r"""<script(?![^>]*\ssrc=) | <style | javascript:
    | <[a-z] (?: [^<>"'] | "[^"]*" | '[^']*' )*? (?<=[\s"'/]) (?: style | on[a-z]+ | hx-on[\w:.-]* ) \s*=""",
    re.IGNORECASE | re.VERBOSE,
)


def has_inline(markup: str) -> bool:
    """Whether a template or a page has script or style in its markup."""
    return INLINE.search(TEMPLATE_TAG.sub(" ", markup)) is not None


def words(response: HttpResponse) -> str:
    """What a page says, without its markup: words with one space between them."""
    text = re.sub(r"<(script|style|svg).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(text).split())


def said(answer: HttpResponse) -> str:
    """What an answer says to whoever opens it: a page as it is, a workbook's cells, the text of a PDF."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if kind == WORKBOOK:
        book = load_workbook(BytesIO(answer.content), read_only=True)
        return "\n".join(
            str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row
        )
    if kind == "application/pdf":
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)
    return answer.content.decode()
