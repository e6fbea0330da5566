"""What the pages of the review show: rows with names and words, the choices above them, and the proof."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from avhopp.access.roles import Can, GrantKind, Role
from avhopp.accounts.models import PoliceUnit, Unit, User
from cases.emergencies import WHAT
from cases.log_review.flags import PORTAL
from cases.log_review.reads import reads_of
from cases.log_review.sampling import Method, digest, draw
from cases.models import LogReview, LogReviewItem

KINDS = dict(GrantKind.choices)
MORE_WHAT = {
    Can.SEE_INTAKE.value: "Aktualisering och förhandsbedömning",
    Can.SEE_HEALTH.value: "Hälsa och beroende",
    Can.SEE_CHILDREN.value: "Barn och familj",
    Can.SEE_REASONS.value: "Skäl för beslut",
    Can.SEE_PLACE.value: "Plats för placering",
    Can.SEE_MONEY.value: "Kostnader",
    Can.SEE_APPLICATION.value: "Ansökan om statliga medel",
    Can.SEE_TASKS.value: "Uppgifter att göra",
    Can.SEE_PROTECTED_CONTACT.value: "Skyddade kontaktuppgifter",
    "list_release": "Listan över utlämnanden, i polisportalen",
}
RIGHTS = {can.value: text for can, text in WHAT.items()} | MORE_WHAT
SEARCHES = {"namn": "namn", "personnummer": "personnummer", "arendenummer": "ärendenummer"}
SHOWN_NUMBERS = 3


@dataclass(frozen=True)
class Row:
    """One drawn read in words. `own` is true for the reads of whoever looks."""

    item: LogReviewItem
    who: str
    role: str
    unit: str
    what: str
    cases: str
    own: bool


@dataclass(frozen=True)
class Proof:
    """Whether the log still gives the draw: the same reads, and by the same seed the same sample."""

    same_reads: bool
    same_sample: bool

    @property
    def holds(self) -> bool:
        return self.same_reads and self.same_sample


def rows_of(items: Iterable[LogReviewItem], user: User) -> list[Row]:
    """Three queries, however many there are."""
    found = list(items)
    names = names_of({item.actor_id for item in found})
    units = units_of({item.unit_id for item in found if item.unit_id})
    return [
        Row(
            item=item,
            who=names.get(item.actor_id, "Kontot finns inte längre"),
            role=Role(item.role).label,
            unit=units.get(item.unit_id, "") if item.unit_id else "",
            what=in_words(item),
            cases=numbers(item.case_nos),
            own=item.actor_id == user.pk,
        )
        for item in found
    ]


def names_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of accounts: who works here is no secret of a case."""
    return dict(User.objects.filter(pk__in=ids).order_by().values_list("pk", "name"))


def units_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of units, our own and the police's."""
    own = Unit.objects.filter(pk__in=ids).order_by().values_list("pk", "name")
    police = PoliceUnit.objects.filter(pk__in=ids).order_by().values_list("pk", "name")
    return dict(own.union(police))


def in_words(item: LogReviewItem) -> str:
    """'Journalen', 'Lista med 12 rader: Personuppgifter', 'Sökning på personnummer, 0 träffar'."""
    what = RIGHTS.get(item.what, "Annat i ärendet")
    if item.searched_by:
        hits = item.shown or 0
        kind = SEARCHES.get(item.searched_by, item.searched_by)
        return f"Sökning på {kind}, {hits} {'träff' if hits == 1 else 'träffar'}"
    if item.shown is not None:
        return f"Lista med {item.shown} {'rad' if item.shown == 1 else 'rader'}: {what}"
    return what


def numbers(case_nos: list[str]) -> str:
    """The first few case numbers, and how many there are besides."""
    more = len(case_nos) - SHOWN_NUMBERS
    first = ", ".join(case_nos[:SHOWN_NUMBERS])
    return f"{first} och {more} till" if more > 0 else first or "–"


def grounds(item: LogReviewItem) -> dict[str, str]:
    """Why the log says that it was open, and which grants the cases had for the reader at that moment."""
    if item.source == PORTAL:
        return {"logged": "Utlämnat till polisenheten", "held": ""}
    named = [KINDS[kind] for kind in item.ground.split(",") if kind in KINDS]
    logged = ", ".join(named) or ("En lista: varje rad för sig" if item.shown is not None else "Rollen")
    held = ", ".join(KINDS[kind] for kind in item.held if kind in KINDS) or "Ingen"
    if item.held and item.unheld:
        held += f"; ingen till {item.unheld} av ärendena"
    return {"logged": logged, "held": held if item.case_nos else ""}


def chosen(review: LogReview, given: Mapping[str, Any]) -> QuerySet:
    """The review's reads that the filter leaves, in their order."""
    items = LogReviewItem.objects.filter(review=review).order_by("number")
    kinds = {
        "nodatkomst": {"is_break_glass": True},
        "polis": {"is_police": True},
        "flaggade": {"is_flagged": True},
        "slump": {"is_flagged": False, "is_break_glass": False, "is_police": False},
    }
    states = {"kvar": "", "ingen": "ingen", "forklaras": "forklaras", "anmarkning": "anmarkning"}
    if given.get("slag"):
        items = items.filter(**kinds[given["slag"]])
    if given.get("flagga"):
        items = items.filter(flags__contains=[given["flagga"]])
    if given.get("enhet"):
        items = items.filter(unit_id=given["enhet"])
    if given.get("lasare"):
        items = items.filter(actor_id=given["lasare"])
    if given.get("lage"):
        items = items.filter(verdict=states[given["lage"]])
    return items


def next_to_mark(review_id: UUID, user: User, after: int = 0) -> LogReviewItem | None:
    """The first read after that number which waits for this auditor, else the first of all."""
    waiting = LogReviewItem.objects.filter(review=review_id).unmarked().not_read_by(user).order_by("number")
    return waiting.filter(number__gt=after).first() or waiting.first()


def managers_for(item: LogReviewItem) -> list[User]:
    """Who can be asked about a read: managers other than the reader, the reader's own unit's first."""
    managers = User.objects.filter(
        municipality=item.municipality_id, role=Role.UNIT_MANAGER, is_active=True
    ).exclude(pk=item.actor_id)
    found = list(managers.select_related("unit"))
    return sorted(found, key=lambda user: user.unit_id != item.unit_id)


def proof_of(review: LogReview) -> Proof:
    """Draw again from the log, by the recorded seed and method, and compare what chance gave."""
    reads = [read.as_read() for read in reads_of(review.month, review.drawn_at).values()]
    again = draw(reads, review.seed, Method(**review.method))
    by_chance = LogReviewItem.objects.filter(review=review, by_chance=True).values_list("read_id", flat=True)
    sample = digest(str(one) for one in by_chance)
    return Proof(
        same_reads=again.sha256 == review.reads_sha256,
        same_sample=digest(one.read.id for one in again.items if one.by_chance) == sample,
    )
