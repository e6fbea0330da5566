"""The rules of sharing with the police. Pure: values in, an answer or a named refusal out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from avhopp.kernel.periods import add_months
from avhopp.kernel.refusal import Refused
from collaboration.contents import Category

ASSESSMENT_DAYS = 90  # default validity; DOMAIN.md 4.2
ASSESSMENT_WARNING = timedelta(days=14)
RELEASE_DAYS = 90  # longest life of a package; SR-17
CONSENT_MONTHS = 12
CONSENT_WARNING = timedelta(days=30)
HARM_TEST_CHARACTERS = 20


@dataclass(frozen=True)
class Standing:
    """How something stands on a day: a chip's text and tone."""

    code: str
    text: str
    tone: str


def assessment_standing(valid_to: date, today: date, withdrawn: date | None = None) -> Standing:
    """One that has run out, or that the police took back, says so; it never turns into a lower one."""
    if withdrawn is not None:
        return Standing("withdrawn", "Hotbild: återkallad", "danger")
    if valid_to < today:
        return Standing("expired", "Hotbild: utgången", "danger")
    if valid_to <= today + ASSESSMENT_WARNING:
        return Standing("expiring", "Går ut snart", "warning")
    return Standing("valid", "Gäller", "success")


def assessment_end(received: date) -> date:
    """The proposed last day of validity."""
    return received + timedelta(days=ASSESSMENT_DAYS)


def consent_end(start: date) -> date:
    """The proposed last day: twelve months, the last day not counted twice."""
    return add_months(start, CONSENT_MONTHS) - timedelta(days=1)


def needs_second_reading(threat: str, previous: str | None, previous_waits: bool) -> bool:
    """A changed threat level takes a second reader (DOMAIN.md 3.3).

    A version after one that nobody confirmed is not confirmed either: otherwise registering the same level
    twice, or withdrawing in between, would be a way around the reader.
    """
    if previous is None:
        return False
    return threat != previous or previous_waits


def demand_purpose_and_harm_test(purpose: str, harm_test: str) -> None:
    """Raises Refused unless both are stated; the harm test takes at least 20 characters."""
    if not purpose.strip():
        raise Refused("no_purpose", "Skriv vad mottagaren ska ha uppgifterna till.", field="purpose")
    if len(harm_test.strip()) < HARM_TEST_CHARACTERS:
        raise Refused(
            "harm_test_too_short",
            f"Skriv menprövningen med minst {HARM_TEST_CHARACTERS} tecken: vad kan utlämnandet skada, och "
            "varför lämnar du ändå ut uppgifterna?",
            field="harm_test",
        )


def demand_categories(wanted: Collection[str], available: Collection[str]) -> None:
    """Raises Refused unless something is chosen, and everything chosen exists for this recipient."""
    if not wanted:
        raise Refused("no_categories", "Välj minst en uppgift att lämna ut.", field="categories")
    missing = set(wanted) - set(available)
    if missing:
        labels = ", ".join(Category(value).label.lower() for value in sorted(missing))
        raise Refused(
            "nothing_to_release",
            f"Det finns inget att lämna ut till mottagaren om: {labels}. Ta bort det ur valet. En bedömning "
            "lämnas bara tillbaka till den polisenhet som har gjort den.",
            field="categories",
        )


def demand_release_end(last_day: date, today: date, consent_end: date | None) -> None:
    """Raises Refused unless the last day is today or later, within 90 days, and within the consent."""
    if last_day < today:
        raise Refused("ends_in_the_past", "Sista dagen kan inte ha passerat.", field="valid_to")
    if last_day > today + timedelta(days=RELEASE_DAYS):
        raise Refused(
            "too_long",
            f"Ett utlämnande gäller högst {RELEASE_DAYS} dagar. Välj ett tidigare datum.",
            field="valid_to",
        )
    if consent_end is not None and last_day > consent_end:
        raise Refused(
            "longer_than_consent",
            f"Samtycket gäller till och med {consent_end}. Välj det datumet eller ett tidigare.",
            field="valid_to",
        )


def check_days(first: date, every_weeks: int | None, last: date | None) -> list[date]:
    """The days of planned checks: one, or one every so many weeks up to and including `last`.

    Raises:
        Refused: codes `interval_incomplete`, `ends_before_start`, `too_many_checks`.
    """
    if every_weeks is None and last is None:
        return [first]
    if every_weeks is None or last is None:
        raise Refused(
            "interval_incomplete",
            "Ange både hur ofta och till vilket datum, eller ingetdera.",
            field="every_weeks",
        )
    if last < first:
        raise Refused("ends_before_start", "Sista datumet kan inte vara före det första.", field="last")
    days = [
        first + timedelta(weeks=every_weeks * n) for n in range((last - first).days // (7 * every_weeks) + 1)
    ]
    if len(days) > 60:
        raise Refused(
            "too_many_checks", "Det blir fler än 60 slagningar. Planera en kortare tid.", field="last"
        )
    return days
