"""What no page may have, since its Content-Security-Policy refuses it: script and style in the markup."""

import html
import re

from django.http import HttpResponse

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
