"""The keys of a scenario file: how each is read, and what it is when it is left out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports.scenario import values as read
from reports.scenario import vocabulary as words
from reports.scenario.document import (
    AccountRuleRow,
    AgreementRow,
    ApplicationRow,
    AssessmentRow,
    BudgetLineRow,
    CaseRow,
    CheckRow,
    ConsentRow,
    DecisionRow,
    InvoiceRow,
    MunicipalityRow,
    PersonRow,
    PlacementRow,
    PoliceUnitRow,
    ProviderRow,
    ReallocationRow,
    Row,
    UnitRow,
    UserRow,
)  # fmt: skip
from reports.scenario.inquiry_rows import InquiryRow

REQUIRED: Any = object()
LONGEST_NOTE = 1000  # what the pages take of the texts of an inquiry


@dataclass(frozen=True, slots=True)
class Key:
    """How one key is read. Left out, or null, it is `default`; without a default it must be there."""

    read: Callable[[object], Any]
    default: Any = REQUIRED
    name: str | None = None  # the field, where the row calls it something else


KEYS: dict[str, tuple[type[Row], Mapping[str, Key]]] = {
    "municipality": (
        MunicipalityRow,
        {
            "code": Key(read.municipality_code),
            "name": Key(read.text(100)),
            "board": Key(read.text(100)),
            "registry_prefix": Key(read.text(5)),
        },
    ),
    "units": (UnitRow, {"ref": Key(read.ref), "name": Key(read.text(100))}),
    "police_units": (
        PoliceUnitRow,
        {
            "ref": Key(read.ref),
            "name": Key(read.text(100)),
            "kind": Key(read.one_of(words.POLICE_UNIT_KINDS)),
        },
    ),
    "users": (
        UserRow,
        {
            "username": Key(read.username),
            "role": Key(read.one_of(words.USER_ROLES)),
            "unit": Key(read.ref, None),
            "police_unit": Key(read.ref, None),
        },
    ),
    "budget_lines": (
        BudgetLineRow,
        {
            "ref": Key(read.ref),
            "year": Key(read.year),
            "kind": Key(read.one_of(words.BUDGET_KINDS)),
            "amount": Key(read.money(12)),
            "decided": Key(read.day),
            "decision_ref": Key(read.optional_text(200), None),
        },
    ),
    "reallocations": (
        ReallocationRow,
        {
            "ref": Key(read.ref),
            "source": Key(read.ref),
            "target": Key(read.ref),
            "amount": Key(read.money(12)),
            "decided": Key(read.day),
            "decision_ref": Key(read.text(200)),
        },
    ),
    "providers": (
        ProviderRow,
        {"ref": Key(read.ref), "name": Key(read.text(120)), "kind": Key(read.one_of(words.MEASURE_KINDS))},
    ),
    "agreements": (
        AgreementRow,
        {
            "ref": Key(read.ref),
            "provider": Key(read.ref),
            "start": Key(read.day),
            "end": Key(read.day, None),
            "rate": Key(read.money(10)),
            "charges_departure_day": Key(read.truth, False),
        },
    ),
    "persons": (
        PersonRow,
        {
            "ref": Key(read.ref),
            "identity": Key(read.identity, None),
            "birth_year": Key(read.year, None),
            "sex": Key(read.one_of(words.SEXES), "okant"),
            "children": Key(read.children, 0),
            "protection": Key(read.one_of(words.PROTECTION_LEVELS), "ingen"),
        },
    ),
    "cases": (
        CaseRow,
        {
            "ref": Key(read.ref),
            "person": Key(read.ref),
            "unit": Key(read.ref),
            "handler": Key(read.username, None),
            "received": Key(read.day),
            "source": Key(read.one_of(words.SOURCES)),
            "closed": Key(read.day, None),
            "closing_reason": Key(read.one_of(words.CLOSING_REASONS), None),
        },
    ),
    "assessments": (
        AssessmentRow,
        {
            "case": Key(read.ref),
            "police_unit": Key(read.ref),
            "received": Key(read.day),
            "valid_to": Key(read.day),
            "crime_degree": Key(read.one_of(words.CRIME_DEGREES)),
            "threat": Key(read.one_of(words.THREATS)),
            "protection_need": Key(read.one_of(words.PROTECTION_NEEDS)),
            "preliminary": Key(read.truth, False),
        },
    ),
    "consents": (
        ConsentRow,
        {
            "case": Key(read.ref),
            "recipient": Key(read.ref),
            "categories": Key(read.categories),
            "start": Key(read.day),
            "end": Key(read.day),
            "withdrawn": Key(read.day, None),
        },
    ),
    "decisions": (
        DecisionRow,
        {
            "ref": Key(read.ref),
            "case": Key(read.ref),
            "kind": Key(read.one_of(words.MEASURE_KINDS)),
            "decided": Key(read.day),
            "end": Key(read.day, None),
            "enforced": Key(read.day, None),
        },
    ),
    "placements": (
        PlacementRow,
        {
            "ref": Key(read.ref),
            "case": Key(read.ref),
            "decision": Key(read.ref),
            "provider": Key(read.ref),
            "agreement": Key(read.ref, None),
            "outside_reason": Key(read.long_text, ""),
            "planned_start": Key(read.day, None),
            "start": Key(read.day, None),
            "end": Key(read.day, None),
            "moved_from": Key(read.ref, None),
            "prices": Key(read.a_list, ()),
            "absences": Key(read.a_list, ()),
            "end_reason": Key(read.one_of(words.END_REASONS), ""),
            "destination": Key(read.one_of(words.DESTINATIONS), ""),
            "resumption": Key(read.one_of(words.RESUMPTIONS), ""),
            "extensions": Key(read.a_list, ()),
        },
    ),
    "applications": (
        ApplicationRow,
        {
            "ref": Key(read.ref),
            "case": Key(read.ref),
            "sent": Key(read.day),
            "applied": Key(read.money(10)),
            "status": Key(read.one_of(words.APPLICATION_STATUSES)),
            "decided": Key(read.day, None),
            "granted": Key(read.money(10), None),
            "paid": Key(read.money(10), None),
        },
    ),
    "checks": (
        CheckRow,
        {
            "case": Key(read.ref),
            "planned": Key(read.day),
            "done": Key(read.day, None),
            "deviation": Key(read.truth, False),
        },
    ),
    "account_rules": (
        AccountRuleRow,
        {
            "kind": Key(read.one_of(words.MEASURE_KINDS)),
            "inside": Key(read.truth),
            "account": Key(read.code),
            "cost_centre": Key(read.code),
            "operation": Key(read.code, ""),
            "activity": Key(read.code, ""),
            "counterpart": Key(read.code, ""),
            "from": Key(read.day, name="start"),
            "to": Key(read.day, None, name="end"),
        },
    ),
    "invoices": (
        InvoiceRow,
        {
            "number": Key(read.text(40)),
            "provider": Key(read.ref),
            "date": Key(read.day, name="dated"),
            "due": Key(read.day, None),
            "credits": Key(read.text(40), None),
            "registered_by": Key(read.username),
            "lines": Key(read.a_list),
            "approved": Key(read.anything, None),
            "rejected": Key(read.anything, None),
            "attested": Key(read.anything, None),
            "exported": Key(read.anything, None),
            "paid": Key(read.anything, None),
        },
    ),
    "inquiries": (
        InquiryRow,
        {
            "case": Key(read.ref),
            "kind": Key(read.one_of(words.MEASURE_KINDS)),
            "made": Key(read.day),
            "made_by": Key(read.username),
            "age_span": Key(read.one_of(words.AGE_SPANS)),
            "needs": Key(read.several_of(words.NEEDS), ()),
            "start_from": Key(read.day),
            "start_to": Key(read.day, None),
            "months": Key(read.months),
            "county": Key(read.one_of(words.COUNTIES), "spelar_ingen_roll"),
            "text": Key(read.some_text(LONGEST_NOTE), ""),
            "asked": Key(read.a_list, ()),
            "chosen": Key(read.anything, None),
            "approved": Key(read.anything, None),
            "placement": Key(read.ref, None),
        },
    ),
}
RATE_KEYS = {
    "from": Key(read.day, name="start"),
    "to": Key(read.day, None, name="end"),
    "rate": Key(read.money(10)),
}
EXTENSION_KEYS = {
    "kind": Key(read.one_of(words.EXTENSION_KINDS)),
    "made": Key(read.day),
    "reason": Key(read.long_text),
    "from": Key(read.day, None, name="start"),
    "to": Key(read.day, None, name="end"),
    "decision": Key(read.ref, None),
    "authorised": Key(read.truth, None),
}
STEP_KEYS = {
    "by": Key(read.username),
    "on": Key(read.day),
    "because": Key(read.long_text, ""),
}
STEPS = ("approved", "rejected", "attested", "exported", "paid")
LINE_KEYS = {
    "placement": Key(read.ref),
    "price": Key(read.money(10)),
    "from": Key(read.day, None, name="start"),
    "to": Key(read.day, None, name="end"),
    "kind": Key(read.one_of(words.LINE_KINDS), "dygn"),
    "quantity": Key(read.money(6), None),
    "vat": Key(read.money(2), Decimal(0)),
    "text": Key(read.long_text, ""),
    "frees_nights": Key(read.truth, False),
    "not_nights": Key(read.long_text, ""),
}
ASKED_KEYS = {
    "provider": Key(read.ref),
    "on": Key(read.day),
    "how": Key(read.one_of(words.ASKED_HOW)),
    "answered": Key(read.day, None),
    "declined": Key(read.truth, False),
    "rate": Key(read.money(10), None),
    "start": Key(read.day, None),
    "fits": Key(read.truth, None),
    "distance": Key(read.one_of(words.DISTANCES), ""),
    "note": Key(read.some_text(LONGEST_NOTE), ""),
}
CHOSEN_KEYS = {
    "provider": Key(read.ref),
    "by": Key(read.username),
    "on": Key(read.day),
    "because": Key(read.some_text(LONGEST_NOTE), ""),
}
APPROVED_KEYS = {"by": Key(read.username), "on": Key(read.day), "to": Key(read.day)}
