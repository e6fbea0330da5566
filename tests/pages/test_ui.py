"""Filters and tags."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template

from avhopp.pages.tables import Heading
from avhopp.pages.templatetags import ui

TODAY = date(2026, 11, 21)
NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (ui.kr(Decimal("1234567.5")), f"1{NBSP}234{NBSP}568{NBSP}kr"),
        (ui.kr2(Decimal("1234.5")), f"1{NBSP}234,50{NBSP}kr"),
        (ui.mnkr(4_815_350), f"4,8{NBSP}mnkr"),
        (ui.number(1932), f"1{NBSP}932"),
        (ui.number(Decimal("12.25"), 1), "12,3"),
        (ui.percent(Decimal("0.125")), f"12,5{NBSP}%"),
        (ui.percent(Decimal("0.125"), 0), f"13{NBSP}%"),
        (ui.day(TODAY), "2026-11-21"),
        (ui.longday(TODAY), "21 november 2026"),
        (ui.month(TODAY), "november 2026"),
        (ui.filesize(84_213), f"84{NBSP}kB"),
        (ui.filesize(12), f"1{NBSP}kB"),
        (ui.filesize(1_240_000), f"1,2{NBSP}MB"),
    ],
)
def test_values_are_written_in_swedish(written, expected):
    assert written == expected


def test_a_line_breaks_between_case_numbers_and_not_inside_one():
    shown = ui.unbroken("AVH-2026-0001, <b> och 2 till")
    assert shown == '<span class="nowrap">AVH-2026-0001</span>, &lt;b&gt; och 2 till'


def test_a_moment_is_shown_in_swedish_time():
    late = datetime(2026, 11, 20, 23, 5, tzinfo=UTC)
    assert ui.moment(late) == "2026-11-21 kl. 00.05"
    assert ui.day(late) == "2026-11-21"


@pytest.mark.parametrize(
    "show", [ui.kr, ui.kr2, ui.number, ui.percent, ui.day, ui.longday, ui.month, ui.moment]
)
def test_nothing_is_a_dash(show):
    assert show(None) == "–"


@pytest.mark.parametrize(
    ("days", "text", "tone"),
    [
        (-30, f"Försenad 30{NBSP}dagar,", "danger"),
        (-1, f"Försenad 1{NBSP}dag,", "danger"),
        (0, "I dag,", "warning"),
        (1, "I morgon,", "warning"),
        (7, f"Om 7{NBSP}dagar,", "warning"),
        (8, f"Om 8{NBSP}dagar,", "neutral"),
    ],
)
def test_deadline_says_what_is_left(days, text, tone):
    left = ui.deadline(TODAY + timedelta(days=days), TODAY)
    assert (left.text, left.tone) == (text, tone)


def rendered(source: str, **context) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_card_escapes_its_heading_but_not_what_it_encloses():
    html = rendered('{% card heading=name id="a" %}<b>x</b>{{ name }}{% endcard %}', name="<i>")
    assert "<b>x</b>&lt;i&gt;" in html
    assert "&lt;i&gt;</h2>" in html
    assert 'aria-labelledby="a-rubrik"' in html
    assert "<i>" not in html


def test_table_escapes_its_rows():
    html = rendered('{% include "components/table.html" with caption="c" columns=columns rows=rows only %}',
                    columns=["A", "B"], rows=[["<i>", 2]])  # fmt: skip
    assert '<th scope="row" role="rowheader">&lt;i&gt;</th>' in html
    assert "<i>" not in html


def test_every_cell_knows_its_column_for_the_phone():
    html = rendered(
        '{% table caption="c" columns="Vad|<Hur>" %}<tr><th scope="row">a</th><td class="num">b</td></tr>'
        '<tr class="x"><td>c</td><td>d</td></tr>{% endtable %}'
    )
    assert '<tr role="row"><th role="rowheader" data-label="Vad" scope="row">a</th>' in html
    assert '<td role="cell" data-label="&lt;Hur&gt;" class="num">b</td></tr>' in html
    assert '<tr role="row" class="x"><td role="cell" data-label="Vad">c</td>' in html
    assert html.count('role="columnheader"') == 2


def test_a_column_without_a_visible_heading_has_no_label():
    html = rendered('{% table caption="c" columns=columns %}<tr><td>a</td></tr>{% endtable %}',
                    columns=[Heading("Åtgärd", hidden=True)])  # fmt: skip
    assert 'data-label=""' in html


@pytest.mark.parametrize(
    ("links", "url"), [([("Gör", "/nu/")], ""), ([], "/nu/")], ids=["several links", "one link"]
)
def test_an_empty_part_is_one_line_with_what_can_be_done(links, url):
    html = rendered(
        '{% include "components/line.html" with heading="Beslut" id="b" text="Inget." links=links url=url '
        'action="Gör" only %}',
        links=links, url=url,
    )  # fmt: skip
    assert "<p>Inget.</p>" in html
    assert html.count('<a href="/nu/">Gör</a>') == 1
    assert 'aria-labelledby="b-rubrik"' in html


def test_a_row_with_too_few_values_is_refused():
    with pytest.raises(ValueError, match="zip"):
        ui.cells(["a"], ["A", "B"])


def test_breadcrumbs_end_with_the_page_itself():
    html = rendered('{% breadcrumbs "Start" "/" "Ärende" %}')
    assert '<a href="/">Start</a>' in html
    assert '<span aria-current="page">Ärende</span>' in html


@pytest.mark.parametrize("tone", ["neutral", "info", "success", "warning", "danger", None])
def test_chip_has_text_and_a_shape_for_every_tone(tone):
    html = rendered('{% include "components/chip.html" with text="Läge" tone=tone only %}', tone=tone)
    assert "<span>Läge</span>" in html
    assert "<svg" in html
    assert f'data-tone="{tone or "neutral"}"' in html
