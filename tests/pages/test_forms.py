"""Forms: labels, hints and errors belong to their fields; dates and money are read as people write them."""

from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django import forms

from avhopp.pages.forms import DateField, MoneyField
from avhopp.pages.samples import PlacementForm


class Page(HTMLParser):
    """Ids, and every element with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.elements if attrs.get("id")]


FAULTY = {"rate": "dyrt", "start": "i går"}


@pytest.mark.parametrize("form", [PlacementForm(), PlacementForm(FAULTY)], ids=["fresh", "faulty"])
def test_every_reference_in_a_form_leads_to_one_element(form):
    page = Page(str(form))
    assert len(page.ids) == len(set(page.ids))
    references = []
    for tag, attrs in page.elements:
        references += (attrs.get("aria-describedby") or "").split()
        references += [attrs["for"]] if tag == "label" else []
        references += [attrs["href"].removeprefix("#")] if tag == "a" else []
    assert references
    assert set(references) <= set(page.ids)


def test_every_control_has_a_label_and_our_class():
    page = Page(str(PlacementForm()))
    labelled = {attrs["for"] for tag, attrs in page.elements if tag == "label"}
    controls = [attrs for tag, attrs in page.elements if tag in {"input", "select", "textarea"}]
    assert len(controls) == 11
    for attrs in controls:
        assert attrs["id"] in labelled
        assert "ds-input" in attrs["class"].split()


def test_summary_links_to_the_first_choice_of_a_group():
    page = Page(str(PlacementForm(FAULTY)))
    links = [attrs["href"] for tag, attrs in page.elements if tag == "a"]
    assert "#id_framework_0" in links
    assert "#id_rate" in links


def test_errors_without_a_field_stand_in_the_summary():
    form = PlacementForm(FAULTY)
    form.add_error(None, "Placeringen överlappar en annan.")
    assert "<li>Placeringen överlappar en annan.</li>" in str(form)


def test_form_without_errors_has_no_summary():
    assert "error-summary" not in str(PlacementForm())


def test_label_and_hint_are_escaped():
    class Sly(forms.Form):
        field = forms.CharField(label="<b>", help_text="<script>")

    html = str(Sly())
    assert "<b>" not in html
    assert "<script>" not in html


def test_hidden_field_gets_no_label():
    class WithToken(forms.Form):
        token = forms.CharField(widget=forms.HiddenInput)

    html = str(WithToken(initial={"token": "t"}))
    assert '<input type="hidden" name="token" value="t" id="id_token">' in html
    assert "<label" not in html


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("1 234,50", "1234.50"), ("2450", "2450.00"), ("3\u00a0000 kr", "3000.00"), ("12.5", "12.50")],
)
def test_money_is_read_as_written(typed, amount):
    assert MoneyField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("dyrt", "money_format"), ("1,234", "money_decimals"), ("-5", "money_negative"), ("", "required")],
)
def test_money_that_is_not_money_is_refused(typed, code):
    with pytest.raises(forms.ValidationError) as refusal:
        MoneyField().clean(typed)
    assert refusal.value.code == code


def test_money_may_be_empty_when_voluntary():
    assert MoneyField(required=False).clean("") is None


@pytest.mark.parametrize(
    ("amount", "shown"), [(Decimal("2450.00"), "2\u00a0450"), (Decimal("12.50"), "12,50")]
)
def test_money_is_shown_so_that_it_can_be_read_again(amount, shown):
    field = MoneyField()
    assert field.widget.format_value(amount) == shown
    assert field.clean(shown) == amount


def test_unchanged_money_has_not_changed():
    assert not MoneyField().has_changed(Decimal("2450.00"), "2 450")
    assert MoneyField().has_changed(Decimal("2450.00"), "2 451")
    assert MoneyField().has_changed(Decimal("2450.00"), "x")


def test_date_is_iso_both_ways():
    assert DateField().clean("2026-11-21") == date(2026, 11, 21)
    assert DateField().widget.format_value(date(2026, 11, 21)) == "2026-11-21"
    assert DateField().widget.format_value("i går") is None


@pytest.mark.parametrize(("typed", "code"), [("21/11/26", "invalid"), ("2025-12-31", "too_early"),
                                             ("2027-01-01", "too_late"), ("", "required")])  # fmt: skip
def test_date_outside_its_limits_is_refused(typed, code):
    field = DateField(earliest=date(2026, 1, 1), latest=date(2026, 12, 31))
    with pytest.raises(forms.ValidationError) as refusal:
        field.clean(typed)
    assert refusal.value.code == code


def test_limits_are_inclusive_and_reach_the_browser():
    field = DateField(earliest=date(2026, 1, 1), latest=date(2026, 12, 31))
    assert [field.clean("2026-01-01"), field.clean("2026-12-31")] == [date(2026, 1, 1), date(2026, 12, 31)]
    assert (field.widget.attrs["min"], field.widget.attrs["max"]) == ("2026-01-01", "2026-12-31")
