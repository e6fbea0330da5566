"""PDF, written anew: the pages and what draws them go to a new document, and nothing else of the old one.

What stands outside the pages (scripts, actions, attached files, forms, bookmarks, layers, who wrote it and
when) is not taken out but never brought along. What belongs to the pages is then gone through, object by
object. Notes and filled-in fields are drawn into the page first, so that what was seen is still seen.
"""

import base64
import binascii
import io
import warnings
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from avhopp.files import limits
from avhopp.files.images import without_boxes, without_metadata
from avhopp.files.refusals import refusal

#: Never in any object: what acts, what fetches, what is another file, and what tells of the file's past.
TAKEN_OUT = {
    "/A", "/AA", "/AcroForm", "/AF", "/Alternates", "/Annots", "/Author", "/B", "/Collection",
    "/CreationDate", "/Creator", "/Dests", "/DSS", "/Dur", "/EF", "/EmbeddedFile", "/EmbeddedFiles",
    "/Encrypt", "/FFilter", "/FDecodeParms", "/Filespec", "/ID", "/JavaScript", "/JS", "/Keywords",
    "/LastModified", "/Launch", "/Measure", "/Metadata", "/ModDate", "/Movie", "/Names", "/OC",
    "/OCProperties", "/OpenAction", "/OPI", "/Outlines", "/Perms", "/PieceInfo", "/PresSteps", "/Producer",
    "/PtData", "/PZ", "/Ref", "/Rendition", "/RF", "/RichMedia", "/RichMediaContent", "/RichMediaSettings",
    "/SeparationInfo", "/Sound", "/SpiderInfo", "/StructParent", "/StructParents", "/StructTreeRoot",
    "/SubmitForm", "/Tabs", "/TemplateInstantiated", "/Thumb", "/Trans", "/Trapped", "/UR3", "/URI", "/URL",
    "/VP", "/WebCapture", "/XFA",
}  # fmt: skip
#: `/A` and `/B`, `/ID`, `/Ref` also name fonts, pictures and colours in a page's lists of resources.
LISTS = {
    "/ColorSpace", "/ExtGState", "/Font", "/Pattern", "/Properties", "/Shading", "/XObject", "/CharProcs",
}  # fmt: skip
FILTERS = {
    "/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL", "/ASCII85Decode", "/A85",
    "/ASCIIHexDecode", "/AHx", "/DCTDecode", "/DCT", "/CCITTFaxDecode", "/CCF", "/JBIG2Decode",
    "/JPXDecode",
}  # fmt: skip
FLATE, EIGHTY_FIVE, HEX = ("/FlateDecode", "/Fl"), ("/ASCII85Decode", "/A85"), ("/ASCIIHexDecode", "/AHx")
JPEG, JPEG_2000 = ("/DCTDecode", "/DCT"), ("/JPXDecode",)
PICTURE = b"\xff\xd8\xff"
MOST_FILTERS = 3
PAGE_KEYS = ("/Resources", "/MediaBox", "/CropBox", "/Rotate", "/Contents", "/Group", "/UserUnit")
AFTER_END = b"\r\n\t \x00"
#: Keys whose value acts or is a file of its own, whatever holds it: what was cleaned has none of them.
NEVER = {
    "/A", "/AA", "/AcroForm", "/AF", "/EF", "/EmbeddedFiles", "/JavaScript", "/JS", "/Launch",
    "/OpenAction", "/RichMedia", "/URI", "/XFA",
}  # fmt: skip


def clean_pdf(content: bytes) -> bytes:
    """A new document with the same pages.

    Raises:
        Refused: `encrypted`, `form`, `several_kinds`, `broken`, `too_heavy`, `too_many_pages`,
            `too_many_pixels`, `too_large`.
    """
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise refusal("broken")
    if content[end + 5 :].strip(AFTER_END):
        raise refusal("several_kinds")
    try:
        with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as old:
            written = _written_anew(old)
    except pikepdf.PasswordError as error:
        raise refusal("encrypted") from error
    except (pikepdf.PdfError, pikepdf.DataDecodingError, zlib.error, RuntimeError) as error:
        raise refusal("broken") from error
    if len(written) > limits.MAX_BYTES:
        raise refusal("too_large")
    return written


def _written_anew(old: Pdf) -> bytes:
    if old.is_encrypted:
        raise refusal("encrypted")
    if len(old.objects) > limits.MAX_OBJECTS:
        raise refusal("too_heavy")
    form = old.Root.get("/AcroForm")
    if isinstance(form, Dictionary) and "/XFA" in form:
        raise refusal("form")
    if len(old.pages) > limits.MAX_PAGES:
        raise refusal("too_many_pages")
    if len(old.pages) == 0:
        raise refusal("broken")
    weigh(old)
    if form is not None and form.get("/NeedAppearances"):
        old.generate_appearance_streams()
    old.flatten_annotations("screen")
    new = Pdf.new()
    for page in old.pages:
        for key in set(page.obj.keys()) - {*PAGE_KEYS, "/Type", "/Parent"}:
            del page.obj[key]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the fields that were left behind
        for page in old.pages:
            new.pages.append(page)
    listed = _lists_of(new)
    for one in list(new.objects):
        _make_harmless(one, listed)
    new.remove_unreferenced_resources()
    out = io.BytesIO()
    new.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    left = sorted(what_acts(out.getvalue()))
    if left:
        raise refusal("broken")
    return out.getvalue()


def weigh(document: Pdf) -> None:
    """Refuse what unpacks to more than the limits, or is nested too deeply; nothing is unpacked whole.

    Raises:
        Refused: `too_heavy`, `too_many_pixels`.
    """
    total = 0
    for one in document.objects:
        for inner, _ in _within(one):
            if isinstance(inner, Stream):
                total += _weight(inner)
        if total > limits.MAX_UNPACKED:
            raise refusal("too_heavy")
    for page in document.pages:
        contents = page.obj.get("/Contents")
        streams: list[Any] = list(contents) if isinstance(contents, Array) else [contents]
        if sum(_weight(one) for one in streams if isinstance(one, Stream)) > limits.MAX_PAGE_TEXT:
            raise refusal("too_heavy")


def _within(one: Object) -> Iterator[tuple[Any, str]]:
    """The object and the direct objects in it with the key that holds them, without following references.

    Raises:
        Refused: `too_heavy`, nested too deeply.
    """
    waiting: list[tuple[Any, str, int]] = [(one, "", 0)]
    while waiting:
        here, key, depth = waiting.pop()
        if depth > limits.MAX_DEPTH:
            raise refusal("too_heavy")
        yield here, key
        if isinstance(here, Array):
            inner: list[tuple[str, Any]] = [("", value) for value in here]
        elif isinstance(here, Dictionary | Stream):
            inner = [(name, here.get(name)) for name in here.keys()]  # noqa: SIM118 - no mapping
        else:
            continue
        for name, value in inner:
            if isinstance(value, Array | Dictionary) and not value.is_indirect:
                waiting.append((value, name, depth + 1))


def _filters(stream: Stream) -> list[str]:
    named = stream.get("/Filter")
    if named is None:
        return []
    return [str(one) for one in named] if isinstance(named, Array) else [str(named)]


def _weight(stream: Stream) -> int:
    """How many bytes the stream unpacks to, counted without keeping them.

    Raises:
        Refused: `too_heavy` for more than one stream may be, `too_many_pixels`; `broken` for a filter that
            no reader knows.
    """
    if stream.get("/Subtype") == Name.Image:
        try:
            pixels = int(stream.get("/Width", 0)) * int(stream.get("/Height", 0))
        except (TypeError, ValueError) as error:
            raise refusal("broken") from error
        if pixels > limits.MAX_PIXELS or pixels < 0:
            raise refusal("too_many_pixels")
    filters = _filters(stream)
    if len(filters) > MOST_FILTERS or sum(one in FLATE for one in filters) > 1:
        raise refusal("too_heavy")
    if any(one not in FILTERS for one in filters):
        raise refusal("broken")
    raw = stream.read_raw_bytes()
    if filters and filters[0] in FLATE:
        return _flate_weight(bytes(raw))
    if any(one in FLATE for one in filters):
        return _flate_weight(_unpacked(stream, upto=FLATE))
    return len(raw)


def _flate_weight(packed: bytes) -> int:
    unpack, size, rest = zlib.decompressobj(), 0, packed
    try:
        while rest:
            size += len(unpack.decompress(rest, limits.MEGABYTE))
            if size > limits.MAX_STREAM:
                raise refusal("too_heavy")
            if unpack.eof:
                break
            rest = unpack.unconsumed_tail
    except zlib.error:
        return size  # what a reader gets before the fault
    return size


def _unpacked(stream: Stream, upto: tuple[str, ...]) -> bytes:
    """The stream's bytes as the filter `upto` gets them.

    Raises:
        Refused: `broken` for filters that never stand before a picture's own, `too_heavy`.
    """
    found = bytes(stream.read_raw_bytes())
    for one in _filters(stream):
        if one in upto:
            return found
        try:
            if one in FLATE:
                unpack = zlib.decompressobj()
                found = unpack.decompress(found, limits.MAX_STREAM)
                if unpack.unconsumed_tail:
                    raise refusal("too_heavy")
            elif one in EIGHTY_FIVE:
                found = base64.a85decode(found.strip().removeprefix(b"<~").removesuffix(b"~>"))
            elif one in HEX:
                digits = b"".join(found.split()).removesuffix(b">")
                found = binascii.unhexlify(digits + b"0" * (len(digits) % 2))
            else:
                raise refusal("broken")
        except (zlib.error, ValueError) as error:
            raise refusal("broken") from error
    return found


def _make_harmless(one: Object, listed: set[tuple[int, int]]) -> None:
    for inner, key in list(_within(one)):
        if not isinstance(inner, Dictionary | Stream):
            continue
        names_are_free = _is_list(inner, key, listed)
        for own in list(inner.keys()):
            if (own in TAKEN_OUT and not names_are_free) or (own == "/F" and isinstance(inner, Stream)):
                del inner[own]
        if isinstance(inner, Stream):
            _make_stream_harmless(inner)


def _lists_of(document: Pdf) -> set[tuple[int, int]]:
    """The objects that are lists of a page's resources: their keys are names of the author's choosing."""
    found = set()
    for one in document.objects:
        for inner, _ in _within(one):
            if isinstance(inner, Dictionary | Stream):
                held = [inner.get(key) for key in LISTS if key in inner]
                found |= {value.objgen for value in held if isinstance(value, Dictionary)}
    return found - {(0, 0)}


def _is_list(inner: Object, key: str, listed: set[tuple[int, int]]) -> bool:
    return key in LISTS or (inner.is_indirect and inner.objgen in listed)


def _make_stream_harmless(stream: Stream) -> None:
    if stream.get("/Subtype") == Name.PS or "/PS" in stream or stream.get("/Subtype2") == Name.PS:
        stream.write(b"")
        return
    filters = _filters(stream)
    last = filters[-1] if filters else ""
    if last in JPEG:
        _write_picture(stream, without_metadata(_unpacked(stream, upto=JPEG)), Name.DCTDecode)
    elif last in JPEG_2000:
        _write_picture(stream, without_boxes(_unpacked(stream, upto=JPEG_2000)), Name.JPXDecode)
    elif _begins(stream, filters).startswith(PICTURE):
        raise refusal("broken")  # a picture that does not say so, with all that it tells


def _begins(stream: Stream, filters: list[str]) -> bytes:
    raw = bytes(stream.read_raw_bytes())
    if filters and filters[0] in FLATE:
        try:
            return zlib.decompressobj().decompress(raw, len(PICTURE))
        except zlib.error:
            return b""
    return raw[: len(PICTURE)]


def _write_picture(stream: Stream, picture: bytes, how: Name) -> None:
    parameters = stream.get("/DecodeParms")
    own = parameters[-1] if isinstance(parameters, Array) and len(parameters) else parameters
    keep = own if isinstance(own, Dictionary) and "/ColorTransform" in own else None
    stream.write(picture, filter=how, decode_parms=keep)


def what_acts(content: bytes) -> set[str]:
    """The keys in a PDF that make it act, fetch or carry another file; empty for what `clean_pdf` gives."""
    with pikepdf.open(io.BytesIO(content), suppress_warnings=True) as document:
        listed, found = _lists_of(document), set()
        for one in document.objects:
            for inner, key in _within(one):
                if isinstance(inner, Dictionary | Stream) and not _is_list(inner, key, listed):
                    found |= NEVER & set(inner.keys())
        found |= set(document.Root.keys()) - {"/Type", "/Pages"}
        return found | ({"/Info"} & set(document.trailer.keys()))
