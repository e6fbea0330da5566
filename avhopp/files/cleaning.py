"""What comes out of a file: the same content as a new file of the same kind, with nothing of its past.

This runs what parses, and is called in the process that `opening.py` confines; pure, and of no database.
"""

from avhopp.files import limits
from avhopp.files.images import clean_image
from avhopp.files.kinds import Kind, kind_of
from avhopp.files.pdf import clean_pdf
from avhopp.files.refusals import refusal
from avhopp.files.word import clean_word


def cleaned(content: bytes) -> tuple[Kind, bytes]:
    """The kind, and the new file of at most `MAX_BYTES`.

    Raises:
        Refused: a code of `refusals.TEXTS`.
    """
    if len(content) > limits.MAX_BYTES:
        raise refusal("too_large")
    kind = kind_of(content)
    if kind is Kind.PDF:
        return kind, clean_pdf(content)
    if kind is Kind.DOCX:
        return kind, clean_word(content)
    return kind, clean_image(content, kind)
