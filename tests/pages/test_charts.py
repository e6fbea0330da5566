"""Charts: well-formed, named, without style, right in number and place, drawn also when there is nothing."""

from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avhopp.pages import samples, svg
from avhopp.pages.charts import Band, Bars, Budget, Lines, Series, StackedBars

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "title", "desc", "defs", "pattern", "rect", "circle", "line", "path", "text"}
amounts = st.decimals(-(10**9), 10**9, places=2)


def parsed(drawing: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawing)


def words(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def bars(**changes) -> Bars:
    return Bars(**{"title": "Dygn", "about": "Om dygn.", "labels": ("jan", "feb"), "unit": "dygn"} | changes)


@pytest.mark.parametrize("kind", samples.charts())
@pytest.mark.parametrize("size", ["svg", "narrow"])
def test_chart_is_well_formed_named_and_without_style_or_script(kind, size):
    chart = samples.charts()[kind]
    root = parsed(getattr(chart, size))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == chart.title
    assert root.findtext(f"{SVG}desc") == chart.about
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ALLOWED
    assert not [e for e in root.iter() for name in e.attrib if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("kind", samples.charts())
def test_every_pattern_that_is_used_is_defined_in_the_same_chart(kind):
    wide, narrow = parsed(samples.charts()[kind].svg), parsed(samples.charts()[kind].narrow)
    for root in (wide, narrow):
        defined = {f"url(#{pattern.get('id')})" for pattern in root.iter(f"{SVG}pattern")}
        used = {e.get("fill") for e in root.iter() if (e.get("fill") or "").startswith("url(")}
        assert used <= defined
    ids = [[pattern.get("id") for pattern in root.iter(f"{SVG}pattern")] for root in (wide, narrow)]
    assert not set(ids[0]) & set(ids[1])


def test_text_is_escaped():
    root = parsed(bars(title='<b>"&', labels=("<i>", "&"), values=(1, 2)).svg)
    assert root.findtext(f"{SVG}title") == '<b>"&'
    assert {"<i>", "&"} <= set(words(root))


def test_bars_are_as_high_as_their_values():
    rects = list(parsed(bars(values=(50, 100)).svg).iter(f"{SVG}rect"))
    first, second = (float(rect.get("height")) for rect in rects)
    assert second == pytest.approx(2 * first)


def test_negative_bar_hangs_below_the_axis():
    up, down = parsed(bars(values=(40, -40)).svg).iter(f"{SVG}rect")
    assert float(up.get("y")) + float(up.get("height")) == pytest.approx(float(down.get("y")))


def test_stacked_parts_stand_on_each_other_with_patterns_of_their_own():
    series = (Series("Inom", (Decimal(100),)), Series("Utanför", (Decimal(50),)))
    chart = StackedBars(title="t", about="a", labels=("jan",), unit="kr", series=series)
    samples_and_grounds = {"15", "8"}
    rects = parsed(chart.svg).iter(f"{SVG}rect")
    lower, upper = (rect for rect in rects if rect.get("height") not in samples_and_grounds)
    assert float(upper.get("y")) + float(upper.get("height")) == pytest.approx(float(lower.get("y")))
    assert float(lower.get("height")) == pytest.approx(2 * float(upper.get("height")))
    assert lower.get("fill") != upper.get("fill")
    assert upper.get("fill").startswith("url(#")


def test_stacked_part_may_not_be_negative():
    with pytest.raises(ValueError, match="negative"):
        StackedBars(title="t", about="a", labels=("jan",), unit="kr", series=(Series("x", (-1,)),))


def test_a_gap_breaks_the_line():
    chart = Lines(
        title="t", about="a", labels=tuple("abcde"), unit="st", series=(Series("x", (1, 2, None, 3, 4)),)
    )
    assert len([path for path in parsed(chart.svg).iter(f"{SVG}path") if path.get("fill") == "none"]) == 2


def test_lines_differ_in_dash_and_marker():
    chart = Lines(title="t", about="a", labels=("a", "b"), unit="st",
                  series=(Series("x", (1, 2)), Series("y", (2, 3))))  # fmt: skip
    dashes = [
        p.get("stroke-dasharray") for p in parsed(chart.svg).iter(f"{SVG}path") if p.get("fill") == "none"
    ]
    assert dashes == [None, svg.DASHES[1]]
    assert {"x", "y"} <= set(words(parsed(chart.svg)))


def test_band_without_values_is_left_out():
    chart = Lines(title="t", about="a", labels=("a",), unit="st", series=(Series("x", (1,)),),
                  band=Band("b", (None,), (None,)))  # fmt: skip
    assert parsed(chart.svg) is not None
    assert chart.table.rows == (("a", "1", "–", "–"),)


def test_number_of_values_must_match_the_labels():
    with pytest.raises(ValueError, match="1 values for 2 labels"):
        bars(values=(1,))


@pytest.mark.parametrize("values", [(), (None, None)])
def test_chart_without_values_says_so(values):
    chart = bars(labels=("jan", "feb")[: len(values)], values=values)
    assert words(parsed(chart.svg)) == ["Inga uppgifter att visa"]


def test_table_has_the_exact_figures_and_the_sum():
    table = bars(values=(1234, None), total=True).table
    assert table.rows == (("jan", "1\u00a0234"), ("feb", "–"))
    assert table.foot == ("Summa", "1\u00a0234")
    assert [heading.label for heading in table.headings] == ["Månad", "Dygn"]


def test_large_sums_are_shortened_on_the_axis_only():
    chart = bars(unit="kr", values=(Decimal("4815350"), Decimal("2000000")))
    assert "mnkr" in words(parsed(chart.svg))
    assert "4,8" in words(parsed(chart.svg))
    assert chart.table.rows[0] == ("jan", "4\u00a0815\u00a0350\u00a0kr")


def test_budget_says_in_words_what_is_over():
    chart = Budget(title="t", about="a", budget=4_800_000, spent=4_000_000, forecast=Decimal("4815350"))
    assert any("15\u00a0350\u00a0kr över" in text for text in words(parsed(chart.svg)))
    assert chart.table.rows[-1] == ("Över budgeten", "15\u00a0350\u00a0kr")


def test_budget_of_nothing_is_drawn():
    root = parsed(Budget(title="t", about="a", budget=0, spent=0).svg)
    assert any("Budget 0" in text for text in words(root))


@given(st.lists(st.one_of(st.none(), amounts), min_size=1, max_size=30))
def test_any_values_stay_inside_the_picture(values):
    root = parsed(bars(labels=tuple("x" * len(values)), unit="kr", values=tuple(values)).svg)
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.get("height")) >= 0
        assert 0 <= float(rect.get("y")) <= float(root.get("height"))


@given(st.lists(amounts, min_size=1, max_size=20))
def test_scale_holds_every_value_and_zero(values):
    scale = svg.scale(values, 100.0, 0.0)
    numbers = [0.0, *map(float, values)]
    assert scale.low <= min(numbers)
    assert scale.high >= max(numbers)
    assert 2 <= len(scale.ticks) <= 12
