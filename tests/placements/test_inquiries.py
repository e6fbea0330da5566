"""Asking providers without saying for whom, comparing what they offer, choosing, approving, placing."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.kernel.periods import add_months
from avhopp.kernel.refusal import Refused
from avhopp.pages.paging import in_order, sorting
from cases.actions.decision import standard_delegation
from placements.actions.agreements import NewPrice, add_price
from placements.models import Placement
from placements.procurement.actions.asking import Answer, Wish, ask_providers, record_offer, write_inquiry
from placements.procurement.actions.choosing import approve_choice, choose_offer
from placements.procurement.models import Inquiry, Offer
from placements.procurement.placing import inquiry_of, offered_terms
from placements.procurement.showing import MonthOfTrails
from placements.procurement.views.inquiries import MONTHS
from placements.procurement.wording import check_names_nobody
from tests.placements.words import count, errors, save


@pytest.fixture
def wish(today):
    return Wish(
        kind="hvb", age_span="25_34", needs=("bemannat_dygnet_runt", "samtalsstod"), start_from=today,
        start_to=today + timedelta(days=14), months=6, county="utanfor_lanet", text="Personen behöver lugn.",
    )  # fmt: skip


@pytest.fixture
def asked(cast, old_case, places, wish, today):
    """Granen, under its agreement, and Tallen, which has none, were asked."""
    with acting(cast.asta):
        inquiry = write_inquiry(case=old_case, wish=wish, by=cast.asta, today=today)
        providers = [places.inside, places.outside]
        ask_providers(
            inquiry=inquiry, providers=providers, how="telefon", on=today, by=cast.asta, today=today
        )
    return inquiry


@pytest.fixture
def offered(cast, asked, today):
    """Tallen has a place at 2 500, Granen at 3 000; gives Tallen's offer."""
    with acting(cast.asta):
        for name, rate in (("Granen", 3000), ("Tallen", 2500)):
            offer = Offer.objects.get(inquiry=asked, provider__name=name)
            answer = Answer(on=today, declined=False, rate=Decimal(rate), start=today, fits=True)
            record_offer(offer=offer, answer=answer, by=cast.asta, today=today)
    return offer


@pytest.fixture
def chosen(cast, offered, today):
    with acting(cast.asta):
        choose_offer(offer=offered, reason="Billigast och passar", by=cast.asta, today=today)
    return offered


@pytest.fixture
def delegation(cast, today):
    with acting(cast.inlasare):
        standard_delegation(cast.municipality, today - timedelta(days=1000))


def approve(cast, inquiry, today, handle="bo", until=None):
    with acting(cast.asta):
        inquiry = Inquiry.objects.select_related("case").get(pk=inquiry.pk)
    user = cast.people[handle]
    with acting(user):
        return approve_choice(inquiry=inquiry, until=until or add_months(today, 4), by=user, today=today)


# What goes out


NAMES = ["Alfa Demosson", "Örjan Åkesson-Lind"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Alfa behöver en plats", "names_the_person"),
        ("DEMOSSON vill bo själv", "names_the_person"),
        ("Örjans syster bor där", "names_the_person"),
        ("åkesson", "names_the_person"),
        ("Har Lind varit hos er?", "names_the_person"),
        ("Född 19990315-1234", "identity_number"),
        ("9903151234", "identity_number"),
        ("990375 - 1234", "identity_number"),
        ("ring 070-123 45 67", "phone_number"),
        ("+46 70 123 45 67", "phone_number"),
        ("08-123 456 78", "phone_number"),
        ("se AVH-2026-0001", "case_number"),
        ("vårt ärende avh-2026-1", "case_number"),
        ("X Y Z 7", "case_number"),
        ("mejla alfa@example.se", "mail_address"),
    ],
)
def test_what_leads_to_the_person_is_refused(text, code):
    names = NAMES if code != "mail_address" else []
    with pytest.raises(Refused) as refused:
        check_names_nobody(text, names=names, numbers=["XYZ7"])
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Personen behöver lugn och ro.",
        "Plats i 12 månader från 2026-11-21.",
        "Högst 3 000 kr per dygn",
        "2026",
    ],
)
def test_what_names_nobody_goes_out(text):
    check_names_nobody(text, names=[*NAMES, "Bo"], numbers=["AVH-2026-0001", ""])


@given(before=st.text(max_size=20), after=st.text(max_size=20), spaces=st.sampled_from(["", " ", "-", " - "]))
def test_an_identity_number_is_found_wherever_it_stands(before, after, spaces):
    text = f"{before} 990315{spaces}1234 {after}"
    with pytest.raises(Refused):
        check_names_nobody(text, names=[], numbers=[])


def test_the_printed_inquiry_has_a_code_of_its_own_and_no_trace_of_the_case(as_, cast, asked, old_case):
    page = as_("asta").get(reverse("inquiry_print", args=[asked.pk])).content.decode()
    with acting(cast.asta):
        name = old_case.person.name
    assert asked.code in page
    assert re.fullmatch(r"F-[A-Z2-9]{8}", asked.code)
    for secret in (old_case.case_no, str(old_case.pk), name.split()[-1]):
        assert secret not in page
    assert "Personen behöver lugn." in page
    printed = page.split("</head>")[1]
    assert "avhopp" not in printed.lower(), "not even what kind of help it is"
    assert "Asta" not in page


def test_a_text_with_the_persons_name_comes_back_with_what_was_typed(as_, cast, old_case, today):
    with acting(cast.asta):
        first, *_ = old_case.person.name.split()
    said = {
        "kind": "hvb", "age_span": "25_34", "start_from": str(today), "start_to": str(today), "months": "6",
        "county": "i_lanet", "text": f"{first} och Påhittad",
    }  # fmt: skip
    response = as_("asta").post(reverse("inquiry_new", args=[old_case.pk]), said)
    assert "personens namn" in errors(response)
    assert "och Påhittad" in response.content.decode()


# Offers


def test_offers_stand_side_by_side_with_the_cheapest_first(as_, asked, offered):
    response = as_("asta").get(reverse("inquiry", args=[asked.case_id, asked.pk]))
    rows = response.context["offers"]
    assert [(row.name, row.is_cheapest, row.where) for row in rows] == [
        ("Tallen", True, "Utanför ramavtal"),
        ("Granen", False, "Inom ramavtal"),
    ]
    assert rows[0].whole.startswith(("452", "455", "457", "460"))  # 181 to 184 nights at 2 500


def test_an_answer_through_the_page(as_, cast, asked, today):
    with acting(cast.asta):
        offer = Offer.objects.get(inquiry=asked, provider__name="Granen")
    page = reverse("offer_answer", args=[asked.case_id, offer.pk])
    said = {"on": str(today), "answer": "erbjuden", "rate": "", "start": str(today), "fits": "ja"}
    assert "priset" in errors(as_("asta").post(page, said))
    assert as_("asta").post(page, said | {"rate": "2 950,50"}).status_code == 302
    with acting(cast.asta):
        offer.refresh_from_db()
    assert (offer.rate, offer.fits, offer.state) == (Decimal("2950.50"), True, "erbjuden")


def test_finance_reads_no_inquiry(as_, asked):
    """It says what the person needs."""
    assert as_("eskil").get(reverse("inquiry", args=[asked.case_id, asked.pk])).status_code in (403, 404)
    assert asked.code not in as_("eskil").get(reverse("case", args=[asked.case_id])).content.decode()


def test_the_case_page_tells_how_far_it_has_come(as_, asked):
    assert asked.code in as_("asta").get(reverse("case", args=[asked.case_id])).content.decode()


# Choice and approval


def test_only_what_is_offered_is_chosen_and_once(cast, asked, offered, today):
    with acting(cast.asta):
        choose_offer(offer=offered, reason="Passar", by=cast.asta, today=today)
        with pytest.raises(Refused, match="already_chosen"):
            choose_offer(offer=offered, reason="Passar", by=cast.asta, today=today)


@pytest.mark.parametrize(
    ("handle", "code"), [("asta", "own_choice"), ("frida", "beyond_delegation"), ("eskil", "not_allowed")]
)
def test_another_person_with_the_right_to_decide_it_approves(
    cast, asked, chosen, delegation, today, handle, code
):
    with pytest.raises(Refused) as refused:
        approve(cast, asked, today, handle)
    assert refused.value.code == code
    assert approve(cast, asked, today).approved_by == cast.bo


def test_the_database_lets_nobody_approve_the_own_choice(cast, asked, chosen, today):
    with acting(cast.asta), pytest.raises(IntegrityError, match="nobody_approves"), transaction.atomic():
        Inquiry.objects.filter(pk=asked.pk).update(
            approved_on=today, approved_by=cast.asta, approved_to=today + timedelta(days=9)
        )


def test_a_place_inside_needs_no_approval(cast, asked, offered, delegation, today):
    with acting(cast.asta):
        inside = Offer.objects.get(inquiry=asked, provider__name="Granen")
        choose_offer(offer=inside, reason="Ramavtal", by=cast.asta, today=today)
    with pytest.raises(Refused, match="inside_framework"):
        approve(cast, asked, today)


# From the choice to the placement


def test_the_chosen_place_is_placed_as_it_was_approved(as_, cast, asked, chosen, delegation, decide, today):
    decision = decide("hvb", outside_framework=True)
    page = f"{reverse('place', args=[asked.case_id])}?forfragan={asked.pk}"
    form = as_("asta").get(page).context["form"]
    filled = {name: form[name].value() for name in form.fields}
    said = {name: "" if value is None else str(value) for name, value in filled.items()}
    said["decision"] = str(decision.pk)
    assert (Decimal(said["rate"]), said["place"]) == (Decimal(2500), f"utan:{chosen.provider_id}")
    assert "godkänna valet" in errors(count(as_("asta"), page, said))
    until = add_months(today, 4)
    approve(cast, asked, today, until=until)
    assert "Välj en avresa senast" in errors(count(as_("asta"), page, said))
    counted = count(as_("asta"), page, said | {"end": until.isoformat()}).content.decode()
    assert f'formaction="{page}"' in counted, "saving must post to the same address, inquiry and all"
    assert save(as_("asta"), page, said | {"end": until.isoformat()}).status_code == 302
    with acting(cast.asta):
        placement = Placement.objects.get(case_id=asked.case_id)
        assert Inquiry.objects.get(pk=asked.pk).placement == placement
    assert (placement.provider_id, placement.end) == (chosen.provider_id, until)
    stay = reverse("placement", args=[placement.case_id, placement.pk])
    assert asked.code in as_("asta").get(stay).content.decode()
    assert "Hur platsen valdes" in as_("asta").get(stay).content.decode()
    assert "Hur platsen valdes" not in as_("eskil").get(stay).content.decode()


@pytest.mark.parametrize(
    ("rate", "level", "later"), [(4500, ":Förstärkt", 4600), (3000, "", None), (4321, "", None)]
)
def test_the_level_whose_price_was_offered_is_chosen(cast, asked, places, today, rate, level, later):
    with acting(cast.siri):
        for days, amount in ((-5, 4500), (30, 4600)):
            price = NewPrice(today + timedelta(days=days), Decimal(amount), level="Förstärkt")
            add_price(agreement=places.agreement, price=price, by=cast.siri, today=today)
    with acting(cast.asta):
        inside = Offer.objects.get(inquiry=asked, provider__name="Granen")
        answer = Answer(today, declined=False, rate=Decimal(rate), start=today)
        inside = record_offer(offer=inside, answer=answer, by=cast.asta, today=today)
        choose_offer(offer=inside, reason="Ramavtal", by=cast.asta, today=today)
        said = offered_terms(inquiry_of(asked.case, cast.asta, str(asked.pk)))
    assert (said["place"], said["rate"]) == (f"ram:{places.agreement.pk}{level}", rate)
    assert said.get("later_rate") == later


def test_the_committees_list_counts_choices_without_persons(as_, cast, asked, chosen, old_case, today):
    response = as_("siri").get(reverse("trails"))
    (month,) = response.context["page"]
    nights = (add_months(today, 6) - today).days
    assert (month.outside, month.inside, month.asked, month.amount) == (1, 0, 2, 2500 * nights)
    page = response.content.decode()
    for secret in (old_case.case_no, asked.code, "Tallen"):
        assert secret not in page


def test_a_colleague_who_lacks_the_case_reads_no_inquiry(as_, cast, asked):
    assert as_("cleo").get(reverse("inquiry", args=[asked.case_id, asked.pk])).status_code == 404
    assert as_("cleo").get(reverse("inquiry_print", args=[asked.pk])).status_code == 404


@pytest.mark.parametrize(("order", "found"), [("", [3, 2, 1]), ("manad", [1, 2, 3]), ("belopp", [2, 3, 1])])
def test_the_committees_list_is_sorted(rf, order, found):
    rows = [
        MonthOfTrails(date(2026, month, 1), month, 0, 0, 0, Decimal(amount))
        for month, amount in ((2, 5), (1, 9), (3, 7))
    ]
    chosen = sorting(MONTHS, rf.get("/", {"ordning": order} if order else {}), default="-manad")
    assert [row.month.month for row in in_order(rows, chosen.order_by)] == found
