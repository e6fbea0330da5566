"""What a file is, by its content alone. Neither its name nor what the browser says of it is asked."""

import io
import zipfile
from enum import Enum

from avhopp.files.refusals import refusal

HEAD = 2048
TAIL = 70_000  # a ZIP's end record with the longest comment
END_OF_ZIP = b"PK\x05\x06"
#: What a browser or a shell would run, in the first bytes of something that claims to be something else.
FOREIGN = (
    b"<html", b"<script", b"<!doctype", b"<svg", b"<?php", b"<body", b"<iframe", b"<head", b"<hta:",
    b"mz\x90\x00", b"\x7felf",
)  # fmt: skip


class Kind(Enum):
    """A kind of file that is taken in: media type and ending."""

    PDF = ("application/pdf", "pdf")
    JPEG = ("image/jpeg", "jpg")
    PNG = ("image/png", "png")
    DOCX = ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx")

    @property
    def media_type(self) -> str:
        return self.value[0]

    @property
    def ending(self) -> str:
        return self.value[1]


MAGIC = {
    b"%PDF-1.": Kind.PDF,
    b"%PDF-2.": Kind.PDF,
    b"\xff\xd8\xff": Kind.JPEG,
    b"\x89PNG\r\n\x1a\n": Kind.PNG,
    b"PK\x03\x04": Kind.DOCX,
}


def kind_of(content: bytes) -> Kind:
    """The kind that the content begins as.

    Raises:
        Refused: `empty`, `not_allowed_kind`; `several_kinds` for what is also a ZIP, a page or a program.
    """
    if not content:
        raise refusal("empty")
    kind = next((kind for magic, kind in MAGIC.items() if content.startswith(magic)), None)
    if kind is None:
        raise refusal("not_allowed_kind")
    if kind is not Kind.DOCX and (is_also_zip(content) or is_also_page(content)):
        raise refusal("several_kinds")
    if kind is not Kind.PDF and b"%PDF-" in content[:HEAD]:
        raise refusal("several_kinds")
    return kind


def is_also_zip(content: bytes) -> bool:
    """Whether a program that looks for a ZIP from the end finds one."""
    return END_OF_ZIP in content[-TAIL:] and zipfile.is_zipfile(io.BytesIO(content))


def is_also_page(content: bytes) -> bool:
    """Whether its beginning holds what a browser or a shell could take for a page or a program."""
    head = content[:HEAD].lower()
    return any(mark in head for mark in FOREIGN)
