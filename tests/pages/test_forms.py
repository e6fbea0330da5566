"""Forms: labels, hints and errors belong to their fields; dates and money are read as people write them."""

from datetime import date, time
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django import forms

from avhopp.pages.forms import DateField, MoneyField, TimeField
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


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-21",
        "20261121",
        "2026/11/21",
        "2026.11.21",
        "2026 11 21",
        "2026\u201311\u201321",
        " 2026-11-21 ",
    ],
)
def test_a_date_is_read_as_people_write_it(typed):
    assert DateField().clean(typed) == date(2026, 11, 21)


@pytest.mark.parametrize("typed", ["2026-1-5", "20260105"])
def test_a_date_may_leave_out_zeros(typed):
    assert DateField().clean(typed) == date(2026, 1, 5)


def test_a_date_that_is_none_comes_back_as_it_was_typed():
    html = str(PlacementForm(FAULTY))
    assert 'value="i går"' in html
    assert "Skriv datumet som ÅÅÅÅ-MM-DD, till exempel 2026-11-21." in html


@pytest.mark.parametrize(("typed", "code"), [("21/11/26", "invalid"), ("11/21/2026", "invalid"),
                                             ("2026-02-30", "no_such_day"), ("0226-11-21", "invalid"),
                                             ("2025-12-31", "too_early"), ("2026-11", "invalid"),
                                             ("2027-01-01", "too_late"), ("", "required")])  # fmt: skip
def test_date_outside_its_limits_is_refused(typed, code):
    field = DateField(earliest=date(2026, 1, 1), latest=date(2026, 12, 31))
    with pytest.raises(forms.ValidationError) as refusal:
        field.clean(typed)
    assert refusal.value.code == code


def test_limits_are_inclusive_and_reach_the_browser():
    field = DateField(earliest=date(2026, 1, 1), latest=date(2026, 12, 31))
    assert [field.clean("2026-01-01"), field.clean("2026-12-31")] == [date(2026, 1, 1), date(2026, 12, 31)]
    limits = (field.widget.attrs["data-min"], field.widget.attrs["data-max"])
    assert limits == ("2026-01-01", "2026-12-31")


@pytest.mark.parametrize("typed", ["14:05", "14.05", "1405"])
def test_a_time_is_read_as_people_write_it(typed):
    assert TimeField().clean(typed) == time(14, 5)


@pytest.mark.parametrize("typed", ["25:00", "14:60", "halv tre", "14:5"])
def test_a_time_that_is_none_says_how_to_write_it(typed):
    with pytest.raises(forms.ValidationError) as refusal:
        TimeField().clean(typed)
    assert refusal.value.messages == ["Skriv klockslaget som TT:MM, till exempel 14:05."]


def test_a_time_is_shown_so_that_it_can_be_read_again():
    assert TimeField().widget.format_value(time(9, 5)) == "09:05"


def test_a_calendar_button_belongs_to_each_date():
    page = Page(str(PlacementForm()))
    buttons = [attrs for tag, attrs in page.elements if tag == "button"]
    assert [(one["data-pick"], one["data-for"]) for one in buttons] == [("date", "id_start")]
    assert all(one["aria-label"] for one in buttons)
    assert not any(attrs.get("type") == "date" for _, attrs in page.elements)


class Long(forms.Form):
    question = forms.CharField(label="Vem tog kontakt?", max_length=5, widget=forms.Textarea)
    amount = forms.IntegerField(label="Antal barn", min_value=0)


def test_what_is_wrong_is_said_in_plain_words_after_the_label():
    html = str(Long({"amount": "-1"}))
    assert ">Vem tog kontakt? Det här måste fyllas i.</a>" in html
    assert ">Antal barn: Skriv 0 eller mer.</a>" in html


def test_a_text_that_is_too_long_is_refused_and_never_cut_by_the_browser():
    html = str(Long({"question": "Personen själv", "amount": "x"}))
    assert "Texten får vara högst 5 tecken. Nu är den 14." in html
    assert "Personen själv</textarea>" in html
    assert "maxlength" not in html
    assert "Skriv ett heltal med siffror." in html
