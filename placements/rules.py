"""Within what a placement must stay: the decision, the delegation, the provider. Pure.

Source: DOMAIN.md 2.8 (delegation), 4.3 (placement), 4.4 and 4.5 (budget line, application).
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from avhopp.kernel.money import format_kr
from avhopp.kernel.refusal import Refused


def check_kind(decided: str, provided: str) -> None:
    """The provider gives the kind of care that was decided.

    Raises Refused other_kind.
    """
    if decided != provided:
        raise Refused(
            "other_kind",
            "Utföraren erbjuder en annan insats än den som beslutet gäller. Välj en annan plats, "
            "eller fatta ett nytt beslut först.",
            field="place",
        )


def check_within_decision(
    first: date, end: date | None, decided_from: date, decided_to: date | None, field: str = "end"
) -> None:
    """The stay lies inside the time that the decision covers; `decided_to` is the day it no longer holds.

    A stay that runs on is allowed: it is followed up when the decision ends.
    Raises Refused before_decision, after_decision.
    """
    if first < decided_from:
        raise Refused(
            "before_decision",
            f"Beslutet gäller från {decided_from.isoformat()}. Placeringen kan inte börja tidigare.",
            field="planned_start",
        )
    if decided_to is not None and first >= decided_to:
        raise Refused(
            "after_decision",
            f"Beslutet gäller till {decided_to.isoformat()}. Fatta ett nytt beslut först.",
            field="planned_start",
        )
    if decided_to is not None and end is not None and end > decided_to:
        raise Refused(
            "after_decision",
            f"Beslutet gäller till {decided_to.isoformat()}. Välj en tidigare avresa, "
            "eller fatta ett nytt beslut.",
            field=field,
        )


def check_mandate(
    *, outside: bool, outside_decided: bool, max_rate: Decimal | None, rates: Iterable[Decimal], decider: str
) -> None:
    """A place outside the framework, and its price, stay within what was decided (DOMAIN.md 2.8).

    Outside the framework the decision either allows it or sets a highest price per night that is kept; no
    price exceeds the highest one, inside or outside. `decider` says who may decide more.
    Raises Refused above_max_rate, outside_not_decided.
    """
    if max_rate is not None and any(rate > max_rate for rate in rates):
        raise Refused(
            "above_max_rate",
            f"Beslutet tillåter högst {format_kr(max_rate)} per dygn. {decider}",
            field="rate",
        )
    if outside and not outside_decided and max_rate is None:
        raise Refused(
            "outside_not_decided",
            f"Beslutet omfattar inte en plats utanför ramavtal. {decider}",
            field="place",
        )


def check_whole_cost(*, cost: Decimal | None, limit: Decimal | None, decider: str) -> None:
    """All nights that rest on a decision cost no more than whoever made it may decide (DOMAIN.md 2.8).

    `cost` None: the nights have no end, so nobody can tell.
    Raises Refused whole_cost_unknown, above_max_cost.
    """
    if limit is None:
        return
    if cost is None:
        raise Refused(
            "whole_cost_unknown",
            f"Beslutet får kosta högst {format_kr(limit)} sammanlagt. Ange en avresa, "
            "så att kostnaden går att räkna ut.",
            field="end",
        )
    if cost > limit:
        raise Refused(
            "above_max_cost",
            f"Dygnen som vilar på beslutet skulle kosta {format_kr(cost)}. Den som fattade det får "
            f"besluta om högst {format_kr(limit)}. {decider}",
            field="end",
        )


def check_amount(amount: Decimal, limit: Decimal, code: str, text: str, field: str) -> None:
    """The amount is above zero and at most the limit.

    Raises Refused with the code given, or amount_not_positive.
    """
    if amount < 0:
        raise Refused("amount_not_positive", "Beloppet kan inte vara mindre än noll.", field=field)
    if amount > limit:
        raise Refused(code, text, field=field)
