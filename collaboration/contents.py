"""What a release package says, built in one place. Pure: values in, a dictionary for JSON out.

Nothing but the keys of ALLOWED can leave: never journal, investigation, health, money, children, provider or
place (DOMAIN.md 3.3). There is no field for them here, so there is no way for them to slip in.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import models

FORMAT = 1


class Category(models.TextChoices):
    """Kinds of information that a consent can cover and a release can carry."""

    IDENTITY = "identitet", "Namn och personnummer"
    ASSESSMENT = "hotbild", "Polisens bedömning så som vi registrerat den"
    DECISION = "insats", "Att beslut om insats finns"
    FOLLOW_UP = "uppfoljning", "Nästa gemensamma uppföljning"
    RETURN = "atervandande", "Om återvändande är möjligt"
    CONTACT = "kontakt", "Samordnarens kontaktuppgifter"


@dataclass(frozen=True)
class Identity:
    name: str
    identity_number: str


@dataclass(frozen=True)
class Assessment:
    """The police's own assessment, in the words that we registered."""

    police_unit: str
    registry_no: str
    document_date: date | None
    received: date
    valid_to: date
    version: int
    crime_degree: str
    threat: str
    protection_need: str
    preliminary: bool
    wording: str


@dataclass(frozen=True)
class Withdrawal:
    """That the police took their assessment back, in their own words, as we registered it."""

    withdrawn: date
    registry_no: str
    document_date: date | None
    reason: str


@dataclass(frozen=True)
class DecisionFact:
    """That a decision exists, its day and overall type; never which measure, where or with whom."""

    exists: bool
    decided: date | None = None
    kind: str = ""


@dataclass(frozen=True)
class JointFollowUp:
    planned: date


@dataclass(frozen=True)
class ReturnHome:
    possible: bool


@dataclass(frozen=True)
class Contact:
    function: str
    name: str
    phone: str
    email: str


@dataclass(frozen=True)
class ConsentScope:
    categories: tuple[str, ...]
    purpose: str
    start: date
    end: date


@dataclass(frozen=True)
class Facts:
    """What exists in the case that could be released to one recipient; None where there is nothing."""

    police_reference: str = ""
    identity: Identity | None = None
    assessment: Assessment | None = None
    withdrawal: Withdrawal | None = None  # of that assessment: goes wherever it goes
    decision: DecisionFact | None = None
    follow_up: JointFollowUp | None = None
    return_home: ReturnHome | None = None
    contact: Contact | None = None

    def available(self) -> list[Category]:
        """The categories that there is something to say about."""
        return [category for category, section in SECTIONS.items() if getattr(self, section) is not None]


SECTIONS = {
    Category.IDENTITY: "identity",
    Category.ASSESSMENT: "assessment",
    Category.DECISION: "decision",
    Category.FOLLOW_UP: "follow_up",
    Category.RETURN: "return_home",
    Category.CONTACT: "contact",
}

#: Every key that can stand in a package, by section. A new key here is a decision, not a detail.
ALLOWED: dict[str, frozenset[str]] = {
    "identity": frozenset({"name", "identity_number"}),
    "assessment": frozenset(
        {
            "police_unit", "registry_no", "document_date", "received", "valid_to", "version",
            "crime_degree", "threat", "protection_need", "preliminary", "wording",
        }
    ),
    "withdrawal": frozenset({"withdrawn", "registry_no", "document_date", "reason"}),
    "decision": frozenset({"exists", "decided", "kind"}),
    "follow_up": frozenset({"planned"}),
    "return_home": frozenset({"possible"}),
    "contact": frozenset({"function", "name", "phone", "email"}),
    "consent": frozenset({"categories", "purpose", "start", "end"}),
}  # fmt: skip
ALLOWED_ALONE = frozenset({"format", "police_reference"})


def build_content(
    facts: Facts,
    categories: Collection[str],
    *,
    consent: ConsentScope | None = None,
    hide_names: bool = False,
) -> dict[str, Any]:
    """The content of a package with these categories, ready for JSON.

    With `hide_names` no handler's or coordinator's name leaves, and no e-mail address, which holds the name.

    Raises:
        KeyError: a category that the facts have nothing to say about.
    """
    content: dict[str, Any] = {"format": FORMAT, "police_reference": facts.police_reference}
    for category in sorted(categories):
        section = SECTIONS[Category(category)]
        said = getattr(facts, section)
        if said is None:
            raise KeyError(category)
        content[section] = _plain(asdict(said))
    if "assessment" in content and facts.withdrawal is not None:
        content["withdrawal"] = _plain(asdict(facts.withdrawal))
    if hide_names and "contact" in content:
        content["contact"] |= {"name": "", "email": ""}
    if consent is not None:
        content["consent"] = _plain(asdict(consent))
    _demand_allowed(content)
    return content


def _plain(said: dict[str, Any]) -> dict[str, Any]:
    return {key: _value(value) for key, value in said.items()}


def _value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _demand_allowed(content: dict[str, Any]) -> None:
    for key, said in content.items():
        if key not in ALLOWED_ALONE and frozenset(said) != ALLOWED[key]:
            raise ValueError(f"the section {key} does not have exactly its keys")
