"""Templates: nothing inline, every component documented, the frames and the sample page render whole."""

import re
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory

from avhopp.pages import views
from avhopp.pages.vendor import FOLDER
from tests.markup import has_inline

TEMPLATES = FOLDER.parents[1] / "templates"
ALL = [file for file in sorted(TEMPLATES.rglob("*.html")) if "pdf" not in file.parts]  # paper has no browser


@pytest.mark.parametrize("file", ALL, ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_template_has_no_inline_style_or_script(file):
    assert not has_inline(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "file", sorted((TEMPLATES / "components").glob("*.html")), ids=lambda file: file.stem
)
def test_component_states_its_parameters_at_the_top(file):
    assert file.read_text(encoding="utf-8").startswith("{% comment %}")


def components_page(query: str = "") -> str:
    request = RequestFactory().get(f"/komponenter/{query}")
    request.user = AnonymousUser()
    response = views.components(request)
    assert response.status_code == 200
    return response.content.decode()


def test_page_of_components_renders_whole():
    html = components_page()
    assert "ODEFINIERAD" not in html
    assert not has_inline(html)
    ids = re.findall(r'\sid="([^"]+)"', re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL))
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-(?:labelledby|controls)="([^"]+)"', html)) <= set(ids)


def test_page_of_components_uses_every_component():
    used = set(
        re.findall(r"components/(\w+)\.html", "".join(file.read_text(encoding="utf-8") for file in ALL))
    )
    tags = {"card", "table", "breadcrumbs", "form", "field", "choices", "money", "picker", "formset"}
    assert {file.stem for file in (TEMPLATES / "components").glob("*.html")} <= used | tags


def test_sorting_and_paging_of_the_sample_list():
    html = components_page("?ordning=-dygn&sida=2")
    assert 'aria-sort="descending"' in html
    assert "9–16 av 132" in html


class SignedIn:
    is_authenticated = True


def frame(name: str, **context) -> str:
    nav = [SimpleNamespace(label="Mina ärenden", url="/arenden/", icon="folder", current=True)]
    shell = {"request": SimpleNamespace(user=SignedIn()), "nav": nav, "municipality_name": "Ekstads kommun",
             "user_name": "Asta", "user_role": "Handläggare"}  # fmt: skip
    return render_to_string(name, shell | context)


def test_frame_shows_who_is_signed_in_and_where():
    html = frame("base.html")
    for text in (
        "Ekstads kommun",
        "Asta",
        "Handläggare",
        "Logga ut",
        'aria-current="page"',
        'href="#innehall"',
    ):
        assert text in html
    assert "Skyddade personuppgifter" not in html


def test_frame_marks_protected_pages():
    assert "Skyddade personuppgifter" in frame("base.html", protected=True)


def test_frame_shows_nothing_of_the_menu_to_strangers():
    request = SimpleNamespace(user=AnonymousUser())
    html = frame("base.html", request=request)
    assert "Mina ärenden" not in html
    assert "Logga ut" not in html


def test_portal_says_that_it_is_the_portal():
    html = frame("base_portal.html")
    assert "Polisportalen – läsbehörighet" in html
    assert 'data-color="portal"' in html


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html", "500.html", "403_csrf.html"])
def test_error_page_is_the_same_for_everybody(name):
    one = frame(name)
    assert one == render_to_string(name)
    assert "Asta" not in one
    assert "csrf" not in one
    assert "Till startsidan" in one


@pytest.mark.parametrize("file", ["avhopp.svg", "icon.svg", "rings.svg"])
def test_own_pictures_are_well_formed(file):
    root = ElementTree.parse(FOLDER.parent / "img" / file).getroot()
    assert root.tag.endswith("svg")
    assert "style" not in {name for element in root.iter() for name in element.attrib}
