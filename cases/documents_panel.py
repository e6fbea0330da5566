"""The case page's panel of documents: the latest, of the kinds that the reader may see."""

from datetime import date
from typing import Any

from django.urls import reverse

from avhopp.access.policy import may
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from cases.models import Case, Document
from cases.panels import Brief, Panel
from cases.together import Found, Parts, Rows

SHOWN = 5


def document_rows(case: Case, user: User) -> Parts:
    """One more than is shown, to know whether there are more."""
    found = Document.objects.visible_to(user).filter(case=case).current()
    return {"documents": Rows(found[: SHOWN + 1], {"added_by": ("name",)})}


def load_documents(case: Case, user: User, today: date, found: Found) -> dict[str, Any]:
    documents = found["documents"]
    can_add = case.is_open and may(user, Can.WRITE_DOCUMENTS, case)
    links = (("Lägg till en handling", reverse("document_new", args=[case.pk])),) if can_add else ()
    return {
        "brief": None if documents else Brief("Ärendet har inga handlingar som du kan läsa.", links),
        "documents": documents[:SHOWN],
        "more": len(documents) > SHOWN,
        "can_add": can_add,
    }


PANEL = Panel(
    key="handlingar",
    order=60,
    heading="Handlingar",
    can=Can.SEE_DOCUMENTS,
    template="cases/parts/document_panel.html",
    rows=document_rows,
    load=load_documents,
    icon="files",
    page=("Alla handlingar", "documents"),
)
