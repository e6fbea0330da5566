"""Word documents (.docx), written anew from the parts with text and looks; the rest is not taken along."""

import posixpath
import re
from typing import Any

from lxml import etree

from avhopp.files import limits
from avhopp.files.images import clean_image
from avhopp.files.kinds import Kind, kind_of
from avhopp.files.package import read_package, write_package
from avhopp.files.refusals import refusal

TYPES, ROOT_RELATIONS, DOCUMENT = "[Content_Types].xml", "_rels/.rels", "word/document.xml"
#: The parts that are kept. Everything else is left behind, if it is not a reason to refuse.
TEXTS = re.compile(
    r"word/(document|styles|stylesWithEffects|numbering|settings|webSettings|fontTable|footnotes|endnotes|"
    r"comments|header\d*|footer\d*|theme/theme\d*)\.xml"
)
RELATIONS = re.compile(
    r"word/_rels/(document|footnotes|endnotes|comments|numbering|header\d*|footer\d*)\.xml\.rels"
)
PICTURES = re.compile(r"word/media/[A-Za-z0-9_\-.]+\.(png|jpe?g)", re.IGNORECASE)
PROGRAMS = re.compile(r"(vbaproject|vbadata|activex|macrosheet|attachedtoolbars|ctrlprop)", re.IGNORECASE)
EMBEDDED = re.compile(
    r"(^|/)(embeddings|afchunk|package)[/.]|\.(bin|ole|exe|dll|docx?m?|xlsx?m?|html?|mht)$", re.I
)
UNSHOWABLE = re.compile(r"word/media/", re.IGNORECASE)

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT_W = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OFFICE_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT = "http://schemas.openxmlformats.org/package/2006/content-types"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
#: Relations of a document that are kept, by the last word of their type. A link to the web and the template
#: are taken away, and their text kept; any other relation out of the document is a reason to refuse.
KEPT = {
    "styles", "stylesWithEffects", "numbering", "settings", "webSettings", "fontTable", "footnotes",
    "endnotes", "comments", "header", "footer", "theme", "image",
}  # fmt: skip
LEFT_BEHIND = ("hyperlink", "attachedTemplate")
#: Fields that compute from the document itself. Others run, fetch, or take in other files.
FIELDS = {
    "PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "DATE", "TIME", "TOC", "TC", "TOA", "TA", "REF",
    "PAGEREF", "NOTEREF", "SEQ", "STYLEREF", "HYPERLINK", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN",
    "SYMBOL", "INDEX", "XE", "IF", "TITLE", "SUBJECT", "AUTHOR", "LASTSAVEDBY", "FILENAME", "SAVEDATE",
    "CREATEDATE", "PRINTDATE", "USERNAME", "NUMWORDS", "LISTNUM", "DOCPROPERTY", "DOCVARIABLE", "ADVANCE",
}  # fmt: skip
#: What a text part may not hold: other files, programs, and what is fetched or run.
PROGRAMS_IN_TEXT = {"control", "ocx", "scriptAnchor", "macroWll"}
FILES_IN_TEXT = {"object", "OLEObject", "subDoc", "altChunk", "contentPart"}
FETCHING = {"mailMerge", "dataSource", "externalData", "webPublishItem", "frameset"}
#: Taken out of the text: where it leads, who wrote it, on what printer, with what letters.
TAKEN_OUT = {
    "attachedTemplate", "hlinkClick", "hlinkHover", "hlinkMouseOver", "rsids", "docVars", "printerSettings",
    "embedRegular", "embedBold", "embedItalic", "embedBoldItalic", "saveThroughXslt",
}  # fmt: skip
NOBODY = "Författare"
RSID = re.compile(r"rsid[A-Za-z]*")
ELSEWHERE = re.compile(
    r"\s*(https?|ftps?|file|javascript|data|mailto|ms-[a-z-]+):|\s*(//|\\\\)", re.IGNORECASE
)


def clean_word(content: bytes) -> bytes:
    """A new document with the same text and looks, and nobody's name in it.

    Raises:
        Refused: `not_allowed_kind`, `program`, `embedded`, `outside`, `broken`, `too_heavy`, and those of
            `read_package` and `clean_image`.
    """
    parts = read_package(content)
    if TYPES not in parts or DOCUMENT not in parts or ROOT_RELATIONS not in parts:
        raise refusal("not_allowed_kind")
    _refuse_programs(parts)
    kept: dict[str, bytes] = {}
    for name, part in parts.items():
        if TEXTS.fullmatch(name):
            kept[name] = _text(part)
        elif PICTURES.fullmatch(name):
            kept[name] = _picture(name, part)
        elif UNSHOWABLE.match(name):
            raise refusal("picture")
    related: dict[str, set[str]] = {}
    for name, part in parts.items():
        if name.endswith(".rels"):
            relations = _relations(part, kept)
            if RELATIONS.fullmatch(name):
                kept[name] = _written(relations)
                of = "word/" + posixpath.basename(name).removesuffix(".rels")
                related[of] = {str(one.get("Id")) for one in relations}
    for name, part in kept.items():
        if TEXTS.fullmatch(name) and _references(part) - related.get(name, set()):
            raise refusal("embedded")  # it shows something that is not kept
    written = write_package({TYPES: _types(kept), ROOT_RELATIONS: _root(), **kept})
    if len(written) > limits.MAX_BYTES:
        raise refusal("too_large")
    return written


def _refuse_programs(parts: dict[str, bytes]) -> None:
    if any(PROGRAMS.search(name) for name in parts):
        raise refusal("program")
    if any(EMBEDDED.search(name) for name in parts):
        raise refusal("embedded")
    types = _parsed(parts[TYPES])
    named = {str(one.get("PartName", "")).lstrip("/"): str(one.get("ContentType", "")) for one in types}
    said = " ".join(named.values()).lower()
    if "macroenabled" in said or "vba" in said or "activex" in said:
        raise refusal("program")
    if named.get(DOCUMENT) != MAIN:
        raise refusal("not_allowed_kind")


def _parsed(part: bytes) -> Any:
    """The part as a tree. No document type, no entities, nothing fetched, nothing but UTF-8.

    Raises:
        Refused: `broken`, `too_heavy`.
    """
    if len(part) > limits.MAX_XML:
        raise refusal("too_heavy")
    try:
        text = part.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal("broken") from error
    if "<!DOCTYPE" in text or "<!ENTITY" in text or "<!doctype" in text:
        raise refusal("outside")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise refusal("broken") from error
    if root.getroottree().docinfo.doctype:
        raise refusal("outside")
    _measure(root)
    return root


def _measure(root: Any) -> None:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limits.MAX_DEPTH * 4:
            raise refusal("too_heavy")


def _written(root: Any) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _local(name: Any) -> str:
    return etree.QName(name).localname if isinstance(name, str) else ""


def _space(name: Any) -> str:
    return etree.QName(name).namespace or "" if isinstance(name, str) else ""


def _text(part: bytes) -> bytes:
    root = _parsed(part)
    for one in list(root.iter()):
        local = _local(one.tag)
        if local in PROGRAMS_IN_TEXT:
            raise refusal("program")
        if local in FILES_IN_TEXT:
            raise refusal("embedded")
        if local in FETCHING:
            raise refusal("outside")
        if local in TAKEN_OUT and one.getparent() is not None:
            one.getparent().remove(one)
            continue
        for name in list(one.attrib):
            _attribute(one, name)
    _refuse_fields(root)
    return _written(root)


def _attribute(one: Any, name: str) -> None:
    """Take out who, when and whereto; refuse what is fetched when the document is opened."""
    local, space, tag = _local(name), _space(name), _local(one.tag)
    if space in (OFFICE, OFFICE_STRICT):
        if local == "link":
            raise refusal("outside")
        if tag == "hyperlink" and local == "id":
            del one.attrib[name]
        return
    if local in ("src", "href", "althref") and ELSEWHERE.match(one.get(name)):
        if local == "src":
            raise refusal("outside")
        del one.attrib[name]
    elif local == "author":
        one.set(name, NOBODY)
    elif local in ("initials", "userId", "providerId"):
        one.set(name, "")
    elif (local in ("date", "dateUtc") and tag != "date") or RSID.fullmatch(local):
        del one.attrib[name]
    elif tag in ("docPr", "cNvPr") and local in ("name", "title"):
        one.set(name, "Bild")


def _refuse_fields(root: Any) -> None:
    """A field is written in pieces between its marks, and fields stand within fields."""
    open_fields: list[list[str]] = [[]]
    for one in root.iter("{*}fldChar", "{*}instrText", "{*}delInstrText", "{*}fldSimple"):
        local = _local(one.tag)
        if local == "fldSimple":
            _check_field("".join(value for name, value in one.attrib.items() if _local(name) == "instr"))
        elif local != "fldChar":
            open_fields[-1].append(one.text or "")
        else:
            step = next((value for name, value in one.attrib.items() if _local(name) == "fldCharType"), "")
            if step == "begin":
                open_fields.append([])
            elif step == "end" and len(open_fields) > 1:
                _check_field("".join(open_fields.pop()))
    for left in open_fields:
        _check_field("".join(left))


def _check_field(instruction: str) -> None:
    words = instruction.split()
    if words and not words[0].startswith("=") and words[0].upper() not in FIELDS:
        raise refusal("outside")


def _references(part: bytes) -> set[str]:
    """The relations that a text part names."""
    return {
        str(value)
        for one in etree.fromstring(part).iter()
        for name, value in one.attrib.items()
        if _space(name) in (OFFICE, OFFICE_STRICT) and value
    }


def _picture(name: str, part: bytes) -> bytes:
    kind = kind_of(part)
    if kind is not (Kind.PNG if name.lower().endswith(".png") else Kind.JPEG):
        raise refusal("picture")
    return clean_image(part, kind)


def _relations(part: bytes, kept: dict[str, bytes]) -> Any:
    """The relations to parts that are kept.

    Raises:
        Refused: `outside`, for any other way out of the document than a link to press and its template.
    """
    root = _parsed(part)
    for one in list(root):
        last = str(one.get("Type", "")).rsplit("/", 1)[-1]
        target = str(one.get("Target", ""))
        is_outside = one.get("TargetMode") == "External" or ELSEWHERE.match(target) is not None
        if is_outside and last not in LEFT_BEHIND:
            raise refusal("outside")
        path = target[1:] if target[:1] == "/" else posixpath.normpath(posixpath.join("word", target))
        if is_outside or last not in KEPT or path not in kept:
            root.remove(one)
    return root


def _types(kept: dict[str, bytes]) -> bytes:
    root = etree.Element(f"{{{CONTENT}}}Types", nsmap={None: CONTENT})
    defaults = {"rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml"}
    defaults |= {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}
    for ending, said in defaults.items():
        etree.SubElement(root, f"{{{CONTENT}}}Default", Extension=ending, ContentType=said)
    for name in kept:
        if TEXTS.fullmatch(name):
            etree.SubElement(root, f"{{{CONTENT}}}Override", PartName=f"/{name}", ContentType=_type_of(name))
    return _written(root)


def _type_of(name: str) -> str:
    word = re.sub(r"\d+$", "", posixpath.basename(name).removesuffix(".xml"))
    if word == "document":
        return MAIN
    if word == "theme":
        return "application/vnd.openxmlformats-officedocument.theme+xml"
    return f"application/vnd.openxmlformats-officedocument.wordprocessingml.{word}+xml"


def _root() -> bytes:
    root = etree.Element(f"{{{PACKAGE}}}Relationships", nsmap={None: PACKAGE})
    etree.SubElement(
        root, f"{{{PACKAGE}}}Relationship", Id="rId1", Type=f"{OFFICE}/officeDocument", Target=DOCUMENT
    )
    return _written(root)
