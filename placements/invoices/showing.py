"""What of an invoice a reader is shown: whose provider by name and whose by code, and which texts."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from placements.invoices.models import Invoice, InvoiceLine
from placements.models import Provider
from placements.showing import coded_cases


def provider_names(
    invoices: Sequence[Invoice], lines: Mapping[UUID, Sequence[InvoiceLine]], user: User
) -> dict[UUID, str]:
    """The provider of each invoice: by its code where a line is for somebody who is protected, to whoever may
    not see the person (DOMAIN.md 3.2, note 10). Needs the provider; `lines` as from `cases_of`.
    """
    hidden = frozenset() if may_in_general(user, Can.SEE_PERSON) else coded_cases()
    return {
        row.pk: code_of(row.provider)
        if any(line.case_id in hidden for line in lines[row.pk])
        else row.provider.name
        for row in invoices
    }


def code_of(provider: Provider) -> str:
    """What stands for the name, as on the stay's page."""
    return f"Utförare {provider.code}" if provider.code else "Skyddad plats"


def cases_of(invoices: Iterable[Invoice], user: User) -> dict[UUID, list[InvoiceLine]]:
    """The visible lines of each invoice, with their cases: one query."""
    found: dict[UUID, list[InvoiceLine]] = {row.pk: [] for row in invoices}
    rows = InvoiceLine.objects.visible_to(user).of_invoices(*found).select_related("case")
    for line in rows.order_by("position", "id"):
        found[line.invoice_id].append(line)
    return found


def may_read_texts(user: User) -> bool:
    """Whether the texts that the provider wrote are shown: they may name a person."""
    return may_in_general(user, Can.SEE_PERSON)
