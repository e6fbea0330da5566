"""Stays made by hand for the tests of the arithmetic."""

from datetime import date
from decimal import Decimal

from avhopp.kernel import periods
from avhopp.kernel.periods import Period
from placements.costs import PricePeriod, Stay

FOREVER = Period(date(2000, 1, 1), date(2100, 1, 1))
MARCH = periods.month(2022, 3)


def stay(*prices: tuple[date, date | None, int | str], **changes: object) -> Stay:
    """A stay from the first price's first night to the last price's end."""
    rows = tuple(PricePeriod(start, end, Decimal(rate)) for start, end, rate in prices)
    values = {"key": "L1", "start": rows[0].start, "end": rows[-1].end, "prices": rows} | changes
    return Stay(**values)
