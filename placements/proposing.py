"""The sum that a case's stays give reason to seek. Pure."""

from collections.abc import Iterable
from decimal import Decimal

from avhopp.kernel.money import round_kr
from avhopp.kernel.periods import Period
from placements.costs import NOTHING, Stay, cost


def proposed_amount(stays: Iterable[Stay], period: Period, share: Decimal) -> Decimal:
    """The share (0 to 1) of what stays and plans cost in the period, which has an end; to the öre."""
    return round_kr(share * sum((cost(stay, period) for stay in stays), NOTHING))
