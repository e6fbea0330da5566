"""The invoices' pages: what each role is shown, and the whole way by hand and from files."""

import re
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from urllib.parse import urlencode

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.audit.models import Event, ReadEntry
from cases.models import Person
from placements.invoices.actions import deciding
from placements.invoices.actions.exporting import export_invoices
from placements.invoices.models import ColumnMapping, ImportContent, Invoice, InvoiceExport, InvoiceLine
from placements.invoices.states import FROZEN, InvoiceState
from tests.placements import invoice_files as files
from tests.placements.invoicing import NOW, nights
from tests.placements.words import errors
from tests.repository import test_query_budget as query_budget


@pytest.fixture
def first(desk):
    return desk.stay.start


@pytest.fixture
def protected(desk, cast):
    """The person is protected in the register."""
    with acting(cast.asta):
        person = Person.objects.get(pk=desk.stay.person_id)
        person.protection = "sekretessmarkering"
        person.save(update_fields=["protection"])


def page(response) -> str:
    assert response.status_code == 200
    return response.content.decode().replace("\u00a0", " ")


def typed(desk, first, **more):
    """The form as Eskil fills it in."""
    last = first + timedelta(days=2)
    return {
        "provider": desk.provider.pk, "kind": "faktura", "number": "F-1", "credited": "",
        "invoice_date": last, "due": last + timedelta(days=30), "period_start": first, "period_last": last,
        "net": "9 000", "vat": "0", "rounding": "0", "total": "9 000,00",
        "rader-TOTAL_FORMS": "2", "rader-INITIAL_FORMS": "0",
        "rader-0-reference": desk.stay.case.case_no, "rader-0-unit": "dygn", "rader-0-first": first,
        "rader-0-last": last, "rader-0-quantity": "3", "rader-0-unit_price": "3000", "rader-0-amount": "9000",
        "rader-0-text": "", "rader-1-unit": "dygn",
    } | more  # fmt: skip


def test_from_the_form_to_the_file(desk, first, as_, cast):
    desk.rule()
    eskil, bo = as_("eskil"), as_("bo")
    registered = eskil.post(reverse("invoice_new"), typed(desk, first))
    with acting(cast.eskil):
        invoice = Invoice.objects.get()
    assert registered.url == reverse("invoice_match", args=[invoice.pk])
    matching = eskil.get(registered.url)
    assert matching.context["form"]["rad1"].initial == str(desk.stay.pk)
    assert "säker: referensen och tiden stämmer" in page(matching)
    assert eskil.post(registered.url, {"rad1": desk.stay.pk}).status_code == 302
    shown = page(eskil.get(reverse("invoice", args=[invoice.pk])))
    assert "Stämmer" in shown
    assert "Attestera" not in shown
    assert eskil.post(reverse("invoice_approve", args=[invoice.pk]), {}).status_code == 302
    assert "Attestera" not in page(eskil.get(reverse("invoice", args=[invoice.pk])))
    assert "Attestera" in page(bo.get(reverse("invoice", args=[invoice.pk])))
    assert bo.post(reverse("invoice_attest", args=[invoice.pk])).status_code == 302
    assert eskil.post(reverse("export_new"), {"encoding": "cp1252"}).url == reverse("exports")
    with acting(cast.eskil):
        (export,) = InvoiceExport.objects.all()
        assert Invoice.objects.get().state == InvoiceState.EXPORTED
    file = eskil.get(reverse("export_file", args=[export.pk]))
    again = eskil.get(reverse("export_file", args=[export.pk]))
    assert file.content == again.content
    assert "F-1;Faktura" in file.content.decode("cp1252")
    assert "9000,00" in file.content.decode("cp1252")
    assert "attachment" in file["Content-Disposition"]
    assert eskil.post(reverse("invoice_paid", args=[invoice.pk]), {"on": desk.today}).status_code == 302
    with acting(cast.eskil):
        assert Invoice.objects.get().state == InvoiceState.PAID
        assert Event.objects.filter(kind="faktura_fil_hamtad").count() == 2


def test_nothing_is_exported_twice(desk, first, as_):
    desk.rule()
    desk.attest(desk.approved("F-1", nights(first, 3)))
    eskil = as_("eskil")
    assert eskil.post(reverse("export_new"), {"encoding": "utf-8-sig"}).status_code == 302
    again = eskil.post(reverse("export_new"), {"encoding": "utf-8-sig"})
    assert "ingen attesterad faktura" in errors(again)


def test_what_was_typed_is_there_after_a_refusal(desk, first, as_):
    eskil = as_("eskil")
    refused = eskil.post(reverse("invoice_new"), typed(desk, first, total="9 001"))
    assert "öresutjämning" in errors(refused)
    assert 'value="9 001"' in page(refused)
    assert desk.stay.case.case_no in page(refused)
    more = eskil.post(reverse("invoice_new"), typed(desk, first, fler="ja"))
    assert more.context["lines"].total_form_count() == 5
    assert desk.stay.case.case_no in page(more)


def test_the_inbox_counts_sorts_and_finds(desk, first, as_):
    desk.register("F-1", nights(first, 1))
    desk.approved("G-2", nights(first + timedelta(days=5), 3))
    eskil = as_("eskil")
    inbox = eskil.get(reverse("invoices"))
    assert [(tab.label, tab.count) for tab in inbox.context["tabs"]][:3] == [
        ("Att granska", 1), ("Frågor", 0), ("Att attestera", 1)
    ]  # fmt: skip
    assert "Okopplade rader" in page(inbox)
    found = eskil.get(reverse("invoices"), {"lage": "alla", "nummer": "g2"})
    assert [row["invoice"].number for row in found.context["rows"]] == ["G-2"]
    assert desk.stay.case.case_no in page(found)
    queue = eskil.get(reverse("unmatched_lines"))
    assert [row[0].number for row in queue.context["rows"]] == ["F-1"]


def test_the_list_leaves_as_excel_with_a_note_of_it(desk, first, as_, cast):
    desk.approved("=F-1", nights(first, 3))
    file = as_("eskil").get(reverse("invoices_excel"), {"lage": "granskade"})
    sheet = openpyxl.load_workbook(BytesIO(file.content)).active
    cells = [cell.value for cell in sheet[2]]
    assert cells[:4] == ["=F-1", "Faktura", "Granen", desk.stay.case.case_no]
    assert sheet["A2"].data_type == "s"
    assert cells[10:] == [9000, 9000]
    with acting(cast.lova):
        assert ReadEntry.objects.filter(source="export", object_type="invoice").count() == 1


def test_finance_sees_a_code_where_the_person_is_protected(desk, first, as_, protected):
    invoice = desk.approved("F-1", nights(first, 3))
    desk.register("F-2", nights(first, 3))
    listed = {"lage": "alla"}
    shown = {who: as_(who).get(reverse("invoices"), listed).context["rows"] for who in ("eskil", "siri")}
    names = {who: [row["provider"] for row in rows] for who, rows in shown.items()}
    assert sorted(names["eskil"]) == ["Granen", "Utförare G1"]  # F-2 is not for anybody yet
    assert names["siri"] == ["Granen", "Granen"]
    one = page(as_("eskil").get(reverse("invoice", args=[invoice.pk])))
    assert "Granen" not in one
    assert desk.stay.case.case_no in one


def test_finance_sees_no_text_of_the_provider(desk, first, as_):
    invoice = desk.register("F-1", nights(first, 3, text="Dygn för Nisse Hult", reference="Nisse"))
    desk.match(invoice)
    address = reverse("invoice", args=[invoice.pk])
    assert "Nisse" not in page(as_("eskil").get(address))
    assert "Dygn för Nisse Hult" in page(as_("siri").get(address))


def test_reading_is_logged(desk, first, as_, cast):
    invoice = desk.approved("F-1", nights(first, 3))
    as_("siri").get(reverse("invoice", args=[invoice.pk]))
    with acting(cast.lova):
        kinds = set(ReadEntry.objects.filter(actor_id=cast.siri.pk).values_list("object_type", flat=True))
    assert {"invoice", "invoiceline"} <= kinds


def test_the_differences_are_told_night_by_night(desk, first, as_):
    invoice = desk.register("F-1", nights(first, 3, 3200))
    desk.match(invoice)
    shown = page(as_("eskil").get(reverse("invoice", args=[invoice.pk])))
    assert "Priset är höjt: 3 dygn" in shown
    assert "600,00 kr" in shown
    asked = as_("eskil").post(reverse("invoice_approve", args=[invoice.pk]), {"explanation": ""})
    assert "Skriv varför" in errors(asked)


def test_a_question_waits_for_its_answer(desk, first, as_):
    invoice = desk.register("F-1", nights(first, 3))
    eskil = as_("eskil")
    assert (
        eskil.post(reverse("invoice_ask", args=[invoice.pk]), {"reason": "Vilken placering?"}).status_code
        == 302
    )
    assert "Vilken placering?" in page(eskil.get(reverse("invoice", args=[invoice.pk])))
    assert "Frågan var: Vilken placering?" in page(eskil.get(reverse("invoice_answer", args=[invoice.pk])))
    assert eskil.post(reverse("invoice_answer", args=[invoice.pk])).status_code == 302
    assert desk.fresh(invoice).state == InvoiceState.RECEIVED


@pytest.mark.parametrize("name", ["export_new", "invoices_excel"])
def test_what_leaves_asks_who_it_is(desk, as_, name):
    stale = as_("eskil")
    session = stale.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 0}]
    session.save()
    assert reverse("confirm_identity") in stale.get(reverse(name)).url


def in_every_state(desk, first) -> dict[InvoiceState, str]:
    """An invoice of one night in each state: its number by the state. Bo turns to what Eskil registered."""
    desk.rule()
    made = {
        state: desk.register(f"F-{place}", nights(first + timedelta(days=place), 1))
        for place, state in enumerate(InvoiceState)
    }
    for invoice in made.values():
        desk.match(invoice)
    said = {"today": desk.today, "invoice": made[InvoiceState.QUESTION], "question": "Vilket dygn?"}
    desk.act("eskil", lambda user: deciding.ask_provider(by=user, **said))
    said = {"today": desk.today, "invoice": made[InvoiceState.REJECTED], "reason": "Inte vår"}
    desk.act("eskil", lambda user: deciding.reject_invoice(by=user, **said))
    taken = {"at": NOW, "encoding": "cp1252"}
    for states in ((InvoiceState.EXPORTED, InvoiceState.PAID), (InvoiceState.ATTESTED,)):
        for state in states:
            desk.approve(made[state])
            desk.attest(made[state])
        if InvoiceState.PAID in states:
            desk.act("eskil", lambda user: export_invoices(by=user, **taken))
    desk.approve(made[InvoiceState.APPROVED])
    paid = {"invoice": made[InvoiceState.PAID], "on": desk.today, "today": desk.today}
    desk.act("eskil", lambda user: deciding.mark_paid(by=user, **paid))
    return {state: invoice.number for state, invoice in made.items()}


def states_on_case(as_, desk, who: str) -> dict[str, str]:
    """What the case's card says of each invoice."""
    shown = page(as_(who).get(reverse("case", args=[desk.stay.case_id])))
    card = shown[shown.index("Fakturarader, de senaste dygnen först") :]
    rows = re.findall(r'<tr role="row">(.*?)</tr>', card[: card.index("</table>")], re.DOTALL)[1:]
    numbers = [re.search(r"F-\d", row)[0] for row in rows]
    states = [re.search(r"<span>([^<]*)</span></span>", row)[1] for row in rows]
    return dict(zip(numbers, states, strict=True))


@pytest.mark.parametrize("who", ["eskil", "siri", "bo"])
def test_the_case_tells_how_far_each_of_its_invoices_has_come(desk, first, as_, who):
    numbers = in_every_state(desk, first)
    assert states_on_case(as_, desk, who) == {number: state.label for state, number in numbers.items()}


def test_whoever_does_not_see_the_invoices_is_told_what_is_attested(desk, first, as_):
    numbers = in_every_state(desk, first)
    frozen = {numbers[state] for state in FROZEN}
    assert states_on_case(as_, desk, "asta") == {
        number: "Attesterad" if number in frozen else "Inte attesterad" for number in numbers.values()
    }


def asked(client, address, **said) -> int:
    status, questions = query_budget.asked(client, f"{address}?{urlencode(said)}")
    assert status == 200
    return len(questions)


def test_the_pages_ask_as_much_for_many_as_for_one(desk, first, as_, cast):
    desk.rule()
    client = as_("eskil")
    few = desk.approved("F-1", nights(first, 2))
    desk.attest(few)
    one = {name: asked(client, reverse(name), lage="alla") for name in ("invoices", "unmatched_lines")}
    small = asked(client, reverse("invoice", args=[few.pk]))
    for number in range(2, 8):
        desk.approved(f"F-{number}", nights(first + timedelta(days=3 * number), 2))
    many = desk.register("G-1", *(nights(first + timedelta(days=30 + n), 1) for n in range(20)))
    desk.match(many)
    assert {name: asked(client, reverse(name), lage="alla") for name in one} == one
    assert asked(client, reverse("invoice", args=[many.pk])) <= small <= 15
    assert asked(client, reverse("invoice_match", args=[many.pk])) <= 15
    assert asked(client, reverse("invoice_approve", args=[many.pk])) <= 15


# Files


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("faktura", content)


@pytest.fixture
def csv(desk, first):
    last = first + timedelta(days=2)
    return (
        "Fakturanr;Fakturadatum;Förfallodag;Referens;Från;Till;Antal;À-pris;Belopp;Text\r\n"
        f"F-1;{last};{last};{desk.stay.case.case_no};{first};{last};3;3000;9000,00;Nisse Hult\r\n"
    ).encode()


def told(response) -> dict:
    """What the mapping form proposes, as a browser would send it back."""
    columns = response.context["preview"].columns
    said = {columns.add_prefix(name): columns[name].value() or "" for name in columns.fields}
    return said | {"packed": response.context["packed"], "provider": response.context["provider"].pk}


def test_a_csv_file_is_mapped_shown_and_read_in(desk, first, as_, cast, csv):
    eskil, address = as_("eskil"), reverse("invoice_import")
    mapping = eskil.post(address, {"provider": desk.provider.pk, "file": upload(csv)})
    said = told(mapping)
    assert said["kolumn-number"] == "Fakturanr"
    shown = eskil.post(address, said | {"gor": "visa"})
    assert "Det här läses in" in page(shown)
    with acting(cast.eskil):
        assert not Invoice.objects.exists()
    assert eskil.post(address, said | {"gor": "las_in"}).status_code == 302
    with acting(cast.eskil):
        (invoice,) = Invoice.objects.all()
        assert (invoice.total, invoice.source, invoice.line_count) == (Decimal(9000), "csv", 1)
        assert ColumnMapping.objects.get().said["number"] == "Fakturanr"
    again = eskil.post(address, said | {"gor": "las_in"})
    assert "redan inläst" in page(again)


def test_the_mapping_is_remembered(desk, as_, csv):
    eskil, address = as_("eskil"), reverse("invoice_import")
    said = told(eskil.post(address, {"provider": desk.provider.pk, "file": upload(csv)}))
    eskil.post(address, said | {"kolumn-reference": "Text", "gor": "las_in"})
    other = csv.replace(b"F-1", b"F-2")
    assert (
        told(eskil.post(address, {"provider": desk.provider.pk, "file": upload(other)}))["kolumn-reference"]
        == "Text"
    )


def test_one_bad_row_stops_the_whole_file(desk, as_, cast, csv):
    eskil, address = as_("eskil"), reverse("invoice_import")
    bad = csv + csv.split(b"\r\n")[1].replace(b"F-1", b"F-2").replace(b"9000,00", b"tusen") + b"\r\n"
    said = told(eskil.post(address, {"provider": desk.provider.pk, "file": upload(bad)}))
    shown = page(eskil.post(address, said | {"gor": "las_in"}))
    assert "Skriv beloppet som" in shown
    with acting(cast.eskil):
        assert not Invoice.objects.exists()


def test_a_file_with_a_number_that_is_taken_leaves_nothing(desk, first, as_, cast, csv):
    desk.register("F-2", nights(first, 1))
    row = csv.split(b"\r\n")[1]
    eskil, address = as_("eskil"), reverse("invoice_import")
    both = csv + row.replace(b"F-1", b"f 2") + b"\r\n"
    said = told(eskil.post(address, {"provider": desk.provider.pk, "file": upload(both)}))
    shown = page(eskil.post(address, said | {"gor": "las_in"}))
    assert "Inget ur filen är inläst" in shown
    with acting(cast.eskil):
        assert Invoice.objects.count() == 1
        assert not InvoiceLine.objects.filter(number="F-1").exists()


def test_a_peppol_invoice_is_shown_and_read_in(desk, as_, cast):
    eskil, address = as_("eskil"), reverse("invoice_import")
    shown = eskil.post(address, {"provider": desk.provider.pk, "file": upload(files.peppol())})
    assert "Granen AB 5560004615" in page(shown)
    said = {"provider": desk.provider.pk, "packed": shown.context["packed"], "gor": "las_in"}
    assert eskil.post(address, said).status_code == 302
    with acting(cast.eskil):
        assert Invoice.objects.get().source == "peppol"


@pytest.mark.parametrize("content", [files.with_type(files.LAUGHS, "j"), files.peppol(currency="EUR"), b""])
def test_a_file_that_is_refused_says_why(desk, as_, content):
    shown = as_("eskil").post(
        reverse("invoice_import"), {"provider": desk.provider.pk, "file": upload(content)}
    )
    assert errors(shown)
    assert shown.context["preview"] is None


@pytest.mark.parametrize("packed", ["!", "AAAA", "eJw="])
def test_what_is_packed_wrongly_is_asked_for_again(desk, as_, packed):
    shown = as_("eskil").post(reverse("invoice_import"), {"provider": desk.provider.pk, "packed": packed})
    assert errors(shown)


def test_the_original_opens_for_whoever_sees_every_person(desk, as_, cast, csv):
    eskil, address = as_("eskil"), reverse("invoice_import")
    said = told(eskil.post(address, {"provider": desk.provider.pk, "file": upload(csv)}))
    eskil.post(address, said | {"gor": "las_in"})
    with acting(cast.eskil):
        (invoice,) = Invoice.objects.all()
    original = reverse("invoice_original", args=[invoice.pk])
    assert as_("siri").get(original).status_code == 404  # not matched yet: it may name anybody
    desk.match(invoice)
    assert as_("siri").get(original).content == csv
    assert eskil.get(original).status_code == 404
    with acting(cast.eskil):
        assert not ImportContent.objects.exists()


@pytest.mark.parametrize("count", ["9" * 5000, "-1", "två", ""])
def test_a_count_of_lines_that_no_browser_sends_breaks_nothing(as_, cast, count):
    said = {"fler": "1", "rader-TOTAL_FORMS": count, "rader-INITIAL_FORMS": "0"}
    assert as_("eskil").post(reverse("invoice_new"), said).status_code == 200
