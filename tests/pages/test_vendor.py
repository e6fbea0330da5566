"""Vendored files are those that were checked, carry their licences, and call nobody."""

import re

import pytest

from avhopp.pages import vendor
from avhopp.pages.icons import UnknownIcon, icon_svg

STATIC = vendor.FOLDER.parent
TEMPLATES = STATIC.parent / "templates"
ADDRESS = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]{2,}", re.IGNORECASE)


def test_vendored_files_match_their_checksums():
    assert vendor.listed() == vendor.checksums()


@pytest.mark.parametrize("package", ["designsystemet", "source-sans-3", "htmx", "lucide"])
def test_every_package_has_its_licence(package):
    assert len((vendor.FOLDER / package / "LICENSE").read_text(encoding="utf-8")) > 300


@pytest.mark.parametrize(
    "file", sorted(STATIC.rglob("*.css")) + sorted(STATIC.rglob("*.js")), ids=lambda f: f.name
)
def test_styles_and_scripts_name_no_other_host_and_no_source_map(file):
    text = file.read_text(encoding="utf-8")
    assert not ADDRESS.search(text)
    assert "sourceMappingURL" not in text


def test_own_script_evaluates_no_text():
    for file in (STATIC / "js").glob("*.js"):
        assert not re.search(
            r"\beval\(|new Function|innerHTML|setTimeout\(\s*[\"'`]", file.read_text(encoding="utf-8")
        )


def test_icon_is_hidden_from_screen_readers_and_has_no_style():
    drawing = icon_svg("gavel")
    assert drawing.startswith("<svg ")
    assert 'aria-hidden="true"' in drawing
    assert "style" not in drawing


@pytest.mark.parametrize("name", ["no-such-icon", "../LICENSE", "", "gavel.svg"])
def test_unknown_icon_is_refused(name):
    with pytest.raises(UnknownIcon):
        icon_svg(name)


def test_icons_named_in_templates_exist():
    names = set()
    for file in TEMPLATES.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        names |= set(re.findall(r'{% icon "([^"]+)"', text)) | set(re.findall(r'\bicon="([^"]+)"', text))
    assert "arrow-right" in names
    for name in names:
        icon_svg(name)
