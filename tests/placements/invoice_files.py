"""Invoices as files, right and evil: Peppol BIS Billing 3, Svefaktura 1.0."""

PEPPOL = """<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>
 <cbc:ID>{number}</cbc:ID>
 <cbc:IssueDate>2026-04-01</cbc:IssueDate>{due}
 <cbc:{root}TypeCode>{code}</cbc:{root}TypeCode><cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>
 <cbc:BuyerReference>{reference}</cbc:BuyerReference>
 <cac:InvoicePeriod><cbc:StartDate>2026-03-01</cbc:StartDate>
 <cbc:EndDate>2026-03-31</cbc:EndDate></cac:InvoicePeriod>
 {billing}
 <cac:AccountingSupplierParty><cac:Party><cac:PartyLegalEntity>
 <cbc:RegistrationName>Granen AB</cbc:RegistrationName>
 <cbc:CompanyID>556000-4615</cbc:CompanyID></cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
 <cac:TaxTotal><cbc:TaxAmount currencyID="SEK">{vat}</cbc:TaxAmount></cac:TaxTotal>
 <cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="SEK">{net}</cbc:LineExtensionAmount>
 <cbc:PayableRoundingAmount currencyID="SEK">{rounding}</cbc:PayableRoundingAmount>
 <cbc:PayableAmount currencyID="SEK">{total}</cbc:PayableAmount></cac:LegalMonetaryTotal>
 <cac:{root}Line><cbc:ID>1</cbc:ID><cbc:{quantity} unitCode="DAY">31</cbc:{quantity}>
 <cbc:LineExtensionAmount currencyID="SEK">{net}</cbc:LineExtensionAmount>
 <cac:InvoicePeriod><cbc:StartDate>2026-03-01</cbc:StartDate>
 <cbc:EndDate>2026-03-31</cbc:EndDate></cac:InvoicePeriod>
 <cac:Item><cbc:Name>Dygn HVB</cbc:Name>
 <cac:ClassifiedTaxCategory><cbc:Percent>0</cbc:Percent></cac:ClassifiedTaxCategory></cac:Item>
 <cac:Price><cbc:PriceAmount currencyID="SEK">3000</cbc:PriceAmount></cac:Price></cac:{root}Line>
</{root}>"""

USUAL = {
    "root": "Invoice", "number": "F-1", "code": "380", "currency": "SEK", "reference": "AVH-2026-0001",
    "vat": "0.00", "net": "93000.00", "rounding": "0.00", "total": "93000.00", "quantity": "InvoicedQuantity",
    "due": "<cbc:DueDate>2026-05-01</cbc:DueDate>", "billing": "",
}  # fmt: skip


def peppol(**changes: str) -> bytes:
    return PEPPOL.format(**(USUAL | changes)).encode()


def peppol_credit(of: str = "F-1", **changes: str) -> bytes:
    billing = (
        "<cac:BillingReference><cac:InvoiceDocumentReference>"
        f"<cbc:ID>{of}</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>"
    )
    usual = {"root": "CreditNote", "number": "K-1", "code": "381", "quantity": "CreditedQuantity", "due": ""}
    return peppol(**(usual | {"billing": billing} | changes))


SVEFAKTURA = """<?xml version="1.0" encoding="{encoding}"?>
<Invoice xmlns="urn:sfti:documents:BasicInvoice:1:0" xmlns:cac="urn:sfti:CommonAggregateComponents:1:0"
 xmlns:cbc="urn:oasis:names:tc:ubl:CommonBasicComponents:1:0">
 <ID>S-1</ID><cbc:IssueDate>2026-04-01</cbc:IssueDate><InvoiceTypeCode>{code}</InvoiceTypeCode>
 <InvoiceCurrencyCode>SEK</InvoiceCurrencyCode>
 <RequisitionistDocumentReference><cac:ID>AVH-2026-0001</cac:ID></RequisitionistDocumentReference>
 {initial}
 <cac:SellerParty><cac:Party><cac:PartyName><cbc:Name>Björken på Ön AB</cbc:Name></cac:PartyName>
 <cac:PartyTaxScheme><cac:CompanyID>SE556000461501</cac:CompanyID></cac:PartyTaxScheme></cac:Party></cac:SellerParty>
 <cac:PaymentMeans><cbc:DuePaymentDate>2026-05-01</cbc:DuePaymentDate></cac:PaymentMeans>
 <cac:InvoicingPeriod><cbc:StartDateTime>2026-03-01T00:00:00</cbc:StartDateTime>
 <cbc:EndDateTime>2026-03-31T00:00:00</cbc:EndDateTime></cac:InvoicingPeriod>
 <cac:TaxTotal><cbc:TotalTaxAmount amountCurrencyID="SEK">0</cbc:TotalTaxAmount></cac:TaxTotal>
 <cac:LegalTotal><cbc:LineExtensionTotalAmount amountCurrencyID="SEK">{net}</cbc:LineExtensionTotalAmount>
 <cbc:TaxInclusiveTotalAmount amountCurrencyID="SEK">{net}</cbc:TaxInclusiveTotalAmount></cac:LegalTotal>
 <cac:InvoiceLine><cac:ID>1</cac:ID><cbc:InvoicedQuantity quantityUnitCode="dygn">31</cbc:InvoicedQuantity>
 <cbc:LineExtensionAmount amountCurrencyID="SEK">{net}</cbc:LineExtensionAmount>
 <cac:Item><cbc:Description>Dygn på boende</cbc:Description>
 <cac:TaxCategory><cbc:Percent>0</cbc:Percent></cac:TaxCategory>
 <cac:BasePrice><cbc:PriceAmount amountCurrencyID="SEK">3000.00</cbc:PriceAmount></cac:BasePrice></cac:Item>
 </cac:InvoiceLine>
</Invoice>"""


def svefaktura(encoding: str = "UTF-8", code: str = "380", net: str = "93000.00", initial: str = "") -> bytes:
    return SVEFAKTURA.format(encoding=encoding, code=code, net=net, initial=initial).encode(encoding)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE x [<!ENTITY out SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE x SYSTEM "http://203.0.113.9/x.dtd">'
PARAMETER = '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>'


def with_type(doctype: str, entity: str = "") -> bytes:
    """The invoice with a document type in front, and an entity as its number."""
    number = f"&{entity};" if entity else "F-1"
    return peppol(number=number).replace(b'encoding="UTF-8"?>', b'encoding="UTF-8"?>' + doctype.encode())


def deep(levels: int) -> bytes:
    inner = "<cbc:Note>" * levels + "</cbc:Note>" * levels
    return peppol(billing=inner)


def wide(count: int) -> bytes:
    return peppol(billing="<cbc:Note/>" * count)
