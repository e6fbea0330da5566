"""A provider's invoices in a file: taken step by step as on the pages, once, and refused with their place."""

import copy
from collections import Counter
from decimal import Decimal

import pytest

from avhopp.access.context import acting
from placements.invoices.models import AccountRule, Invoice, InvoiceExport, InvoiceLine, PaidNight
from placements.models import Placement
from reports.scenario.document import ScenarioRefused
from reports.scenario.loading import load
from tests.scenarios.files import golden, put, read
from tests.scenarios.loaded import AT, account, seen

RULE = {
    "kind": "hvb", "inside": True, "account": "55410", "cost_centre": "3120", "from": "2021-01-01",
}  # fmt: skip
LINE = {"placement": "L1", "from": "2021-04-01", "to": "2021-05-01", "price": "3000"}
EKONOM, CHEF = "eskil", "bo"
INVOICE = {
    "number": "F-1", "provider": "granen", "date": "2021-05-03", "registered_by": EKONOM, "lines": [LINE],
    "approved": {"by": EKONOM, "on": "2021-05-04"},
    "attested": {"by": CHEF, "on": "2021-05-05"},
    "exported": {"by": EKONOM, "on": "2021-05-10"},
    "paid": {"by": EKONOM, "on": "2021-06-01"},
}  # fmt: skip
CREDIT = {
    "number": "K-1", "provider": "granen", "date": "2021-05-20", "registered_by": EKONOM, "credits": "F-1",
    "lines": [{**LINE, "from": "2021-04-30", "frees_nights": True}],
    "approved": {"by": EKONOM, "on": "2021-05-21"},
}  # fmt: skip


def names(file):
    """The file's own provider of L1, its finance officer and a manager."""
    stay = next(row for row in file["placements"] if row["ref"] == "L1")
    by_role = {row["role"]: row["username"] for row in file["users"]}
    return stay["provider"], by_role["ekonom"], by_role["enhetschef"]


def with_invoices(*invoices, rules=(RULE,)):
    file = golden()
    provider, finance, manager = names(file)
    known = {"granen": provider, EKONOM: finance, CHEF: manager}
    file["account_rules"] = [dict(row) for row in rules]
    file["invoices"] = [renamed(copy.deepcopy(dict(row)), known) for row in invoices]
    return file


def renamed(row, known):
    row["provider"] = known.get(row["provider"], row["provider"])
    row["registered_by"] = known.get(row["registered_by"], row["registered_by"])
    for step in ("approved", "rejected", "attested", "exported", "paid"):
        if row.get(step):
            row[step]["by"] = known.get(row[step]["by"], row[step]["by"])
    return row


def officer():
    return account(names(golden())[1])


def test_every_step_is_taken_by_whom_and_when_the_file_says(db):
    found = load(scenario=read(with_invoices(INVOICE, CREDIT)), at=AT)
    assert (found.added["invoices"], found.added["account_rules"]) == (2, 1)
    with acting(officer()):
        invoice = Invoice.objects.select_related("reviewed_by", "attested_by").get(number="F-1")
        assert (invoice.state, invoice.total, invoice.expected) == ("betald", 90_000, 90_000)
        assert (invoice.reviewed_by.handle, invoice.attested_by.handle) == names(golden())[1:]
        assert (invoice.reviewed_at.date().isoformat(), invoice.paid_on.isoformat()) == (
            "2021-05-04", "2021-06-01"
        )  # fmt: skip
        credit = Invoice.objects.get(number="K-1")
        assert (credit.state, credit.total, credit.credited_id) == ("granskad", Decimal(-3000), invoice.pk)
        nights = Counter(line is None for line in PaidNight.objects.values_list("freed_by", flat=True))
        assert nights == {True: 29, False: 1}
        assert InvoiceExport.objects.get().invoice_count == 1


def test_loading_it_again_changes_nothing(db):
    file = with_invoices(INVOICE, CREDIT)
    load(scenario=read(file), at=AT)
    assert not load(scenario=read(file), at=AT).changed
    with acting(officer()):
        assert (Invoice.objects.count(), AccountRule.objects.count()) == (2, 1)
    later = {"number": "F-2", "date": "2021-06-03", "attested": None, "exported": None, "paid": None,
             "lines": [{**LINE, "from": "2021-05-01", "to": "2021-06-01"}],
             "approved": {"by": EKONOM, "on": "2021-06-04"}}  # fmt: skip
    found = load(scenario=read(with_invoices(INVOICE, CREDIT, INVOICE | later)), at=AT)
    assert found.added["invoices"] == 1
    changed = with_invoices(INVOICE | {"lines": [{**LINE, "price": "3100"}]})
    with pytest.raises(ScenarioRefused) as refusal:
        load(scenario=read(changed), at=AT)
    assert [fault.path for fault in refusal.value.faults] == ["invoices[0].lines"]


def test_the_figures_are_the_same_with_invoices_as_without(db):
    home = load(scenario=read(with_invoices(INVOICE)), at=AT).municipality
    other = load(scenario=read(golden(put("municipality.code", "0188"))), at=AT).municipality
    assert seen(home, "2022-03") == seen(other, "2022-03")


def step(name, **change):
    return INVOICE | {name: INVOICE[name] | change}


BAD = {
    "unknown-step-key": (step("approved", colour="blue"), "invoices[0].approved.colour"),
    "no-registrar": ({**INVOICE, "registered_by": None}, "invoices[0].registered_by"),
    "a-word-that-is-not": ({**INVOICE, "lines": [{**LINE, "kind": "resa"}]}, "invoices[0].lines[0].kind"),
    "no-lines": ({**INVOICE, "lines": []}, "invoices[0].lines"),
    "unknown-stay": ({**INVOICE, "lines": [{**LINE, "placement": "L99"}]}, "invoices[0].lines[0].placement"),
    "unknown-provider": ({**INVOICE, "provider": "okand"}, "invoices[0].provider"),
    "another-provider": (
        {**INVOICE, "lines": [{**LINE, "placement": "L2"}]}, "invoices[0].lines[0].placement"
    ),
    "nights-without-days": ({**INVOICE, "lines": [{**LINE, "to": None}]}, "invoices[0].lines[0].from"),
    "backwards": ({**INVOICE, "lines": [{**LINE, "to": "2021-04-01"}]}, "invoices[0].lines[0].to"),
    "due-before": ({**INVOICE, "due": "2021-05-01"}, "invoices[0].due"),
    "attested-by-the-same": (step("attested", by=EKONOM), "invoices[0].attested.by"),
    "attested-by-nobody": (step("attested", by="ingen"), "invoices[0].attested.by"),
    "attested-before-approved": (step("attested", on="2021-05-03"), "invoices[0].attested.on"),
    "attested-unapproved": ({**INVOICE, "approved": None}, "invoices[0].attested"),
    "approved-before-it-came": (step("approved", on="2021-05-02"), "invoices[0].approved.on"),
    "approved-and-rejected": (
        INVOICE | {"rejected": {"by": EKONOM, "on": "2021-05-04", "because": "Fel"}}, "invoices[0].rejected"
    ),
    "price-above-the-contract": (INVOICE | {"lines": [{**LINE, "price": "3100"}]}, "invoices[0].approved"),
    "a-credit-of-nothing": (CREDIT, "invoices[0]"),
    "frees-without-credit": (
        {**INVOICE, "lines": [{**LINE, "frees_nights": True}]}, "invoices[0].lines[0].frees_nights"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_invoice_is_refused_with_its_place(db, name):
    row, path = BAD[name]
    with pytest.raises(ScenarioRefused) as refusal:
        load(scenario=read(with_invoices(row)), at=AT)
    assert path in [fault.path for fault in refusal.value.faults]
    assert not Placement.objects.exists()


def test_what_the_database_refuses_has_its_place_too(db):
    again = INVOICE | {"number": "F-2", "attested": None, "exported": None, "paid": None}
    again["approved"] = {"by": EKONOM, "on": "2021-05-06", "because": "Dubbelt"}
    for row, path, rules in (
        (again, "invoices[1].approved", (RULE,)),
        (None, "invoices[0].attested", ()),
        (None, "account_rules[1].from", (RULE, RULE | {"from": "2021-06-01"})),
    ):
        rows = [INVOICE, row] if row else [INVOICE]
        with pytest.raises(ScenarioRefused) as refusal:
            load(scenario=read(with_invoices(*rows, rules=rules)), at=AT)
        assert [fault.path for fault in refusal.value.faults] == [path]


def test_an_export_leaves_nothing_behind(db):
    waiting = INVOICE | {"number": "F-2", "exported": None, "paid": None}
    waiting["lines"] = [{**LINE, "from": "2021-05-01", "to": "2021-05-02"}]
    with pytest.raises(ScenarioRefused) as refusal:
        load(scenario=read(with_invoices(INVOICE, waiting)), at=AT)
    assert [fault.path for fault in refusal.value.faults] == ["invoices[1].exported"]


def test_the_lines_are_for_the_stays_that_the_file_says(db):
    load(scenario=read(with_invoices(INVOICE)), at=AT)
    with acting(officer()):
        assert InvoiceLine.objects.get().placement.ref == "L1"
