"""The cast of the demonstration: always the same ten people."""

from dataclasses import dataclass

from django.db.models import QuerySet

from avhopp.access.roles import POLICE_ROLES
from avhopp.accounts.models import User

DEMO_CODE = "0099"  # no municipality has it
DEMO_PASSWORD = "avhopp-demo-2026"


@dataclass(frozen=True)
class Actor:
    handle: str
    name: str
    title: str
    does: str


CAST = [
    Actor("asta", "Asta Ek", "Socialsekreterare", "handlägger ärenden"),
    Actor("bo", "Bo Lind", "Enhetschef", "leder enheten och godkänner rapporten"),
    Actor("cleo", "Cleo Norr", "Socialsekreterare", "arbetar på en annan enhet och ser inte Astas ärenden"),
    Actor("siri", "Siri Berg", "Avhopparsamordnare", "samordnar med polisen och följer verksamheten"),
    Actor("eskil", "Eskil Strand", "Ekonom", "följer kostnader och budget"),
    Actor("nils", "Nils Åker", "Nämndsekreterare", "för rapporten till nämnden"),
    Actor("lova", "Lova Sjö", "Logggranskare", "granskar vem som läst vad"),
    Actor("eva", "Eva Hed", "Systemförvaltare", "sköter konton och ser inga ärenden"),
    Actor("dag", "Dag Polis", "Polis, LPO", "ser det som lämnats ut till LPO"),
    Actor("nora", "Nora Polis", "Polis, NOA", "ser det som lämnats ut till NOA"),
]


def demo_users() -> QuerySet[User]:
    """The demo accounts of the social services' part, in the order of the cast."""
    cast = User.objects.filter(handle__in=[a.handle for a in CAST]).exclude(role__in=POLICE_ROLES)
    return cast.filter(municipality__is_demo=True, is_active=True)
