"""How a place was found, in a file: kept with every step, once, told on the pages, and no figure changes."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.accounts.models import Municipality
from avhopp.audit.models import Event
from cases.models import Case
from placements.procurement.actions.asking import Wish, write_inquiry
from placements.procurement.actions.choosing import choose_offer
from placements.procurement.models import Inquiry, Offer
from reports.management.commands.load_scenario import LABELS
from reports.scenario.document import LISTS
from reports.scenario.loading import load
from reports.scenario.normal import REASON_UNKNOWN, as_stored
from reports.scenario.stored import stored_scenario
from tests.cast import BACKEND
from tests.markup import words
from tests.scenarios.files import add, as_bytes, golden, put, read
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
from tests.scenarios.loaded import AT, account, importer, seen

STEPS = [
    ("2021-04-21", "forfragan", "Förfrågan {} om plats skrevs."),
    ("2021-04-21", "utforare_tillfragade", "En utförare tillfrågades i förfrågan {}."),
    ("2021-04-22", "utforare_tillfragade", "2 utförare tillfrågades i förfrågan {}."),
    ("2021-04-23", "offert", "En utförare erbjöd en plats i förfrågan {}."),
    ("2021-04-24", "offert", "En utförare erbjöd en plats i förfrågan {}."),
    ("2021-04-25", "offert", "En utförare tackade nej i förfrågan {}."),
    ("2021-04-26", "plats_vald", "En plats utanför ramavtal valdes i förfrågan {}."),
    ("2021-04-27", "plats_godkand", "Platsen utanför ramavtal i förfrågan {} godkändes till 1 maj 2022."),
    ("2021-05-01", "forfragan_placerad", "Förfrågan {} ledde till en placering."),
]
CLOSED = (put("cases[1].closed", "2022-11-01"), put("cases[1].closing_reason", "gatt_i_mal"))


def browser(handle):
    client = Client()
    client.force_login(account(handle), backend=BACKEND)
    return client


# What is kept


def test_every_step_is_kept(db):
    assert taken(INQUIRY).added["inquiries"] == 1
    with acting(importer()):
        row = Inquiry.objects.select_related("chosen__provider", "placement", "case").get()
        assert (row.case.ref, row.kind, f"{row.made_on}", row.made_by) == (
            "A2", "hvb", "2021-04-21", account("asta")
        )  # fmt: skip
        assert row.needs == ["skyddat_lage", "samtalsstod"]
        assert (f"{row.start_from}", f"{row.start_to}", row.months) == ("2021-05-01", "2021-05-15", 12)
        assert (row.age_span, row.county, row.text) == ("25_34", "utanfor_lanet", "Personen behöver lugn.")
        assert (row.chosen.provider.ref, row.chosen_by, f"{row.chosen_on}", row.choice_reason) == (
            "hvb-syd", account("asta"), "2021-04-26", "Rätt målgrupp"
        )  # fmt: skip
        assert (row.approved_by, f"{row.approved_on}", f"{row.approved_to}") == (
            account("bo"), "2021-04-27", "2022-05-01"
        )  # fmt: skip
        assert row.placement.ref == "L2"
        offers = {one.provider.ref: one for one in Offer.objects.with_place()}
        assert {ref: one.state for ref, one in offers.items()} == {
            "hvb-syd": "erbjuden", "hvb-vast": "erbjuden", "hvb-norr": "nej"
        }  # fmt: skip
        assert {ref: one.agreement and one.agreement.ref for ref, one in offers.items()} == {
            "hvb-syd": None, "hvb-vast": None, "hvb-norr": "ra-norr"
        }  # fmt: skip
        south = offers["hvb-syd"]
        assert (south.rate, f"{south.start}", south.fits, south.distance, south.note) == (
            Decimal(3400), "2021-05-01", True, "grannlan", "Plats direkt"
        )  # fmt: skip
        assert (offers["hvb-vast"].fits, offers["hvb-norr"].rate) == (None, None)


def test_what_is_stored_reads_back_as_the_file(db):
    untold = step("chosen", because=None) | {"case": "A1", "approved": None, "placement": None}
    taken(INQUIRY, untold)
    with acting(importer()):
        found = stored_scenario(Municipality.objects.get(code="0199"))
    rows = as_stored(read(with_inquiries(INQUIRY, untold)), found).inquiries
    assert set(found.inquiries) == set(rows)


def test_a_provider_is_asked_under_the_latest_agreement_in_force(db):
    newer = add("agreements", 0, ref="ra-ny", start="2021-04-21", end=None)
    later = add("agreements", 0, ref="ra-sen", start="2021-04-22", end=None)
    ended = add("agreements", 0, ref="ra-slut", start="2021-04-21", end="2021-04-21")
    taken(INQUIRY, changes=(later, newer, ended))
    with acting(importer()):
        assert Offer.objects.get(provider__ref="hvb-norr").agreement.ref == "ra-ny"


def test_keys_may_be_left_out_when_they_are_empty(db):
    keys = ("case", "kind", "made", "made_by", "age_span", "start_from", "months")
    taken({key: INQUIRY[key] for key in keys})
    with acting(importer()):
        row = Inquiry.objects.get()
        assert (row.county, row.needs, row.text) == ("spelar_ingen_roll", [], "")
        assert row.start_to == row.start_from
        assert not Offer.objects.exists()


def test_each_row_has_one_history_row_and_the_case_its_events(db):
    taken(INQUIRY)
    with acting(importer()):
        for model, number in ((Inquiry, 1), (Offer, 3)):
            rows = model.history.values_list("history_type", "history_user_id", "history_change_reason")
            assert list(rows) == [("+", importer().pk, "Inläst från fil")] * number
        inquiry = Inquiry.objects.get()
        told = Event.objects.filter(object_id=inquiry.pk, case_id=inquiry.case_id)
        assert {one.requires for one in told} == {"see_investigation"}
        assert sorted((f"{one.occurred_on}", one.kind, one.text) for one in told) == sorted(
            (day, kind, text.format(inquiry.code)) for day, kind, text in STEPS
        )


@pytest.mark.parametrize(
    ("handle", "number"), [("asta", 1), ("bo", 1), ("siri", 1), ("cleo", 0), ("eskil", 0), ("dag", 0)]
)
def test_only_who_may_see_the_investigation_sees_it(db, handle, number):
    taken(INQUIRY)
    with acting(account(handle)):
        assert Inquiry.objects.count() == number
        assert Offer.objects.count() == 3 * number


def test_a_rehearsal_leaves_nothing(db, tmp_path):
    file, out = tmp_path / "file.json", StringIO()
    file.write_bytes(as_bytes(with_inquiries(INQUIRY)))
    call_command("load_scenario", file, "--dry-run", stdout=out, stderr=StringIO())
    assert "1 förfrågningar skulle läsas in. Inget sparades." in out.getvalue()
    assert not Municipality.objects.filter(code="0199").exists()
    call_command("load_scenario", file, stdout=out, stderr=StringIO())
    assert out.getvalue().endswith("1 förfrågningar.\n")
    with acting(importer()):
        assert Inquiry.objects.count() == 1


def test_the_command_can_say_how_many_of_every_list():
    assert set(LABELS) == set(LISTS)


def test_the_figures_are_the_same_with_inquiries_as_without(db):
    home = taken(INQUIRY, WAITING | {"case": "A1"}).municipality
    other = load(scenario=read(golden(put("municipality.code", "0188"))), at=AT).municipality
    for month in ("2021-05", "2022-03", "2022-12"):
        assert seen(home, month) == seen(other, month)


# What the pages show


def test_the_page_of_the_inquiry_tells_the_trail(db):
    taken(INQUIRY)
    with acting(importer()):
        inquiry = Inquiry.objects.get()
    page = words(browser("asta").get(reverse("inquiry", args=[inquiry.case_id, inquiry.pk])))
    for said in ("HVB Syd", "HVB Väst", "HVB Norr", "Rätt målgrupp", "Personen behöver lugn.", "Tackade nej",
                 "2021-04-26, Asta", "2021-04-27, Bo", "Får användas till 2022-05-01"):  # fmt: skip
        assert said in page, said
    stay = words(browser("asta").get(reverse("placement", args=[inquiry.case_id, inquiry.placement_id])))
    assert "3 tillfrågade" in stay
    assert inquiry.code in stay


def test_the_trails_of_the_month_count_it(db):
    taken(INQUIRY, WAITING | {"case": "A1"})
    (month,) = browser("siri").get(reverse("trails")).context["page"]
    assert (month.month, month.outside, month.inside, month.asked, month.approved) == (
        date(2021, 4, 1), 1, 0, 3, 1
    )  # fmt: skip
    assert month.amount == 365 * 3000  # what the stay costs, not what was first offered


def test_the_trail_of_a_closed_case_comes_along(db):
    taken(INQUIRY, changes=CLOSED)
    with acting(importer()):
        inquiry = Inquiry.objects.select_related("case").get()
        assert not inquiry.case.is_open
    page = words(browser("asta").get(reverse("inquiry", args=[inquiry.case_id, inquiry.pk])))
    assert "2021-04-27, Bo" in page
    assert not taken(INQUIRY, changes=CLOSED).changed


# Again


def test_twice_changes_nothing(db):
    taken(INQUIRY, WAITING | {"case": "A1"})
    with acting(importer()):
        before = (Inquiry.history.count(), Offer.history.count(), Event.objects.count())
    assert not taken(INQUIRY, WAITING | {"case": "A1"}).changed
    assert not taken().changed
    with acting(importer()):
        assert (Inquiry.history.count(), Offer.history.count(), Event.objects.count()) == before


def test_another_inquiry_is_added_to_what_is_stored(db):
    taken(INQUIRY)
    later = WAITING | {"made": "2022-04-20", "kind": "stodboende", "asked": []}
    assert dict(taken(INQUIRY, later).added) == {"inquiries": 1}
    with acting(importer()):
        assert Inquiry.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "path"),
    [
        (but(months=6), "months"),
        (but(made_by="cleo"), "made_by"),
        (but(needs=["tolk"]), "needs"),
        (but(text="Personen behöver ro."), "text"),
        (first(rate="3500"), "asked[0].rate"),
        (first(fits=False), "asked[0].fits"),
        (last(how="telefon"), "asked[2].how"),
        (last(declined=False, rate="1", start="2021-05-01"), "asked[2].declined"),
        (but(asked=[SAID, DEARER | {"provider": "stod-fri"}]), "asked[1].provider"),
        (step("chosen", because="Billigast"), "chosen.because"),
        (step("approved", to="2022-06-01"), "approved.to"),
    ],
)
def test_a_known_inquiry_with_other_facts_is_refused(db, row, path):
    taken(INQUIRY)
    assert f"inquiries[0].{path}" in faults(row)


def test_a_later_step_is_not_added_to_a_known_inquiry(db):
    taken(WAITING)
    paths = ["inquiries[0].chosen", "inquiries[0].approved", "inquiries[0].placement"]
    assert faults(INQUIRY) == paths
    taken(WAITING)


def test_what_was_done_on_the_pages_since_is_no_contradiction(db):
    silent = WAITING | {"asked": [SAID, {key: NO[key] for key in ("provider", "on", "how")}]}
    taken(silent)
    with acting(account("asta")):
        offer = Offer.objects.select_related("inquiry__case").get(provider__ref="hvb-syd")
        choose_offer(offer=offer, reason="Bäst", by=account("asta"), today=AT.date())
    assert not taken(silent).changed
    assert not taken(silent | {"asked": [SAID | {"note": None, "fits": None}]}).changed
    said = {"provider": "hvb-syd", "by": "asta", "on": "2026-11-21"}
    assert not taken(silent | {"chosen": said}).changed
    assert faults(silent | {"chosen": said | {"because": "Billigast"}}) == ["inquiries[0].chosen.because"]


def test_the_file_tells_either_of_two_that_the_pages_wrote_on_a_day(db):
    taken(WAITING)
    asta = account("asta")
    other = Wish(
        kind="hvb", age_span="25_34", needs=(), start_from=date(2021, 5, 1), start_to=date(2021, 5, 1),
        months=1, county="i_lanet",
    )  # fmt: skip
    with acting(asta):
        case = Case.objects.get(ref="A2")
        write_inquiry(case=case, wish=other, by=asta, today=date(2021, 4, 21))
    assert not taken(WAITING).changed
    plain = {"needs": [], "start_to": None, "months": 1, "county": "i_lanet", "text": None, "asked": None}
    assert not taken(WAITING | plain).changed
    assert faults(WAITING | plain | {"months": 2}) == ["inquiries[0].months"]


# What is missing


def gaps_of(*rows, changes=()):
    return [str(gap) for gap in taken(*rows, changes=changes).gaps if "inquir" in gap.path]


@pytest.mark.parametrize(
    ("row", "missing"),
    [
        (WAITING, []),
        (INQUIRY, ["Saknas: inquiries[0].approved: delegation för godkännandet av platsen"]),
        (but(approved=None), ["Saknas: inquiries[0].approved: godkännande av platsen utanför ramavtal"]),
        (step("chosen", because=None) | {"approved": None, "placement": None},
         ["Saknas: inquiries[0].chosen.because: skäl för valet av plats"]),
        (WAITING | {"asked": [DEARER | {"provider": "stod-fri"}]},
         ["Kontrollera: inquiries[0].asked[0].provider: utföraren är av annat slag än förfrågan"]),
    ],
)  # fmt: skip
def test_what_the_file_does_not_tell_is_listed(db, row, missing):
    assert gaps_of(row) == missing


@pytest.mark.parametrize(
    ("row", "odd"),
    [
        (step("chosen", on="2021-05-02") | {"approved": None},
         "inquiries[0].chosen.on: platsen valdes efter att placeringen började"),
        (step("approved", on="2021-05-02"),
         "inquiries[0].approved.on: platsen godkändes efter att placeringen började"),
        (step("approved", to="2022-04-30"),
         "inquiries[0].approved.to: placeringen varar längre än godkännandet"),
    ],
)  # fmt: skip
def test_what_looks_odd_beside_the_stay_is_listed(db, row, odd):
    assert f"Kontrollera: {odd}" in gaps_of(row)


def test_a_stay_outside_by_a_provider_with_an_agreement_is_odd(db):
    with_one = put("agreements[0].provider", "hvb-syd")
    free = [put(f"placements[{place}].agreement", None) for place in (0, 6, 8)]
    free += [put(f"placements[{place}].outside_reason", "Fullt") for place in (0, 6, 8)]
    found = gaps_of(but(approved=None), changes=(with_one, *free))
    assert found == [
        "Kontrollera: inquiries[0].placement: placeringen är utanför ramavtal, fast utföraren hade ett när "
        "den tillfrågades"
    ]


def test_a_stay_outside_without_a_trail_is_missed_where_the_file_has_trails(db):
    missed = "förfrågan som ledde till platsen utanför ramavtal"
    assert not [gap for gap in load(scenario=read(golden()), at=AT).gaps if missed in gap.text]
    found = [(gap.path, gap.case) for gap in taken(INQUIRY).gaps if missed in gap.text]
    assert found == [
        ("placements[3]", "A2"), ("placements[4]", "A3"), ("placements[5]", "A3"), ("placements[7]", "A4"),
        ("placements[10]", "A8"),
    ]  # fmt: skip


def test_a_reason_that_nobody_told_is_stored_as_that_and_the_case_says_what_is_missing(db):
    row = step("chosen", because=None) | {"approved": None}
    taken(row)
    with acting(importer()):
        inquiry = Inquiry.objects.get()
        assert inquiry.choice_reason == REASON_UNKNOWN
        told = Event.objects.get(
            case_id=inquiry.case_id, kind="saknas_i_inlasning", requires="see_investigation"
        )
        assert "skäl för valet av plats" in told.text
        assert "godkännande av platsen utanför ramavtal" in told.text
    assert not taken(row).changed
