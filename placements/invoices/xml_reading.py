"""Svefaktura 1.0 and Peppol BIS Billing 3 (UBL 2.1 Invoice and CreditNote), with all else off. Pure.

No document type, no entities, nothing fetched, limits of size, depth and number. What is read is what the
file says of itself; whether it is right is asked later (`checking`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from avhopp.kernel.money import round_kr
from avhopp.kernel.periods import ONE_DAY
from avhopp.kernel.refusal import Refused
from placements.costs import NOTHING
from placements.invoices.facts import CREDIT, INVOICE, NIGHT, OTHER, InvoiceFacts, LineFacts

MOST_BYTES, MOST_DEPTH, MOST_ELEMENTS, MOST_TEXT = 5_000_000, 30, 100_000, 1_000
PEPPOL, SVEFAKTURA = "peppol", "svefaktura"
ROOTS = {
    "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice": (PEPPOL, INVOICE),
    "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote": (PEPPOL, CREDIT),
    "{urn:sfti:documents:BasicInvoice:1:0}Invoice": (SVEFAKTURA, INVOICE),
}
#: UN/ECE codes of a day, and what Swedish providers write instead.
DAYS = {"DAY", "DAG", "DYGN", "D"}
CREDIT_CODES = {"381", "396", "261"}


@dataclass(frozen=True, slots=True)
class XmlInvoice:
    """What a file says: the standard, who sent it, and the invoice."""

    source: str
    seller: str
    seller_number: str
    facts: InvoiceFacts


def is_xml(content: bytes) -> bool:
    """Whether the content begins as XML does."""
    head = content[:200].lstrip(b"\xef\xbb\xbf\xff\xfe\xfe\xff \t\r\n\0")
    return head.startswith(b"<")


def read_xml(content: bytes) -> XmlInvoice:
    """The one invoice of the file.

    Raises:
        Refused: too_large, broken, document_type, too_heavy, unknown_standard, missing, not_a_date,
            not_an_amount, currency, allowance, prepaid, does_not_add_up, lines_do_not_add_up.
    """
    root = _parsed(content)
    source, kind = ROOTS.get(str(root.tag), ("", ""))
    if not source:
        raise _no(
            "unknown_standard", "Filen är varken en Svefaktura 1.0 eller en Peppol BIS Billing 3-faktura."
        )
    found = _peppol(root, kind) if source == PEPPOL else _svefaktura(root)
    _check_sums(found.facts)
    return found


def _parsed(content: bytes) -> etree._Element:
    if len(content) > MOST_BYTES:
        raise _no("too_large", "XML-filen är större än 5 MB.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        attribute_defaults=False, huge_tree=False, remove_comments=True, remove_pis=True, recover=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        raise _no(
            "broken", "XML-filen är trasig eller ofullständig. Be utföraren skicka den på nytt."
        ) from None
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None or info.externalDTD is not None:
        raise _no("document_type", "XML-filen har en dokumenttyp (DOCTYPE) och tas inte emot.")
    _check_size(root)
    return root


def _check_size(root: etree._Element) -> None:
    """Depth and number, walked without recursion. An entity that was left alone is no element."""
    waiting, count = [(root, 1)], 0
    while waiting:
        node, depth = waiting.pop()
        count += 1
        if depth > MOST_DEPTH or count > MOST_ELEMENTS or not isinstance(node.tag, str):
            raise _no("too_heavy", "XML-filen är för djupt eller för stort sammansatt för en faktura.")
        waiting += [(child, depth + 1) for child in node]


def _peppol(root: etree._Element, kind: str) -> XmlInvoice:
    kind = CREDIT if _text(root, "InvoiceTypeCode") in CREDIT_CODES else kind
    _check_currency(_text(root, "DocumentCurrencyCode"))
    totals = _one(root, "LegalMonetaryTotal")
    for name in ("AllowanceTotalAmount", "ChargeTotalAmount"):
        if _amount(totals, name, default=NOTHING):
            raise _no(
                "allowance", "Fakturan har rabatt eller avgift på hela beloppet. Registrera den för hand."
            )
    if _amount(totals, "PrepaidAmount", default=NOTHING):
        raise _no("prepaid", "Fakturan är delvis förskottsbetald. Registrera den för hand.")
    words = (_text(root, path) for path in ("BuyerReference", "OrderReference/ID", "AccountingCost"))
    said = " ".join(filter(None, words))
    period = _period(root, "InvoicePeriod", "StartDate", "EndDate")
    name = "CreditNoteLine" if root.tag.endswith("CreditNote") else "InvoiceLine"
    quantity = "CreditedQuantity" if name == "CreditNoteLine" else "InvoicedQuantity"
    lines = [_peppol_line(node, quantity, period, said) for node in _all(root, name)]
    due = _text(root, "DueDate") or _text(root, "PaymentMeans/PaymentDueDate")
    invoice_date = _day(_must(root, "IssueDate"))
    party = "AccountingSupplierParty/Party"
    return XmlInvoice(
        PEPPOL,
        _text(root, f"{party}/PartyLegalEntity/RegistrationName") or _text(root, f"{party}/PartyName/Name"),
        _digits(_text(root, f"{party}/PartyLegalEntity/CompanyID")),
        _facts(
            root, kind, lines, period, invoice_date=invoice_date, due=_day(due) if due else invoice_date,
            net=_amount(totals, "LineExtensionAmount"),
            vat=_amount(root, "TaxTotal/TaxAmount", default=NOTHING),
            rounding=_amount(totals, "PayableRoundingAmount", default=NOTHING),
            total=_amount(totals, "PayableAmount"),
            credited=_text(root, "BillingReference/InvoiceDocumentReference/ID"),
        ),
    )  # fmt: skip


def _peppol_line(
    node: etree._Element, quantity: str, whole: tuple[date, date] | None, said: str
) -> LineFacts:
    own = _period(node, "InvoicePeriod", "StartDate", "EndDate")
    reference = _text(node, "AccountingCost") or _text(node, "DocumentReference/ID") or said
    base = _amount(node, "Price/BaseQuantity", default=Decimal(1), places=6) or Decimal(1)
    texts = (_text(node, "Item/Name"), _text(node, "Item/Description"), _text(node, "Note"))
    return _line(
        node, quantity, own, whole,
        price=round_kr(_amount(node, "Price/PriceAmount", default=NOTHING, places=6) / base),
        vat_rate=_amount(node, "Item/ClassifiedTaxCategory/Percent", default=NOTHING),
        reference=reference, text=" ".join(filter(None, texts)), code="unitCode",
    )  # fmt: skip


def _svefaktura(root: etree._Element) -> XmlInvoice:
    kind = CREDIT if _text(root, "InvoiceTypeCode") in CREDIT_CODES else INVOICE
    _check_currency(_text(root, "InvoiceCurrencyCode") or "SEK")
    totals = _one(root, "LegalTotal")
    said = _text(root, "RequisitionistDocumentReference/ID") or _text(root, "BuyerParty/Party/Contact/Name")
    period = _period(root, "InvoicingPeriod", "StartDateTime", "EndDateTime")
    lines = [_svefaktura_line(node, period, said) for node in _all(root, "InvoiceLine")]
    due = _text(root, "PaymentMeans/DuePaymentDate")
    invoice_date = _day(_must(root, "IssueDate"))
    party = "SellerParty/Party"
    return XmlInvoice(
        SVEFAKTURA,
        _text(root, f"{party}/PartyName/Name"),
        _digits(
            _text(root, f"{party}/PartyTaxScheme/CompanyID") or _text(root, f"{party}/PartyIdentification/ID")
        ),
        _facts(
            root, kind, lines, period, invoice_date=invoice_date, due=_day(due) if due else invoice_date,
            net=_amount(totals, "LineExtensionTotalAmount"),
            vat=_amount(root, "TaxTotal/TotalTaxAmount", default=NOTHING),
            rounding=_amount(totals, "RoundOffAmount", default=NOTHING),
            total=_amount(totals, "TaxInclusiveTotalAmount"),
            credited=_text(root, "InitialInvoiceDocumentReference/ID"),
        ),
    )  # fmt: skip


def _svefaktura_line(node: etree._Element, whole: tuple[date, date] | None, said: str) -> LineFacts:
    texts = (_text(node, "Item/Description"), _text(node, "Note"))
    return _line(
        node, "InvoicedQuantity", _period(node, "InvoicingPeriod", "StartDateTime", "EndDateTime"), whole,
        price=round_kr(_amount(node, "Item/BasePrice/PriceAmount", default=NOTHING, places=6)),
        vat_rate=_amount(node, "Item/TaxCategory/Percent", default=NOTHING),
        reference=said, text=" ".join(filter(None, texts)), code="quantityUnitCode",
    )  # fmt: skip


def _line(
    node: etree._Element,
    quantity: str,
    own: tuple[date, date] | None,
    whole: tuple[date, date] | None,
    *,
    price: Decimal,
    vat_rate: Decimal,
    reference: str,
    text: str,
    code: str,
) -> LineFacts:
    """By the night when it has days, its own or the invoice's, as many as its quantity or said to be days."""
    count = _amount(node, quantity, default=Decimal(1))
    is_days = _one(node, quantity).get(code, "").upper() in DAYS if _all(node, quantity) else False
    days = own or (whole if whole and (whole[1] - whole[0]).days == count else None)
    by_night = days is not None and (is_days or (days[1] - days[0]).days == count)
    return LineFacts(
        quantity=abs(count), unit_price=abs(price), amount=_amount(node, "LineExtensionAmount"),
        unit=NIGHT if by_night else OTHER, start=days[0] if days else None, end=days[1] if days else None,
        text=text, reference=reference, vat_rate=vat_rate,
    )  # fmt: skip


def _facts(
    root: etree._Element, kind: str, lines: list[LineFacts], period: tuple[date, date] | None, **said: object
) -> InvoiceFacts:
    """With the sign of its kind: a credit note's amounts are below zero however it writes them."""
    starts = [line.start for line in lines if line.start]
    ends = [line.end for line in lines if line.end]
    invoice_date = said["invoice_date"]
    assert isinstance(invoice_date, date)
    first, end = period or (
        min(starts, default=invoice_date), max(ends, default=invoice_date + ONE_DAY)
    )  # fmt: skip
    if kind == CREDIT and isinstance(said["total"], Decimal) and said["total"] > 0:
        for name in ("net", "vat", "rounding", "total"):
            said[name] = -said[name]  # type: ignore[operator]
        lines = [
            LineFacts(
                line.quantity, line.unit_price, -line.amount, line.unit, line.start, line.end, line.text,
                line.reference, line.vat_rate,
            )
            for line in lines
        ]  # fmt: skip
    return InvoiceFacts(
        number=_must(root, "ID"), period_start=min([first, *starts]), period_end=max([end, *ends]),
        lines=tuple(lines), kind=kind, **said,  # type: ignore[arg-type]
    )  # fmt: skip


def _check_sums(facts: InvoiceFacts) -> None:
    if sum((line.amount for line in facts.lines), NOTHING) != facts.net:
        raise _no("lines_do_not_add_up", "Radernas belopp blir tillsammans inte fakturans netto.")
    if facts.net + facts.vat + facts.rounding != facts.total:
        raise _no(
            "does_not_add_up", "Netto, moms och öresutjämning blir tillsammans inte beloppet att betala."
        )


def _check_currency(code: str) -> None:
    if code != "SEK":
        raise _no("currency", f"Fakturan är i {code or 'okänd valuta'}. Bara svenska kronor tas emot.")


def _all(node: etree._Element, path: str) -> list[etree._Element]:
    """The elements at the path of local names, whatever their name space."""
    found = [node]
    for name in path.split("/"):
        found = [child for one in found for child in one if etree.QName(child).localname == name]
    return found


def _one(node: etree._Element, path: str) -> etree._Element:
    found = _all(node, path)
    if not found:
        raise _no("missing", f"Fakturan saknar {path.rpartition('/')[2]}. Be utföraren skicka en hel fil.")
    return found[0]


def _texts(node: etree._Element, path: str) -> Iterator[str]:
    for one in _all(node, path):
        yield " ".join((one.text or "").split())[:MOST_TEXT]


def _text(node: etree._Element, path: str) -> str:
    return next(_texts(node, path), "")


def _must(node: etree._Element, path: str) -> str:
    text = _text(node, path)
    if not text:
        raise _no("missing", f"Fakturan saknar {path.rpartition('/')[2]}. Be utföraren skicka en hel fil.")
    return text


def _amount(node: etree._Element, path: str, *, default: Decimal | None = None, places: int = 2) -> Decimal:
    text = _text(node, path)
    if not text and default is not None:
        return default
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not re.fullmatch(rf"[+-]?\d{{1,12}}(\.\d{{1,{places}}}0*)?", text) or not amount.is_finite():
        raise _no("not_an_amount", f"{path.rpartition('/')[2]} är inget belopp i filen.")
    if _currency(node, path) not in ("", "SEK"):
        raise _no("currency", "Ett belopp i filen är i en annan valuta än kronor.")
    return amount


def _currency(node: etree._Element, path: str) -> str:
    """The currency that the amount itself states, if any."""
    found = _all(node, path)
    return (found[0].get("currencyID") or found[0].get("amountCurrencyID") or "") if found else ""


def _period(node: etree._Element, path: str, start: str, end: str) -> tuple[date, date] | None:
    """[first day, the day after the last): in the files the last day is included."""
    found = _all(node, path)
    first, last = (_text(found[0], start), _text(found[0], end)) if found else ("", "")
    if not (first and last):
        return None
    days = _day(first), _day(last) + ONE_DAY
    if days[1] <= days[0]:
        raise _no("not_a_date", "En period i filen slutar före den börjar.")
    return days


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise _no("not_a_date", "Ett datum i filen går inte att läsa.") from None


def _digits(text: str) -> str:
    """An organisation number's ten digits, also out of a VAT number (SE, ten digits, 01)."""
    found = "".join(one for one in text if one.isdecimal())
    return found[:10] if text.upper().startswith("SE") and len(found) == 12 else found[-10:]


def _no(code: str, text: str) -> Refused:
    return Refused(code, text, field="file")
