"""Lines that are not charged by the night and look as if they were nights all the same. Pure.

A night that is charged as "annat" is on no night's row: no unique index sees it the second time. The database
asks the same of the amounts (`audit.not_nights_told`), and only this of the provider's words, sealed to it.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import Enum

#: More nights than these in one amount are no sign of a night's price any more.
MOST_NIGHTS = 366
_WORDS = re.compile(
    r"dygn|\bn(a|ä)tt(er|erna|en)?\b|övernatt|vårddag|boendedag|\blogi\b|inackordering", re.IGNORECASE
)


class Sign(Enum):
    """What makes a line look like nights."""

    PRICE = "priset är ett dygnspris på placeringen"
    MULTIPLE = "beloppet är ett antal dygn till placeringens pris"
    WORDS = "texten nämner dygn eller nätter"


def signs(*, text: str, unit_price: Decimal, amount: Decimal, rates: Iterable[Decimal]) -> tuple[Sign, ...]:
    """Why a line that is not nights looks like nights of a stay with these rates; empty when it does not.

    A line of nothing, and one of a credit note, pays nothing and looks like nothing.
    """
    if amount <= 0:
        return ()
    priced = [rate for rate in rates if rate > 0]
    found = []
    if any(unit_price == rate for rate in priced):
        found.append(Sign.PRICE)
    if any(amount % rate == 0 and amount / rate <= MOST_NIGHTS for rate in priced):
        found.append(Sign.MULTIPLE)
    if _WORDS.search(text):
        found.append(Sign.WORDS)
    return tuple(found)
