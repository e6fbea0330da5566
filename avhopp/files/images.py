"""Pictures, drawn anew: nothing but the pixels goes from the old file to the new."""

import io
import struct

from PIL import Image, ImageFile, ImageOps

from avhopp.files import limits
from avhopp.files.kinds import Kind, is_also_zip
from avhopp.files.refusals import refusal
from avhopp.kernel.refusal import Refused

Image.MAX_IMAGE_PIXELS = None  # `_draw` refuses before anything is unpacked; Pillow would only warn
PNG_START = 8  # bytes before the first chunk
QUALITY = 90  # of a JPEG
#: Long enough never to stand by chance in the film that some telephones put behind a picture.
BEHIND = (b"%pdf-", b"<script", b"<html", b"<!doctype", b"<?php", b"<iframe")


def clean_image(content: bytes, kind: Kind) -> bytes:
    """The same picture as a new file of the same kind: turned upright, without camera, place, author or text.

    Raises:
        Refused: `broken`, `too_many_pixels`, `several_kinds`, `too_large`.
    """
    end = _end_of_png(content) if kind is Kind.PNG else content.rfind(b"\xff\xd9") + 2
    if kind is Kind.PNG and end != len(content):
        raise refusal("several_kinds")
    if _is_foreign(content[end:]) or is_also_zip(content):
        raise refusal("several_kinds")
    try:
        drawn = _draw(content, kind)
    except Refused:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, struct.error) as error:
        raise refusal("broken") from error
    if len(drawn) > limits.MAX_BYTES:
        raise refusal("too_large")
    return drawn


def _draw(content: bytes, kind: Kind) -> bytes:
    with Image.open(io.BytesIO(content), formats=[kind.name]) as opened:
        width, height = opened.size
        if width * height > limits.MAX_PIXELS or max(width, height) > limits.MAX_SIDE:
            raise refusal("too_many_pixels")
        _no_half_pictures()
        opened.load()
        upright = ImageOps.exif_transpose(opened)
    mode = _mode(upright, kind)
    converted = _eight_bits(upright) if upright.mode.startswith("I") else upright.convert(mode)
    bare = Image.frombytes(converted.mode, converted.size, converted.tobytes())
    out = io.BytesIO()
    if kind is Kind.JPEG:
        bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    else:
        bare.save(out, "PNG")
    return out.getvalue()


def _no_half_pictures() -> None:
    """A picture that is cut off is an error. WeasyPrint lets it pass in the whole process that it is in."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False


def _mode(image: Image.Image, kind: Kind) -> str:
    if kind is Kind.JPEG:
        return "L" if image.mode == "L" else "RGB"
    if image.mode in ("1", "L"):
        return image.mode
    is_clear = image.mode in ("LA", "PA", "RGBA", "RGBa") or "transparency" in image.info
    return "RGBA" if is_clear else "RGB"


def _eight_bits(image: Image.Image) -> Image.Image:
    """A picture with sixteen bits of grey, in eight."""
    return image.convert("I").point(lambda value: value / 257).convert("L")


def _end_of_png(content: bytes) -> int:
    """Where the last chunk ends."""
    at = PNG_START
    while at + 12 <= len(content):
        length, name = struct.unpack(">I4s", content[at : at + 8])
        at += 12 + length
        if name == b"IEND" and at <= len(content):
            return at
    raise refusal("broken")


def _is_foreign(rest: bytes) -> bool:
    """Whether what stands behind a picture is something else than what cameras put there."""
    lower = rest.lower()
    return any(mark in lower for mark in BEHIND)


def without_metadata(jpeg: bytes) -> bytes:
    """A JPEG within a PDF without its application segments and comments; the picture's bytes are the same.

    Adobe's own segment stays: it says how the colours are written.

    Raises:
        Refused: `broken`.
    """
    if jpeg[:2] != b"\xff\xd8":
        raise refusal("broken")
    kept, at = [jpeg[:2]], 2
    while at + 4 <= len(jpeg):
        if jpeg[at] != 0xFF:
            raise refusal("broken")
        marker = jpeg[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker == 0xDA:  # the picture itself, up to the first end mark that is one
            end = jpeg.rfind(b"\xff\xd9")
            return b"".join([*kept, jpeg[at : end + 2 if end > at else len(jpeg)]])
        (length,) = struct.unpack(">H", jpeg[at + 2 : at + 4])
        segment = jpeg[at : at + 2 + length]
        is_told = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not is_told or (marker == 0xEE and segment[4:9] == b"Adobe"):
            kept.append(segment)
        at += 2 + length
    raise refusal("broken")


def without_boxes(picture: bytes) -> bytes:
    """A JPEG 2000 within a PDF without its boxes of text; a bare stream of it has none.

    Raises:
        Refused: `broken`.
    """
    if picture[4:8] != b"jP  ":
        return picture
    kept, at = [], 0
    while at + 8 <= len(picture):
        length, name = struct.unpack(">I4s", picture[at : at + 8])
        if length == 0:
            length = len(picture) - at
        if length < 8 or at + length > len(picture):
            raise refusal("broken")
        if name not in (b"uuid", b"xml ", b"uinf", b"jp2i"):
            kept.append(picture[at : at + length])
        at += length
    return b"".join(kept)
