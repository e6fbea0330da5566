"""Invoices out of files: what is read, and what is refused with a sentence."""

from datetime import date
from decimal import Decimal

import pytest

from avhopp.kernel.refusal import Refused
from placements.invoices.csv_reading import (
    DEPARTURE,
    Columns,
    guessed,
    read_invoices,
    read_table,
)
from placements.invoices.xml_reading import is_xml, read_xml
from tests.placements import invoice_files as files

MARCH = (date(2026, 3, 1), date(2026, 4, 1))


def test_a_peppol_invoice_is_read():
    found = read_xml(files.peppol())
    facts, (line,) = found.facts, found.facts.lines
    assert (found.source, found.seller, found.seller_number) == ("peppol", "Granen AB", "5560004615")
    assert (facts.number, facts.kind, facts.total) == ("F-1", "faktura", Decimal(93_000))
    assert (facts.invoice_date, facts.due) == (date(2026, 4, 1), date(2026, 5, 1))
    assert (facts.period_start, facts.period_end) == MARCH == (line.start, line.end)
    assert (line.quantity, line.unit_price, line.unit) == (Decimal(31), Decimal(3000), "dygn")
    assert line.reference == "AVH-2026-0001"


def test_a_peppol_credit_note_is_below_zero():
    facts = read_xml(files.peppol_credit()).facts
    assert (facts.kind, facts.credited, facts.total) == ("kredit", "F-1", Decimal(-93_000))
    assert [line.amount for line in facts.lines] == [Decimal(-93_000)]
    assert facts.due == facts.invoice_date


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
def test_a_svefaktura_is_read(encoding):
    found = read_xml(files.svefaktura(encoding))
    (line,) = found.facts.lines
    assert (found.source, found.seller, found.seller_number) == (
        "svefaktura",
        "Björken på Ön AB",
        "5560004615",
    )
    assert (line.start, line.end) == MARCH
    assert (line.text, line.reference, line.unit) == ("Dygn på boende", "AVH-2026-0001", "dygn")


def test_a_svefaktura_credits_by_its_code():
    initial = "<InitialInvoiceDocumentReference><ID>S-0</ID></InitialInvoiceDocumentReference>"
    facts = read_xml(files.svefaktura(code="381", initial=initial)).facts
    assert (facts.kind, facts.credited, facts.total) == ("kredit", "S-0", Decimal(-93_000))


EVIL = {
    "billion laughs": (files.with_type(files.LAUGHS, "j"), {"document_type", "broken"}),
    "a file as entity": (files.with_type(files.OUTSIDE, "out"), {"document_type"}),
    "a type from outside": (files.with_type(files.REMOTE), {"document_type"}),
    "a parameter entity": (files.with_type(files.PARAMETER), {"document_type"}),
    "in another encoding": (
        files.with_type(files.OUTSIDE, "out").decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        {"document_type"},
    ),
    "too deep": (files.deep(40), {"too_heavy"}),
    "deeper than the parser goes": (files.deep(400), {"broken"}),
    "too many elements": (files.wide(100_001), {"too_heavy"}),
    "too large": (files.peppol(reference="x" * 5_000_001), {"too_large"}),
    "wrong sums": (files.peppol(total="93000.01"), {"does_not_add_up"}),
    "lines of another sum": (
        files.peppol().replace(b">93000.00<", b">92000.00<", 1), {"lines_do_not_add_up"}
    ),
    "euro": (files.peppol(currency="EUR"), {"currency"}),
    "an amount in euro": (files.peppol().replace(b'"SEK">93000', b'"EUR">93000', 1), {"currency"}),
    "no number": (files.peppol(number=""), {"missing"}),
    "no such day": (files.peppol(due="<cbc:DueDate>2026-02-30</cbc:DueDate>"), {"not_a_date"}),
    "infinity": (files.peppol(total="Infinity"), {"not_an_amount"}),
    "an exponent": (files.peppol(total="1e9"), {"not_an_amount"}),
    "parts of an öre": (files.peppol(vat="0.001"), {"not_an_amount"}),
    "cut off": (files.peppol()[:-30], {"broken"}),
    "something else": (b"<html><body/></html>", {"unknown_standard"}),
    "another name space": (files.peppol().replace(b"xsd:Invoice-2", b"xsd:Order-2"), {"unknown_standard"}),
    "nothing": (b"<", {"broken"}),
}  # fmt: skip


@pytest.mark.parametrize("what", EVIL)
def test_what_is_evil_or_wrong_is_refused_with_a_sentence(what):
    content, codes = EVIL[what]
    with pytest.raises(Refused) as refused:
        read_xml(content)
    assert refused.value.code in codes
    assert refused.value.text.endswith(".")
    assert "root:" not in refused.value.text


def test_xml_is_told_from_csv():
    assert all(map(is_xml, (files.peppol(), b"\xef\xbb\xbf<?xml", "<a/>".encode("utf-16"))))
    assert not any(map(is_xml, (b"Faktura;Belopp", b"", b"1;<b>")))


CSV = (
    "Fakturanr;Fakturadatum;Förfallodatum;Er referens;Från;Till;Antal;À-pris;Belopp\r\n"
    "F-1;2026-04-01;2026-05-01;AVH-2026-0001;2026-03-01;2026-03-31;31;3 000,00;93 000,00\r\n"
    "F-1;2026-04-01;2026-05-01;AVH-2026-0002;2026-03-01;2026-03-10;10;1500;15000\r\n"
    "F-2;2026-04-01;2026-05-01;AVH-2026-0003;2026-03-01;2026-03-01;1;1 500,50;1 500,50\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_a_csv_file_is_read(encoding, sign):
    table = read_table(CSV.replace(";", sign).encode(encoding))
    assert table.delimiter == sign
    columns = guessed(table)
    assert columns["reference"] == "Er referens"
    read = read_invoices(table, Columns(columns))
    assert read.errors == ()
    one, two = read.invoices
    assert (one.number, one.total, len(one.lines)) == ("F-1", Decimal(108_000), 2)
    assert (two.total, two.lines[0].unit_price) == (Decimal("1500.50"), Decimal("1500.50"))
    assert (one.lines[0].start, one.lines[0].end) == MARCH


def test_the_last_date_can_be_the_departure():
    table = read_table(CSV.replace("2026-03-31", "2026-04-01").replace("03-10", "03-11").encode())
    read = read_invoices(table, Columns(guessed(table), last_is=DEPARTURE))
    assert [error.row for error in read.errors] == [4]  # one night that departs the day it came
    assert "före" in read.errors[0].text


def test_american_dates_and_points():
    text = 'invoice,invoicedate,duedate,amount\nA1,03/31/2026,04/30/2026,"1,234.50"\n'
    table = read_table(text.encode())
    read = read_invoices(table, Columns(guessed(table), dates="%m/%d/%Y", decimals="."))
    (invoice,) = read.invoices
    assert (invoice.total, invoice.lines[0].unit) == (Decimal("1234.50"), "annat")


def test_every_bad_row_has_its_error_and_nothing_is_read():
    text = CSV + "F-3;2026-13-01;;x;2026-03-05;2026-03-01;x;1;tusen\r\n"
    table = read_table(text.encode())
    read = read_invoices(table, Columns(guessed(table)))
    assert read.invoices == ()
    assert {(error.row, error.column) for error in read.errors} == {
        (5, "Fakturadatum"), (5, "Förfallodag"), (5, "Antal dygn"), (5, "Radens belopp utan moms"),
        (5, "Sista dygnet"),
    }  # fmt: skip


def test_a_credit_note_in_a_csv_file_names_what_it_credits():
    head = "nummer;datum;förfaller;belopp;krediterar\n"
    table = read_table(f"{head}K1;2026-04-01;2026-04-01;-500;F-1\n".encode())
    (credit,) = read_invoices(table, Columns(guessed(table))).invoices
    assert (credit.kind, credit.credited, credit.total) == ("kredit", "F-1", Decimal(-500))
    table = read_table(f"{head}K1;2026-04-01;2026-04-01;-500;\n".encode())
    assert "krediterar" in read_invoices(table, Columns(guessed(table))).errors[0].text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"), (b" \n", "empty"), (b"x" * 1_000_001, "too_large"), (b"a;b\n", "no_columns"),
        (b"a\nb\n", "no_columns"), (b"a;b\n\x00;1\n", "not_text"), (b'a;b\n"1;2\n', "not_text"),
        (b"a;b\n" + b"1;2\n" * 5001, "too_many_rows"), (b"a" + b";a" * 70 + b"\n1\n", "too_many_columns"),
        (b"\xff\xfea", "not_text"),
    ],
)  # fmt: skip
def test_what_is_no_csv_file_is_refused(content, code):
    with pytest.raises(Refused) as refused:
        read_table(content)
    assert refused.value.code == code
