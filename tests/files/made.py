"""Files made by code for the tests: good ones, with all that must not come out again planted in them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image
from PIL.PngImagePlugin import PngInfo

CANARY = "Kanariefågel Hemligsson"
PLAIN = "Kanarief"  # what stands of it in one-byte text, whatever the encoding
LATITUDE, LONGITUDE = (59.0, 20.0, 1.0), (18.0, 4.0, 7.0)
GPS, ORIENTATION, ARTIST, MAKE = 0x8825, 0x0112, 0x013B, 0x010F


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Red at the left, blue at the right."""
    made = Image.new("RGB", (width, height), (200, 0, 0))
    made.paste((0, 0, 200), (width // 2, 0, width, height))
    return made.convert(mode)


def exif(orientation: int = 1) -> Image.Exif:
    told = Image.Exif()
    told[ORIENTATION], told[ARTIST], told[MAKE] = orientation, CANARY, CANARY
    told[GPS] = {1: "N", 2: LATITUDE, 3: "E", 4: LONGITUDE}
    return told


XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>{CANARY}</rdf:RDF></x:xmpmeta>'.encode()


def jpeg(made: Image.Image | None = None, orientation: int = 1) -> bytes:
    out = io.BytesIO()
    (made or picture()).save(
        out, "JPEG", exif=exif(orientation), comment=CANARY.encode(), xmp=XMP, icc_profile=PLAIN.encode() * 9
    )
    return out.getvalue()


def png(made: Image.Image | None = None) -> bytes:
    out, told = io.BytesIO(), PngInfo()
    told.add_text("Author", CANARY)
    told.add_itxt("XML:com.adobe.xmp", XMP.decode())
    told.add_text("Comment", CANARY, zip=True)
    (made or picture()).save(out, "PNG", pnginfo=told, exif=exif(), icc_profile=PLAIN.encode() * 9)
    return out.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_claiming(width: int, height: int, rows: bytes = b"") -> bytes:
    """A PNG whose header claims a size, and whose data unpack to what is given."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf(
    change: Callable[[Pdf], None] | None = None, pages: int = 1, text: str = "Hej", **saving: object
) -> bytes:
    """A PDF with text on each page, its author told in two places, and what `change` does to it."""
    with Pdf.new() as made:
        font = made.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        for number in range(pages):
            page = made.add_blank_page(page_size=(300, 300))
            page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
            drawn = f"BT /F1 12 Tf 40 200 Td ({text} {number + 1}) Tj ET".encode()
            page.obj.Contents = made.make_stream(drawn)
        with made.open_metadata(set_pikepdf_as_editor=False) as told:
            told["dc:creator"] = [CANARY]
        made.docinfo["/Author"] = CANARY
        made.docinfo["/Producer"] = CANARY
        if change:
            change(made)
        out = io.BytesIO()
        made.save(out, **saving)  # type: ignore[arg-type]
    return out.getvalue()


def action(**more: object) -> Dictionary:
    return Dictionary(Type=Name.Action, **more)


def javascript() -> Dictionary:
    return action(S=Name.JavaScript, JS=String("app.alert(1)"))


def annotation(made: Pdf, subtype: str, **more: object) -> None:
    """An annotation on the first page."""
    one = Dictionary(Type=Name.Annot, Subtype=Name(f"/{subtype}"), Rect=Array([10, 10, 60, 60]), **more)
    page = made.pages[0].obj
    page.Annots = Array([*page.get("/Annots", Array()), made.make_indirect(one)])


def filled_in(made: Pdf) -> None:
    """A form with one field, filled in and drawn by whoever filled it in."""
    look = made.make_stream(b"BT /F1 12 Tf 2 2 Td (Ifyllt) Tj ET")
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 50, 20])
    look.Resources = made.pages[0].obj.Resources
    annotation(
        made, "Widget", FT=Name.Tx, T=String("namn"), V=String("Ifyllt"), F=4, AP=Dictionary(N=look),
        AA=Dictionary(K=javascript()),
    )  # fmt: skip
    made.Root.AcroForm = Dictionary(Fields=Array([made.pages[0].obj.Annots[0]]))


def photograph_on_page(made: Pdf, content: bytes | None = None) -> None:
    """A photograph straight from the camera on the first page, with everything it tells."""
    shown = made.make_stream(content or jpeg(), Filter=Name.DCTDecode)
    shown.Type, shown.Subtype, shown.Width, shown.Height = Name.XObject, Name.Image, 60, 40
    shown.ColorSpace, shown.BitsPerComponent = Name.DeviceRGB, 8
    page = made.pages[0].obj
    page.Resources.XObject = Dictionary(Im0=shown)
    page.Contents = made.make_stream(b"q 60 0 0 40 10 10 cm /Im0 Do Q")


# ---- Word

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"


def relation(number: int, kind: str, target: str, *, outside: bool = False) -> str:
    mode = ' TargetMode="External"' if outside else ""
    return f'<Relationship Id="rId{number}" Type="{R}/{kind}" Target="{target}"{mode}/>'


def relations(*lines: str) -> str:
    return f'<Relationships xmlns="{RELATIONSHIPS}">{"".join(lines)}</Relationships>'


def types(main: str = MAIN, more: str = "") -> str:
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/>{more}</Types>'
    )


def document(body: str = "<w:p><w:r><w:t>Hej</w:t></w:r></w:p>") -> str:
    return f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>'


def field(instruction: str) -> str:
    """A field as Word writes it, with its instruction in two pieces."""
    half = len(instruction) // 2
    pieces = "".join(
        f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in (instruction[:half], instruction[half:])
    )
    marks = [f'<w:r><w:fldChar w:fldCharType="{one}"/></w:r>' for one in ("begin", "separate", "end")]
    return f"<w:p>{marks[0]}{pieces}{marks[1]}<w:r><w:t>1</w:t></w:r>{marks[2]}</w:p>"


def docx(
    more: dict[str, str | bytes] | None = None, packing: int = zipfile.ZIP_DEFLATED, **parts: str
) -> bytes:
    """A Word document. `more`: parts by name; `types`, `document`, `rels`, `root` replace the usual ones."""
    found: dict[str, str | bytes] = {
        "[Content_Types].xml": parts.get("types", types()),
        "_rels/.rels": parts.get("root", relations(relation(1, "officeDocument", "word/document.xml"))),
        "word/document.xml": parts.get("document", document()),
        "word/_rels/document.xml.rels": parts.get("rels", relations()),
        "docProps/core.xml": f"<c><creator>{CANARY}</creator></c>",
        "docProps/app.xml": f"<a><Company>{CANARY}</Company></a>",
        **(more or {}),
    }
    return package(found, packing)


def package(parts: dict[str, str | bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return out.getvalue()


def text_of_pdf(content: bytes) -> bytes:
    """Everything in a PDF with its streams unpacked: what a search for a canary looks through."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as opened:
        opened.save(
            out, qdf=True, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )  # fmt: skip
    return out.getvalue()


def text_of_docx(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return b"\n".join(name.encode() + opened.read(name) for name in opened.namelist())
