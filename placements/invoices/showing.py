"""What of an invoice a reader is shown: whose provider by name and whose by code, and which texts."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection

from avhopp.access.policy import may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from placements.invoices.models import Invoice, InvoiceLine

NO_CODE = "Utförare utan kod"


def protected_cases(user: User) -> set[UUID]:
    """Of the cases whose money the acting user sees, those whose person is protected in the register.

    For those who may see the person nothing is hidden, and nothing is asked.
    """
    if may_in_general(user, Can.SEE_PERSON):
        return set()
    with connection.cursor() as cursor:
        cursor.execute("select sec.protected_in_invoices()")
        return {row[0] for row in cursor.fetchall()}


def provider_names(invoices: Sequence[Invoice], user: User) -> dict[UUID, str]:
    """The provider of each invoice: by its code where a line is for somebody who is protected, to whoever may
    not see the person (DOMAIN.md 3.2, note 10). Needs the provider. At most two queries.
    """
    hidden = protected_cases(user)
    coded: set[UUID] = set()
    if hidden:
        rows = InvoiceLine.objects.visible_to(user).of_invoices(*(row.pk for row in invoices))
        coded = set(rows.filter(case_id__in=hidden).order_by().values_list("invoice_id", flat=True))
    return {
        row.pk: (row.provider.code or NO_CODE) if row.pk in coded else row.provider.name for row in invoices
    }


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
