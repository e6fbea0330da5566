"""An inquiry of a file that contradicts itself, or that nobody may have made, is refused with its place."""

from datetime import date

import pytest

from avhopp.access.context import acting
from avhopp.accounts.models import Municipality
from cases.actions.decision import standard_delegation
from cases.models import Case
from placements.procurement.models import Inquiry, Offer
from reports.scenario import loading
from reports.scenario.contradictions import contradictions
from reports.scenario.document import Scenario, ScenarioRefused
from reports.scenario.loading import load
from tests.scenarios.files import add, golden, put, read
from tests.scenarios.inquiries import (
    DEARER,
    INQUIRY,
    NO,
    SAID,
    WAITING,
    but,
    faults,
    first,
    last,
    step,
    taken,
    with_inquiries,
)
from tests.scenarios.loaded import AT, importer, loaded

ROW = "inquiries[0]"
INSIDE = NO | {"declined": False, "rate": "3000", "start": "2021-05-01"}

# The row, and the path that must be named.
FORM = {
    "unknown-key": (but(colour="blue"), "colour"),
    "unknown-key-of-an-answer": (first(colour="blue"), "asked[0].colour"),
    "unknown-key-of-the-choice": (step("chosen", colour="blue"), "chosen.colour"),
    "unknown-key-of-the-approval": (step("approved", because="Ja"), "approved.because"),
    "no-maker": (but(made_by=None), "made_by"),
    "no-last-day": (step("approved", to=None), "approved.to"),
    "no-chooser": (step("chosen", by=None), "chosen.by"),
    "unknown-kind": (but(kind="hotell"), "kind"),
    "unknown-age": (but(age_span="25-34"), "age_span"),
    "unknown-need": (but(needs=["tolk", "lugn"]), "needs[1]"),
    "need-twice": (but(needs=["tolk", "tolk"]), "needs"),
    "needs-are-a-text": (but(needs="tolk"), "needs"),
    "unknown-county": (but(county="skane"), "county"),
    "no-months": (but(months=0), "months"),
    "more-months-than-the-pages-take": (but(months=61), "months"),
    "months-as-text": (but(months="12"), "months"),
    "longer-text-than-the-pages-take": (but(text="x" * 1001), "text"),
    "unknown-how": (first(how="fax"), "asked[0].how"),
    "unknown-distance": (first(distance="nara"), "asked[0].distance"),
    "price-below-zero": (first(rate="-1"), "asked[0].rate"),
    "answer-is-a-text": (but(asked=["hvb-syd"]), "asked[0]"),
}
CONTRADICTIONS = {
    "unknown-case": (but(case="A99"), "case"),
    "unknown-maker": (but(made_by="ingen"), "made_by"),
    "unknown-stay": (but(placement="L99"), "placement"),
    "unknown-provider": (last(provider="okand"), "asked[2].provider"),
    "unknown-chooser": (step("chosen", by="ingen"), "chosen.by"),
    "unknown-approver": (step("approved", by="ingen"), "approved.by"),
    "window-backwards": (but(start_to="2021-04-30"), "start_to"),
    "made-before-the-case": (but(made="2021-03-31"), "made"),
    "asked-twice": (but(asked=[SAID, DEARER, NO, NO]), "asked[3].provider"),
    "two-answers": (but(asked=[SAID, SAID | {"rate": "1"}]), "asked[1].provider"),
    "answer-before-question": (first(answered="2021-04-21"), "asked[0].answered"),
    "answer-without-a-day": (last(answered=None), "asked[2].answered"),
    "price-zero-without-a-day": (
        but(asked=[SAID, DEARER | {"answered": None, "start": None, "rate": 0}]), "asked[1].answered"
    ),
    "misfit-without-a-day": (
        but(asked=[SAID, {"provider": "hvb-norr", "on": "2021-04-21", "how": "brev", "fits": False}]),
        "asked[1].answered",
    ),
    "no-with-a-price": (last(rate="3000"), "asked[2].rate"),
    "no-with-a-day": (last(start="2021-05-01"), "asked[2].start"),
    "offer-without-a-price": (first(rate=None), "asked[0].rate"),
    "offer-without-a-day": (first(start=None), "asked[0].start"),
    "asked-after-the-choice": (last(on="2021-04-27", answered=None, declined=None), "asked[2].on"),
    "answered-after-the-choice": (last(answered="2021-04-27"), "asked[2].answered"),
    "choice-of-somebody-not-asked": (
        step("chosen", provider="stod-fri") | {"placement": None}, "chosen.provider"
    ),
    "choice-of-a-no": (
        step("chosen", provider="hvb-norr") | {"approved": None, "placement": None}, "chosen.provider"
    ),
    "choice-of-silence": (
        but(asked=[{"provider": "hvb-syd", "on": "2021-04-22", "how": "brev"}]), "chosen.provider"
    ),
    "choice-before-the-inquiry": (but(made="2021-04-27"), "chosen.on"),
    "approval-of-nothing": (but(chosen=None, placement=None), "approved"),
    "approval-by-whoever-chose": (step("approved", by="asta"), "approved.by"),
    "approval-before-the-choice": (step("approved", on="2021-04-25"), "approved.on"),
    "approval-that-ends-at-once": (step("approved", to="2021-05-01"), "approved.to"),
    "approval-inside-the-framework": (
        but(asked=[INSIDE], chosen=INQUIRY["chosen"] | {"provider": "hvb-norr"}, placement=None), "approved"
    ),
    "stay-without-a-choice": (but(chosen=None, approved=None), "placement"),
    "stay-of-another-case": (but(placement="L3"), "placement"),
    "stay-at-another-provider": (but(placement="L2b"), "placement"),
    "not-yet-made": (WAITING | {"made": "2026-11-22"}, "made"),
    "not-yet-approved": (step("approved", on="2026-11-22", to="2027-01-01"), "approved.on"),
    "names-a-number": (but(text="Född 19990315-1234"), "text"),
    "names-the-persons-own-number": (but(text="nr 1990.0712.2386"), "text"),
}  # fmt: skip
BAD = FORM | CONTRADICTIONS
#: What takes the day of the load, or the numbers of the person and the case, to be seen.
ASKED_LATER = {"not-yet-made", "not-yet-approved", "names-a-number", "names-the-persons-own-number"}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_inquiry_is_refused_with_its_place(db, name):
    row, path = BAD[name]
    numbered = put("persons[1].identity", "199007122386")
    assert faults(row, changes=(numbered,)) == [f"{ROW}.{path}"]
    assert not Municipality.objects.filter(code="0199").exists()


@pytest.mark.parametrize("name", sorted(CONTRADICTIONS.keys() - ASKED_LATER))
def test_a_contradiction_is_seen_before_anything_is_written(name):
    row, path = CONTRADICTIONS[name]
    scenario = read(with_inquiries(row))
    found = contradictions(scenario, Scenario(municipality=scenario.municipality))
    assert [fault.path for fault in found] == [f"{ROW}.{path}"]


def test_the_same_is_taken_where_nothing_is_wrong(db):
    numbered = put("persons[1].identity", "199007122386")
    assert taken(INQUIRY, changes=(numbered,)).added["inquiries"] == 1


@pytest.mark.parametrize(
    ("late", "path"),
    [
        (WAITING | {"made": "2022-11-02", "asked": []}, "made"),
        (step("chosen", on="2022-11-02") | {"approved": None}, "chosen.on"),
        (step("approved", on="2022-11-02"), "approved.on"),
        (WAITING | {"asked": [NO | {"answered": "2022-11-02"}]}, "asked[0].answered"),
        (WAITING | {"asked": [{"provider": "hvb-norr", "on": "2022-11-02", "how": "brev"}]}, "asked[0].on"),
    ],
)
def test_nothing_is_done_in_a_case_that_is_closed(db, late, path):
    changes = (put("cases[1].closed", "2022-11-01"), put("cases[1].closing_reason", "gatt_i_mal"))
    assert faults(late, changes=changes) == [f"{ROW}.{path}"]


def test_two_inquiries_of_one_file_do_not_lead_to_one_stay():
    scenario = read(with_inquiries(INQUIRY, but(made="2021-04-20")))
    found = contradictions(scenario, Scenario(municipality=scenario.municipality))
    assert [fault.path for fault in found] == ["inquiries[1].placement"]


def test_a_stay_that_a_stored_inquiry_led_to_is_taken():
    known = read(with_inquiries(INQUIRY))
    again = read(with_inquiries(but(made="2021-04-20")))
    assert [fault.path for fault in contradictions(again, known)] == ["inquiries[0].placement"]


def test_one_of_a_kind_on_a_day_and_one_to_a_stay(db):
    assert faults(INQUIRY, WAITING) == ["inquiries[1].made"]
    again = but(made="2021-04-20", asked=[SAID], chosen=INQUIRY["chosen"])
    assert faults(INQUIRY, again) == ["inquiries[1].placement"]
    taken(INQUIRY)
    assert faults(again) == ["inquiries[0].placement"]


MAY_NOT_PLACE = ["bo", "siri", "eskil", "nils", "lova", "eva", "dag"]
MAY_NOT_DECIDE = ["siri", "eskil", "nils", "lova", "eva", "dag"]


@pytest.mark.parametrize("name", MAY_NOT_PLACE)
def test_whoever_may_not_place_neither_asks_nor_chooses(db, name):
    assert faults(but(made_by=name)) == [f"{ROW}.made_by"]
    row = step("chosen", by=name)
    row["approved"] = row["approved"] | {"by": "cleo"}
    assert faults(row) == [f"{ROW}.chosen.by"]


@pytest.mark.parametrize("name", MAY_NOT_DECIDE)
def test_whoever_may_not_decide_does_not_approve(db, name):
    assert faults(step("approved", by=name)) == [f"{ROW}.approved.by"]


def test_the_delegation_order_of_the_day_is_asked_where_there_is_one(db):
    home = loaded().municipality
    with acting(importer()):
        standard_delegation(home, date(2021, 1, 1))
    missing = "Saknas: inquiries[0].approved: delegation för godkännandet av platsen"
    assert faults(step("approved", by="cleo")) == [f"{ROW}.approved.by"]
    found = taken(INQUIRY)
    assert found.added["inquiries"] == 1
    assert missing not in map(str, found.gaps)


def test_the_text_names_nobody_that_the_database_knows(db):
    loaded()
    with acting(importer()):
        case = Case.objects.select_related("person").get(ref="A2")
        case.person.name = "Alfa Demosson"
        case.person.save()
    for text in ("Alfas syster bor där", f"ärende {case.case_no.replace('-', ' ')}"):
        assert faults(but(text=text)) == [f"{ROW}.text"]
    assert taken(INQUIRY).added["inquiries"] == 1


def test_a_provider_of_another_municipality_is_nobody_here(db):
    there = put("municipality.code", "0188")
    load(scenario=read(golden(there, add("providers", 0, ref="bara-dar"))), at=AT)
    assert faults(last(provider="bara-dar")) == [f"{ROW}.asked[2].provider"]


STOPPED_AT = {
    "window-backwards": "inquiries[0].start_to",
    "approval-by-whoever-chose": "inquiries[0].approved.by",
    "approval-before-the-choice": "inquiries[0].approved",
    "asked-twice": "inquiries[0].asked[3].provider",
    "answer-before-question": "inquiries[0].asked[0].answered",
    "offer-without-a-price": "inquiries[0].asked[0].rate",
    "no-with-a-price": "inquiries[0].asked[2].rate",
    "stay-of-another-case": "$",
}


@pytest.mark.parametrize("name", STOPPED_AT)
def test_the_database_stands_alone(db, monkeypatch, name):
    row, _ = CONTRADICTIONS[name]
    monkeypatch.setattr(loading, "contradictions", lambda scenario, stored: [])
    with pytest.raises(ScenarioRefused) as refusal:
        load(scenario=read(with_inquiries(row)), at=AT)
    assert [fault.path for fault in refusal.value.faults] == [STOPPED_AT[name]]
    assert not Inquiry.objects.exists()
    assert not Offer.objects.exists()
