"""Kronor: exact amounts, rounded once, read and written the Swedish way (DOMAIN.md section 6)."""

import re
from decimal import ROUND_HALF_UP, Decimal

from avhopp.kernel.refusal import Refused

NBSP = "\u00a0"
MINUS = "\u2212"
MILLION = 1_000_000
MAX_WHOLE_DIGITS = 12  # the database stores numeric(14, 2)

_TYPED_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2009\u202f", " "))
_TYPED_AMOUNT = re.compile(
    r"(?P<minus>[-\u2212] ?)?"
    r"(?P<kronor>[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)"
    r"(?:[.,](?P<ore>[0-9]+))?"
    r"(?: ?kr)?",
    re.IGNORECASE,
)


def round_kr(amount: Decimal | int) -> Decimal:
    """The amount in kronor with two decimals, half up (a half goes away from zero, also below it).

    Round once, at the end of a calculation. Raises TypeError for a float, ValueError for NaN or infinity.
    """
    return _round(amount, 2)


def format_kr(amount: Decimal | int, decimals: int = 0) -> str:
    """'1 234 567 kr', with spaces that never break and a true minus sign."""
    return f"{_written(amount, decimals)}{NBSP}kr"


def format_mnkr(amount: Decimal | int) -> str:
    """An amount in kronor as millions with one decimal: '4,8 mnkr'."""
    return f"{_written(_exact(amount) / MILLION, 1)}{NBSP}mnkr"


def format_percent(share: Decimal | int, decimals: int = 1) -> str:
    """A share of one as per cent: Decimal("0.125") is '12,5 %'."""
    return f"{_written(_exact(share) * 100, decimals)}{NBSP}%"


def plain(amount: Decimal | int) -> str:
    """The amount for JSON and other machines: '473400.00'."""
    return f"{round_kr(amount):f}"


def parse_kr(text: str, *, allow_negative: bool = False) -> Decimal:
    """Read an amount as people type it: '1 234,50', '1234.50', '3 000 kr'.

    Spaces may stand only between thousands. Comma and point both mark the decimals, of which there are
    at most two, so '1.234' is refused rather than guessed at.
    Raises Refused: money_format, money_decimals, money_negative, money_too_large.
    """
    match = _TYPED_AMOUNT.fullmatch(text.translate(_TYPED_SPACES).strip())
    if match is None:
        raise Refused("money_format", "Skriv beloppet med siffror, till exempel 1 234,50.")
    kronor = match["kronor"].replace(" ", "")
    ore = match["ore"] or ""
    if len(ore) > 2:
        raise Refused("money_decimals", "Skriv beloppet med högst två decimaler, till exempel 1 234,50.")
    if len(kronor) > MAX_WHOLE_DIGITS:
        raise Refused("money_too_large", "Beloppet är för stort. Kontrollera antalet siffror.")
    if match["minus"] and not allow_negative:
        raise Refused("money_negative", "Beloppet får inte vara mindre än noll.")
    amount = round_kr(Decimal(f"{kronor}.{ore or 0}"))
    return -amount if match["minus"] and amount else amount


def _exact(amount: Decimal | int) -> Decimal:
    if not isinstance(amount, (Decimal, int)):
        raise TypeError(f"money is Decimal or int, not {type(amount).__name__}")
    if not (exact := Decimal(amount)).is_finite():
        raise ValueError("money is a finite number")
    return exact


def _round(amount: Decimal | int, decimals: int) -> Decimal:
    step = Decimal(1).scaleb(-decimals)
    rounded = _exact(amount).quantize(step, rounding=ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)  # no negative zero


def _written(amount: Decimal | int, decimals: int) -> str:
    rounded = _round(amount, decimals)
    digits = f"{abs(rounded):,.{decimals}f}".replace(",", NBSP).replace(".", ",")
    return f"{MINUS}{digits}" if rounded < 0 else digits
