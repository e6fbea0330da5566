"""Log lines carry no personal data: what an exception says stays out, and where it was raised stays."""

import logging
import re
import traceback
from collections.abc import Iterator

from django.core.exceptions import ImproperlyConfigured

from avhopp.kernel.refusal import Refused

IDENTITY = re.compile(r"\b(?:19|20)?\d{6}[-+]?\d{4}\b")
#: Their words are the code's own: a sentence for the operator, a refusal's stable code.
OWN_WORDS = (ImproperlyConfigured,)


class WithoutDetails(logging.Filter):
    """Write of an exception its kind and where it was raised, and mask what looks like an identity number.

    The words of an exception quote values: the row of a violated constraint, the text that could not be read.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        cleaned = IDENTITY.sub("[nummer]", message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        if record.exc_info and not record.exc_text:
            error = record.exc_info[1]
            told = "".join(_told(error)) if error else ""
            record.exc_text = IDENTITY.sub("[nummer]", told.rstrip())
            record.exc_info = None
        return True


def _told(error: BaseException) -> Iterator[str]:
    """The chain of exceptions, the first cause first: frames as Python prints them, without the words."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _told(cause)
        yield "\nThen:\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}{_known(error)}\n"


def _known(error: BaseException) -> str:
    """What may be said of an exception: names that the code gave, never values."""
    if isinstance(error, Refused):
        return f": {error.code}"
    if isinstance(error, OWN_WORDS):
        return f": {error}"
    state = getattr(error, "sqlstate", None)
    if state:
        named = getattr(getattr(error, "diag", None), "constraint_name", None)
        return f": {state} {named or ''}".rstrip()
    return ""
