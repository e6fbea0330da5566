"""The bad files. Each is refused with a code, or made harmless: then a part that must go is named."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from avhopp.files.limits import MAX_BYTES
from tests.files import made
from tests.files.made import CANARY, R, annotation, document, docx, jpeg, pdf, png, relation, relations

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
SCRIPT = b"<script>alert(1)</script>"
EXE = b"MZ\x90\x00" + bytes(60) + b"This program cannot be run in DOS mode."


@dataclass(frozen=True)
class Bad:
    """`code`: how it is refused. Else `gone`: what is in the file and not in what comes out."""

    name: str
    make: Callable[[], bytes]
    code: str = ""
    gone: bytes = b""

    def __str__(self) -> str:
        return self.name


def refused(name: str, code: str, make: Callable[[], bytes]) -> Bad:
    return Bad(name, make, code=code)


def defused(name: str, gone: bytes, make: Callable[[], bytes]) -> Bad:
    return Bad(name, make, gone=gone)


def zipped(content: bytes = EXE, name: str = "x.class") -> bytes:
    return made.package({name: content})


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)


NOT_ALLOWED = [
    refused("empty", "empty", lambda: b""),
    refused("null bytes", "not_allowed_kind", lambda: bytes(5000)),
    refused("noise", "not_allowed_kind", lambda: noise(5000)),
    refused("text", "not_allowed_kind", lambda: b"Hej p\xc3\xa5 dig"),
    refused("eicar", "not_allowed_kind", lambda: EICAR),
    refused("svg with script", "not_allowed_kind", lambda: b"<svg xmlns='x'>" + SCRIPT + b"</svg>"),
    refused("html", "not_allowed_kind", lambda: b"<!doctype html>" + SCRIPT),
    refused("program for Windows", "not_allowed_kind", lambda: EXE),
    refused("program for Linux", "not_allowed_kind", lambda: b"\x7fELF\x02\x01\x01" + bytes(100)),
    refused("shell script", "not_allowed_kind", lambda: b"#!/bin/sh\nrm -rf /\n"),
    refused("php", "not_allowed_kind", lambda: b"<?php system($_GET['x']);"),
    refused("gif", "not_allowed_kind", lambda: b"GIF89a" + bytes(100)),
    refused("old Word", "not_allowed_kind", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    refused("rtf", "not_allowed_kind", lambda: rb"{\rtf1\object\objdata}"),
    refused("gzip", "not_allowed_kind", lambda: b"\x1f\x8b\x08" + bytes(100)),
    refused("7z", "not_allowed_kind", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(100)),
    refused(
        "xml", "not_allowed_kind", lambda: b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"
    ),
    refused("shortcut", "not_allowed_kind", lambda: b"L\0\0\0\x01\x14\x02\0" + bytes(100)),
    refused("PDF behind a line of text", "not_allowed_kind", lambda: b"hej\n" + pdf()),
    refused("20 MB and a byte", "too_large", lambda: pdf() + bytes(MAX_BYTES + 1 - len(pdf()))),
]

SEVERAL_KINDS = [
    refused("GIFAR: a JPEG with a JAR behind", "several_kinds", lambda: jpeg() + zipped()),
    refused("a PNG with a ZIP behind", "several_kinds", lambda: png() + zipped()),
    refused("a PNG with a script behind", "several_kinds", lambda: png() + SCRIPT),
    refused("a JPEG with a page behind", "several_kinds", lambda: jpeg() + b"<html>" + SCRIPT),
    refused("a JPEG with a PDF behind", "several_kinds", lambda: jpeg() + pdf()),
    refused("a PDF with a ZIP behind", "several_kinds", lambda: pdf() + zipped()),
    refused("a PDF with a program behind", "several_kinds", lambda: pdf(pages=40) + EXE),
    refused("a PDF in a ZIP's remark", "several_kinds", lambda: zip_ending_as_pdf()),
    refused(
        "a PDF that begins as a page", "several_kinds",
        lambda: pdf().replace(b"\n", b"\n%<html>" + SCRIPT + b"\n", 1),
    ),
    refused("a PNG with a PDF in its text", "several_kinds", lambda: png_with_text(b"%PDF-1.7")),
    refused("a PNG with a page in its text", "several_kinds", lambda: png_with_text(b"<html>" + SCRIPT)),
    refused("a document with a program in front", "not_allowed_kind", lambda: EXE + docx()),
    refused("a document with a remark", "several_kinds", lambda: with_remark(docx())),
    refused("a document with a PDF behind", "several_kinds", lambda: docx() + pdf()),
]  # fmt: skip


def zip_ending_as_pdf() -> bytes:
    """A PDF whose last lines stand in the remark of a ZIP's end record."""
    body, tail = pdf(), b"\n%%EOF\n"
    end = b"PK\x05\x06" + bytes(16) + struct.pack("<H", len(tail))
    return body.rstrip().removesuffix(b"%%EOF") + end + tail


def png_with_text(text: bytes) -> bytes:
    good = png()
    return good[:33] + made.chunk(b"tEXt", b"Comment\0" + text) + good[33:]


def with_remark(content: bytes) -> bytes:
    return content[:-2] + struct.pack("<H", len(SCRIPT)) + SCRIPT


def bomb_png(width: int, height: int) -> bytes:
    return made.png_claiming(width, height, zlib.compress(bytes((width * 3 + 1) * min(height, 200)), 9))


PICTURES = [
    refused(
        "a picture that claims 60 000 by 60 000", "too_many_pixels", lambda: made.png_claiming(60_000, 60_000)
    ),
    refused("a decompression bomb", "too_many_pixels", lambda: bomb_png(19_000, 19_000)),
    refused("a very long picture", "too_many_pixels", lambda: bomb_png(30_000, 1)),
    refused("a picture that claims nothing", "broken", lambda: made.png_claiming(0, 0)),
    refused("a PNG cut off", "broken", lambda: png()[:-30]),
    refused("a JPEG cut off", "broken", lambda: jpeg(made.picture(900, 900))[:2500]),
    refused("a JPEG of nothing but its mark", "broken", lambda: b"\xff\xd8\xff"),
    refused("a PNG of nothing but its mark", "broken", lambda: b"\x89PNG\r\n\x1a\n"),
    refused("a PNG whose data are noise", "broken", lambda: made.png_claiming(50, 50, noise(500))),
    defused("a JPEG that tells where and who", b"Exif", lambda: jpeg()),
    defused("a JPEG with a film behind", b"ftypmp42", lambda: jpeg() + bytes(4) + b"ftypmp42" + noise(900)),
    defused("a PNG that tells who", b"tEXt", lambda: png()),
    defused("a PNG with EICAR in its text", EICAR, lambda: png_with_text(EICAR)),
    defused("a moving PNG", b"acTL", lambda: moving_png()),
]


def moving_png() -> bytes:
    out = io.BytesIO()
    made.picture().save(out, "PNG", save_all=True, append_images=[made.picture(mode="L").convert("RGB")])
    return out.getvalue()


def bomb(made_pdf: Pdf) -> None:
    """A drawing of 40 MB in 40 kB."""
    stream = made_pdf.make_stream(zlib.compress(bytes(40 * 1024 * 1024), 9), Filter=Name.FlateDecode)
    made_pdf.pages[0].obj.Contents = stream


def double_bomb() -> bytes:
    packed = zlib.compress(zlib.compress(bytes(5 * 1024 * 1024), 9), 9)
    head = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n" % len(packed)
    return one_page(head + packed + b"\nendstream")


def huge_picture(made_pdf: Pdf) -> None:
    made.photograph_on_page(made_pdf)
    made_pdf.pages[0].obj.Resources.XObject.Im0.Width = 90_000
    made_pdf.pages[0].obj.Resources.XObject.Im0.Height = 90_000


def nested(depth: int) -> bytes:
    """A PDF with a list in a list in a list, written by hand."""
    deep = b"[" * depth + b"]" * depth
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</Properties<</X " + deep + b">>>>>>",
    ]
    return by_hand(parts)


def by_hand(parts: list[bytes], head: bytes = b"%PDF-1.7\n", trailer: bytes = b"/Root 1 0 R") -> bytes:
    out, places = head, []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + part + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, trailer, start)


def one_page(contents: bytes) -> bytes:
    """A PDF with one page, drawn by the object that is given."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>"
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    return by_hand([b"<</Type/Catalog/Pages 2 0 R>>", pages, page, contents])


def page_loop() -> bytes:
    return by_hand([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"])


def set_root(**more: object) -> Callable[[Pdf], None]:
    def change(made_pdf: Pdf) -> None:
        for key, value in more.items():
            made_pdf.Root[f"/{key}"] = value

    return change


def attached(made_pdf: Pdf) -> None:
    made_pdf.attachments["faktura.exe"] = EXE


def names_with_script(made_pdf: Pdf) -> None:
    scripts = Dictionary(Names=Array([String("x"), made.javascript()]))
    made_pdf.Root.Names = Dictionary(JavaScript=scripts)


def page_action(made_pdf: Pdf) -> None:
    made_pdf.pages[0].obj.AA = Dictionary(O=made.javascript())


def outside_stream(made_pdf: Pdf) -> None:
    stream = made_pdf.make_stream(b"")
    stream.F = String("/etc/passwd")
    made_pdf.pages[0].obj.Contents = stream


def postscript(made_pdf: Pdf) -> None:
    program = made_pdf.make_stream(b"(/etc/passwd) (r) file")
    program.Type, program.Subtype = Name.XObject, Name.PS
    made_pdf.pages[0].obj.Resources.XObject = Dictionary(P=program)
    made_pdf.pages[0].obj.Contents = made_pdf.make_stream(b"/P Do")


def hidden_layer(made_pdf: Pdf) -> None:
    layer = made_pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("x"), Usage=Dictionary(
        CreatorInfo=Dictionary(Creator=String("Hemlig_tillverkare")))))  # fmt: skip
    made_pdf.pages[0].obj.Resources.Properties = Dictionary(MC0=layer)
    made_pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(AS=Array([])))


def on_page(subtype: str, **more: object) -> Callable[[Pdf], None]:
    return lambda made_pdf: annotation(made_pdf, subtype, **more)


def sent_form(made_pdf: Pdf) -> None:
    annotation(made_pdf, "Widget", FT=Name.Btn, A=act("SubmitForm", F=String("http://ond")))
    made_pdf.Root.AcroForm = Dictionary(Fields=Array([made_pdf.pages[0].obj.Annots[0]]))


def act(kind: str, **more: object) -> Dictionary:
    return made.action(S=Name(f"/{kind}"), **more)


def xfa(made_pdf: Pdf) -> None:
    made_pdf.Root.AcroForm = Dictionary(XFA=made_pdf.make_stream(b"<xdp:xdp/>"), Fields=Array([]))


def locked(user: str) -> bytes:
    return pdf(encryption=pikepdf.Encryption(user=user, owner="agare"))


def many_pages() -> bytes:
    return pdf(pages=501)


def told_page(made_pdf: Pdf) -> None:
    page = made_pdf.pages[0].obj
    page.PieceInfo = Dictionary(App=Dictionary(Private=String("Hemlig_tillverkare")))
    page.Metadata = made_pdf.make_stream(b"<x:xmpmeta>Hemlig_tillverkare</x:xmpmeta>")


def told_drawing(made_pdf: Pdf) -> None:
    made.photograph_on_page(made_pdf)
    drawing = made_pdf.pages[0].obj.Resources.XObject.Im0
    drawing.PieceInfo = Dictionary(App=Dictionary(Private=String("Hemlig_tillverkare")))
    drawing.Metadata = made_pdf.make_stream(b"<x:xmpmeta>Hemlig_tillverkare</x:xmpmeta>")


def drawing_elsewhere(made_pdf: Pdf) -> None:
    made.photograph_on_page(made_pdf)
    drawing = made_pdf.pages[0].obj.Resources.XObject.Im0
    drawing.Ref = Dictionary(F=String("//ond/annan.pdf"), Page=0)


PDFS = [
    defused("author in two places", b"Kanarief", pdf),
    defused("script at opening", b"app.alert", lambda: pdf(set_root(OpenAction=made.javascript()))),
    defused("script by name", b"app.alert", lambda: pdf(names_with_script)),
    defused("script of a page", b"app.alert", lambda: pdf(page_action)),
    defused(
        "script of the document", b"app.alert", lambda: pdf(set_root(AA=Dictionary(WC=made.javascript())))
    ),
    defused(
        "a program started", b"cmd.exe", lambda: pdf(set_root(OpenAction=act("Launch", F=String("cmd.exe"))))
    ),
    defused(
        "a link", b"http://ond", lambda: pdf(on_page("Link", A=act("URI", URI=String("http://ond.example"))))
    ),
    defused(
        "a form that is sent",
        b"SubmitForm",
        lambda: pdf(sent_form),
    ),
    defused(
        "fetches data", b"ImportData", lambda: pdf(on_page("Link", A=act("ImportData", F=String("x.fdf"))))
    ),
    defused(
        "goes to another file",
        b"GoToR",
        lambda: pdf(on_page("Link", A=act("GoToR", F=String("//ond/x.pdf")))),
    ),
    defused("an attached program", b"faktura.exe", lambda: pdf(attached)),
    defused(
        "a file on the page",
        b"FileAttachment",
        lambda: pdf(on_page("FileAttachment", FS=Dictionary(Type=Name.Filespec, F=String("x.exe")))),
    ),
    defused("rich media", b"RichMedia", lambda: pdf(on_page("RichMedia", RichMediaContent=Dictionary()))),
    defused("a film", b"Movie", lambda: pdf(on_page("Movie", Movie=Dictionary(F=String("x.avi"))))),
    defused("three dimensions", b"3DD", lambda: pdf(on_page("3D", **{"3DD": Dictionary(OnInstantiate=1)}))),
    defused(
        "who wrote a note", b"Hemlig_granskare", lambda: pdf(on_page("Text", T=String("Hemlig_granskare")))
    ),
    defused("who made the page", b"Hemlig_tillverkare", lambda: pdf(told_page)),
    defused("who made a layer", b"Hemlig_tillverkare", lambda: pdf(hidden_layer)),
    defused("who made a drawing", b"Hemlig_tillverkare", lambda: pdf(told_drawing)),
    defused("a drawing from another file", b"annan.pdf", lambda: pdf(drawing_elsewhere)),
    defused("a photograph that tells where", b"Exif", lambda: pdf(made.photograph_on_page)),
    defused("content from the disk", b"/etc/passwd", lambda: pdf(outside_stream)),
    defused("PostScript", b"/etc/passwd", lambda: pdf(postscript)),
    defused("a portfolio", b"/Collection", lambda: pdf(set_root(Collection=Dictionary(View=Name.T)))),
    defused(
        "bookmarks with script",
        b"app.alert",
        lambda: pdf(set_root(Outlines=Dictionary(First=Dictionary(Title=String("x"), A=made.javascript())))),
    ),
    defused("an earlier version kept in the file", b"Hemlig_tidigare", lambda: with_earlier_version()),
    refused("XFA", "form", lambda: pdf(xfa)),
    refused("locked to open", "encrypted", lambda: locked("hemligt")),
    refused("locked to change", "encrypted", lambda: locked("")),
    refused("a drawing of 40 MB in 40 kB", "too_heavy", lambda: pdf(bomb)),
    refused("packed twice", "too_heavy", double_bomb),
    refused("a picture of 8 000 million points", "too_many_pixels", lambda: pdf(huge_picture)),
    refused("lists within lists, 100 deep", "too_heavy", lambda: nested(100)),
    refused("lists within lists, 100 000 deep", "broken", lambda: nested(100_000)),
    refused("501 pages", "too_many_pages", many_pages),
    refused("pages that hold themselves", "broken", page_loop),
    refused(
        "no pages",
        "broken",
        lambda: by_hand([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"]),
    ),
    refused("a PDF cut off", "broken", lambda: pdf()[:300]),
    refused("a PDF of nothing but its mark", "broken", lambda: b"%PDF-1.7\n%%EOF"),
    refused("a PDF of noise", "broken", lambda: b"%PDF-1.7\n" + noise(4000) + b"\n%%EOF"),
]


def with_earlier_version() -> bytes:
    """A PDF saved twice in the same file: the first text is still there to be found."""
    first = one_page(b"<</Length 24>>stream\n% Hemlig_tidigare text  \nendstream")
    start = len(first)
    new = b"4 0 obj\n<</Length 6>>stream\n% ny  \nendstream\nendobj\n"
    table = b"xref\n4 1\n%010d 00000 n \ntrailer\n<</Size 5/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return first + new + table % (start, first.index(b"xref"), start + len(new))


def typed(ending: str) -> str:
    return f"application/vnd.ms-{ending}"


MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


def linked(kind: str, target: str) -> str:
    return relations(relation(7, kind, target, outside=True))


def with_entry(name: str, content: bytes = b"x") -> bytes:
    return docx({name: content})


def with_names(*names: str) -> bytes:
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a") as package:
        for name in names:
            package.writestr(name, b"x")
    return out.getvalue()


def lying_size() -> bytes:
    """A part that says in both its headers that it is small."""
    content = bytearray(docx({"word/styles.xml": b" " * 4_000_000}))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = content.rfind(mark)
        content[place + at : place + at + 4] = struct.pack("<I", 100)
    return bytes(content)


def encrypted_zip() -> bytes:
    content = bytearray(docx())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + at] |= 1
    return bytes(content)


def comments() -> dict[str, str | bytes]:
    comment = f'<w:comment w:id="1" w:author="{CANARY}" w:initials="Kan" w:date="2026-01-01T00:00:00Z"/>'
    return {"word/comments.xml": f'<w:comments xmlns:w="{made.W}">{comment}</w:comments>'}


CHANGED = (
    f'<w:p><w:ins w:id="1" w:author="{CANARY}" w:date="2026-01-01T00:00:00Z">'
    '<w:r w:rsidR="00AB12CD"><w:t>Hej</w:t></w:r></w:ins></w:p>'
)
TEMPLATE = f'<w:settings xmlns:w="{made.W}" xmlns:r="{R}"><w:attachedTemplate r:id="rId7"/></w:settings>'
LINK = '<w:p><w:hyperlink r:id="rId7"><w:r><w:t>Hej</w:t></w:r></w:hyperlink></w:p>'

WORD = [
    defused("a document that tells who", b"Kanarief", docx),
    defused("who changed it", b"Kanarief", lambda: docx(document=document(CHANGED))),
    defused("when it was changed", b"2026-01-01", lambda: docx(document=document(CHANGED))),
    defused("from which sitting", b"00AB12CD", lambda: docx(document=document(CHANGED))),
    defused(
        "who commented",
        b"Kanarief",
        lambda: docx(comments(), rels=relations(relation(1, "comments", "comments.xml"))),
    ),
    defused(
        "a link to the web",
        b"ond.example",
        lambda: docx(document=document(LINK), rels=linked("hyperlink", "https://ond.example/")),
    ),
    defused(
        "a template from outside",
        b"ond.example",
        lambda: docx(
            {
                "word/settings.xml": TEMPLATE,
                "word/_rels/settings.xml.rels": linked("attachedTemplate", "https://ond.example/mall.dotm"),
            },
            rels=relations(relation(1, "settings", "settings.xml")),
        ),
    ),
    defused(
        "a part of its own kind",
        b"Kanarief",
        lambda: with_entry("customXml/item1.xml", f"<x>{CANARY}</x>".encode()),
    ),
    refused("macros by their file", "program", lambda: with_entry("word/vbaProject.bin")),
    refused("macros by their type", "program", lambda: docx(types=made.types(MACROS))),
    refused("an ActiveX control", "program", lambda: with_entry("word/activeX/activeX1.xml")),
    refused(
        "a control in the text",
        "program",
        lambda: docx(document=document("<w:p><w:r><w:control/></w:r></w:p>")),
    ),
    refused("an embedded object", "embedded", lambda: with_entry("word/embeddings/oleObject1.bin")),
    refused(
        "an object in the text",
        "embedded",
        lambda: docx(document=document("<w:p><w:r><w:object/></w:r></w:p>")),
    ),
    refused(
        "another document taken in", "embedded", lambda: docx(document=document('<w:altChunk r:id="rId7"/>'))
    ),
    refused("a picture from outside", "outside", lambda: docx(rels=linked("image", "file://ond/x.png"))),
    refused(
        "an object from outside", "outside", lambda: docx(rels=linked("oleObject", "https://ond.example/x"))
    ),
    refused("a frame from outside", "outside", lambda: docx(rels=linked("frame", "https://ond.example/x"))),
    refused(
        "a relation outside without saying so",
        "outside",
        lambda: docx(rels=relations(relation(7, "image", "https://ond/x.png"))),
    ),
    refused(
        "the whole document from outside",
        "outside",
        lambda: docx(root=linked("officeDocument", "https://ond.example/")),
    ),
    refused(
        "DDE in a field",
        "outside",
        lambda: docx(document=document(made.field(' DDEAUTO c:\\\\x "cmd.exe" '))),
    ),
    refused(
        "a picture fetched by a field",
        "outside",
        lambda: docx(document=document(made.field(' INCLUDEPICTURE "http://ond/x" '))),
    ),
    refused(
        "a macro pressed",
        "outside",
        lambda: docx(document=document('<w:p><w:fldSimple w:instr="MACROBUTTON x y"/></w:p>')),
    ),
    refused(
        "a merge from a database",
        "outside",
        lambda: docx({"word/settings.xml": f'<w:settings xmlns:w="{made.W}"><w:mailMerge/></w:settings>'}),
    ),
    refused(
        "a drawing with a picture of another kind", "picture", lambda: with_entry("word/media/image1.emf")
    ),
    refused(
        "a program called a picture", "not_allowed_kind", lambda: with_entry("word/media/image1.png", EXE)
    ),
    refused(
        "a picture with a ZIP behind",
        "several_kinds",
        lambda: with_entry("word/media/image1.png", png() + zipped()),
    ),
    refused(
        "a diagram that would not come along",
        "embedded",
        lambda: docx(
            {"word/diagrams/data1.xml": "<x/>"},
            document=document('<w:p><w:drawing r:dm="rId9"/></w:p>'),
            rels=relations(relation(9, "diagramData", "diagrams/data1.xml")),
        ),
    ),
    refused("billion laughs", "outside", lambda: docx(document=LAUGHS + document("&i;"))),
    refused(
        "an entity from the disk",
        "outside",
        lambda: docx(
            document='<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>' + document("<w:p>&f;</w:p>")
        ),
    ),
    refused(
        "text in another encoding",
        "broken",
        lambda: docx({"word/document.xml": ("\ufeff" + document()).encode("utf-16")}),
    ),
    refused("broken XML", "broken", lambda: docx(document="<w:document>")),
    refused("XML 1 000 deep", "broken", lambda: docx(document=document("<w:p>" * 1000 + "</w:p>" * 1000))),
    refused("XML 250 deep", "too_heavy", lambda: docx(document=document("<w:p>" * 250 + "</w:p>" * 250))),
    refused("a ZIP bomb", "too_heavy", lambda: with_entry("word/styles.xml", bytes(9_000_000))),
    refused("a part that lies about its size", "broken", lying_size),
    refused("two thousand parts", "too_heavy", lambda: with_names(*(f"word/x{n}.xml" for n in range(2000)))),
    refused("a path out of the package", "not_allowed_kind", lambda: with_entry("../../etc/cron.d/x")),
    refused("an absolute path", "not_allowed_kind", lambda: with_entry("/etc/passwd")),
    refused("a path of Windows", "not_allowed_kind", lambda: with_entry("word\\..\\x")),
    refused("a name with a null byte", "broken", lambda: null_name()),
    refused("a name turned around", "not_allowed_kind", lambda: with_entry("word/\u202egnp.exe")),
    refused("a very long name", "not_allowed_kind", lambda: with_entry("word/" + "a" * 900)),
    refused("the same part twice, in other letters", "broken", lambda: with_names("WORD/document.xml")),
    refused("locked parts", "encrypted", encrypted_zip),
    refused("a ZIP of something else", "not_allowed_kind", lambda: zipped(name="las-mig.txt")),
    refused("a spreadsheet", "not_allowed_kind", lambda: docx(types=made.types("application/vnd.ms-excel"))),
    refused("a document cut off", "broken", lambda: docx()[:-40]),
    refused("a ZIP of nothing but its mark", "broken", lambda: b"PK\x03\x04"),
]


def null_name() -> bytes:
    return with_entry("word/xx.exe_bbb.xml").replace(b"word/xx.exe_bbb.xml", b"word/xx.exe\0bbb.xml")


CORPUS = [*NOT_ALLOWED, *SEVERAL_KINDS, *PICTURES, *PDFS, *WORD]
