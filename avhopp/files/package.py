"""A ZIP as Word writes it, opened within limits: by what stands in it, never by what it says of its sizes."""

import io
import re
import unicodedata
import zipfile
import zlib

from avhopp.files import limits
from avhopp.files.kinds import END_OF_ZIP
from avhopp.files.refusals import refusal

LOCAL = b"PK\x03\x04"
END_BYTES = 22
NAME = re.compile(r"(?:[A-Za-z0-9_\-]+/)*(?:\[Content_Types\]\.xml|[A-Za-z0-9_\-. ]+)")
ENCRYPTED = 0x1 | 0x40 | 0x2000
PLAIN_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
CHUNK = 65_536


def read_package(content: bytes) -> dict[str, bytes]:
    """The parts by name. Every part is unpacked, and no more than the limits of all together.

    Raises:
        Refused: `broken`, `encrypted`, `several_kinds` for anything before or behind the parts,
            or for parts that lie over each other,
            `too_heavy`, `not_allowed_kind` for a name that no Word document has.
    """
    end = content.rfind(END_OF_ZIP)
    if end < 0:
        raise refusal("broken")
    if end + END_BYTES != len(content) or content[end + 20 : end + 22] != b"\0\0":
        raise refusal("several_kinds")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return _parts(package, content)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise refusal("broken") from error


def _parts(package: zipfile.ZipFile, content: bytes) -> dict[str, bytes]:
    entries = sorted(package.infolist(), key=lambda one: one.header_offset)
    if len(entries) > limits.MAX_ENTRIES:
        raise refusal("too_heavy")
    found: dict[str, bytes] = {}
    names: set[str] = set()
    left, at = limits.MAX_PACKAGE, 0
    for entry in entries:
        if entry.flag_bits & ENCRYPTED:
            raise refusal("encrypted")
        if entry.header_offset < at or content[entry.header_offset :][:4] != LOCAL:
            raise refusal("several_kinds")  # parts that lie over each other
        if at == 0 and entry.header_offset != 0:
            raise refusal("several_kinds")
        at = entry.header_offset + 30 + entry.compress_size
        _check_name(entry, names)
        if entry.is_dir():
            continue
        if entry.compress_type not in PLAIN_OR_DEFLATED:
            raise refusal("broken")
        found[entry.filename] = _unpacked(package, entry, left)
        left -= len(found[entry.filename])
    return found


def _check_name(entry: zipfile.ZipInfo, names: set[str]) -> None:
    name = entry.filename
    shown = unicodedata.normalize("NFKC", name).casefold()
    if entry.orig_filename != name or shown in names:
        raise refusal("broken")
    if len(name) > 200 or ".." in name or not NAME.fullmatch(name.removesuffix("/")):
        raise refusal("not_allowed_kind")
    names.add(shown)


def _unpacked(package: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """Read in pieces: what the package says of the size is a claim."""
    kept, size = [], 0
    with package.open(entry) as part:
        while piece := part.read(CHUNK):
            size += len(piece)
            is_bomb = size > limits.RATIO_FROM and size > limits.MAX_RATIO * max(1, entry.compress_size)
            if size > left or is_bomb:
                raise refusal("too_heavy")
            kept.append(piece)
    return b"".join(kept)


def write_package(parts: dict[str, bytes]) -> bytes:
    """A new ZIP: the parts alone, with no times, systems, remarks or extra fields."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            package.writestr(entry, part)
    return out.getvalue()
