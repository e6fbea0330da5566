"""A range in sentences that a committee member understands, the same on the page and in the report. Pure."""

from decimal import ROUND_HALF_UP, Decimal

from avhopp.kernel.money import NBSP, format_kr, format_percent
from placements.simulation import Basis, Range

MILLION = Decimal(1_000_000)
TEN_THOUSAND = Decimal(10_000)


def outcome_sentence(found: Range) -> str:
    """Where eight of ten outcomes lie."""
    low, high = found.year.p10, found.year.p90
    if found.year.known:
        return f"Årets kostnad blev {about(low, found.budget)}."
    if low == high:
        return f"I minst 8 av 10 tänkbara utfall blir årets kostnad {about(low, found.budget)}."
    return f"I 8 av 10 tänkbara utfall hamnar årets kostnad mellan {between(low, high)}."


def risk_sentence(found: Range) -> str:
    """How likely it is that the budget does not suffice; empty without a budget."""
    if found.exceeds is None or found.budget is None:
        return ""
    budget = f"budgeten på {about(found.budget, found.year.p10 if _is_one(found) else None)}"
    if found.year.known:
        return f"{budget.capitalize()} räckte{' inte' if found.exceeds else ''}."
    return f"Risken att {budget} inte räcker är {percent_words(found.exceeds)}."


def basis_sentence(basis: Basis) -> str:
    """What the range builds on, and how much of it is assumed."""
    stays = f"{_counted(basis.ended, 'avslutad', 'avslutade')} och {basis.ongoing} pågående"
    stays += " vistelse" if basis.ended + basis.ongoing == 1 else " vistelser"
    weight = format_percent(basis.weight, 0).replace("%", "procent")
    months = f"{basis.default_months.normalize():f}".replace(".", ",")
    assumed = f"antagandet att en vistelse varar {months} månader väger {weight}"
    return f"Bygger på {stays}; {assumed}. {arrivals_sentence(basis)}"


def arrivals_sentence(basis: Basis) -> str:
    """Whether new cases are counted with: off until somebody adds them."""
    if not basis.arrivals:
        return "Ärenden som ännu inte finns är inte medräknade."
    expected = f"{basis.arrivals.quantize(Decimal('0.1'), ROUND_HALF_UP).normalize():f}".replace(".", ",")
    return f"Omkring {expected} nya ärenden antas komma under resten av året."


def percent_words(share: Decimal) -> str:
    """A share of many runs in whole per cent, never more certain than it is."""
    if share < Decimal("0.01"):
        return f"mindre än 1{NBSP}procent"
    if share > Decimal("0.99"):
        return f"mer än 99{NBSP}procent"
    return format_percent(share, 0).replace("%", "procent")


def about(amount: Decimal, beside: Decimal | None = None) -> str:
    """The amount in mnkr with one decimal; below two million in kronor, to the nearest ten thousand.

    More exact where the amount would look the same as the one it stands beside.
    """
    if beside is None or beside == amount:
        return _about(amount, 1)
    ways = (lambda one: _about(one, 1), lambda one: _about(one, 2), format_kr)
    return next((way(amount) for way in ways if way(amount) != way(beside)), format_kr(amount, 2))


def _about(amount: Decimal, decimals: int) -> str:
    if amount >= 2 * MILLION:
        return f"{_millions(amount, decimals)}{NBSP}mnkr"
    return format_kr(_rounded(amount))


def _is_one(found: Range) -> bool:
    """Whether one amount says it all."""
    return found.year.p10 == found.year.p90


def between(low: Decimal, high: Decimal) -> str:
    """'4,1 och 5,2 mnkr', with another decimal where one would make them the same."""
    if high < 2 * MILLION:
        return f"{format_kr(_rounded(low)).removesuffix(f'{NBSP}kr')} och {format_kr(_rounded(high))}"
    decimals = 1 if _millions(low, 1) != _millions(high, 1) else 2
    return f"{_millions(low, decimals)} och {_millions(high, decimals)}{NBSP}mnkr"


def _millions(amount: Decimal, decimals: int) -> str:
    return format_kr(amount / MILLION, decimals).removesuffix(f"{NBSP}kr")


def _rounded(amount: Decimal) -> Decimal:
    if amount < TEN_THOUSAND:
        return amount
    return (amount / TEN_THOUSAND).quantize(Decimal(1), ROUND_HALF_UP) * TEN_THOUSAND


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
