"""What the public report may show of few people (DOMAIN.md 5.4). Pure.

A reader may know one or two of those counted, and the report comes every month. So counts below ten are
shown as intervals, kronor and nights are rounded, and nothing is broken down. What earlier reports said is
not taken into account here.
"""

from decimal import ROUND_HALF_UP, Decimal

from avhopp.kernel.money import NBSP, format_kr

FEW = 5
EXACT_FROM = 10
KR_STEP = 50_000
NIGHT_STEP = 10


def interval(count: int, *, total: bool = False) -> str:
    """'färre än 5', '5–9', or the count itself from ten.

    Only the total row (`total`) tells zero apart: '0', '1–4'. Elsewhere zero is hidden among the few.
    Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError("a count is not negative")
    if count >= EXACT_FROM:
        return f"{count:,}".replace(",", NBSP)
    if count >= FEW:
        return "5–9"
    if not total:
        return "färre än 5"
    return "1–4" if count else "0"


def may_show_amounts(persons: int) -> bool:
    """Whether nights and kronor of so many persons may be shown, rounded.

    With one to four persons a night count divided by the days of the month gives how many they are, and the
    cost is almost one person's.
    """
    return persons == 0 or persons >= FEW


def rounded_kr(amount: Decimal) -> Decimal:
    """Kronor to the nearest 50 000, half away from zero."""
    return (amount / KR_STEP).quantize(Decimal(1), rounding=ROUND_HALF_UP) * KR_STEP


def rounded_nights(count: int) -> int:
    """Nights to the nearest ten, half up."""
    return (count + NIGHT_STEP // 2) // NIGHT_STEP * NIGHT_STEP


def about_kr(amount: Decimal) -> str:
    """'450 000 kr', rounded; a sum that rounds to nothing is 'under 25 000 kr'."""
    near = rounded_kr(amount)
    if near == 0 and amount != 0:
        return f"under {format_kr(KR_STEP // 2)}"
    return format_kr(near)
