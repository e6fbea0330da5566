"""Log lines carry no personal data: what an exception says about its values stays out."""

import logging
import re

#: How the lines begin in which PostgreSQL quotes row values.
QUOTING = ("DETAIL:", "CONTEXT:", "PARAMETERS:")
IDENTITY = re.compile(r"\b(?:19|20)?\d{6}[-+]?\d{4}\b")


class WithoutDetails(logging.Filter):
    """Drop the lines that quote row values, and mask what looks like an identity number."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        cleaned = IDENTITY.sub("[nummer]", message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = self._without_values(record)
            record.exc_info = None
        return True

    def _without_values(self, record: logging.LogRecord) -> str:
        text = logging.Formatter().formatException(record.exc_info)  # type: ignore[arg-type]
        kept = [line for line in text.splitlines() if not line.startswith(QUOTING)]
        return IDENTITY.sub("[nummer]", "\n".join(kept))
