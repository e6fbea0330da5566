"""Register what the committee delegated: a new version of the order. Nothing of an earlier one is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.postgres.functions import TransactionNow
from django.db.models import Q

from avhopp.access.policy import demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import Municipality, User
from avhopp.audit.events import record
from avhopp.kernel.periods import Period
from avhopp.kernel.refusal import Refused
from cases import delegation, rules
from cases.models import DelegationOrder, DelegationRule


@dataclass(frozen=True)
class OrderFacts:
    """What the minutes say: the day of the committee's decision, its paragraph, and from when it holds."""

    decided: date
    minutes: str
    valid_from: date


def newest_number(municipality_id: UUID) -> int:
    """The number of the newest version; 0 while there is none but what came with the set-up."""
    numbers = DelegationOrder.objects.filter(municipality=municipality_id).values_list("number", flat=True)
    return max(numbers, default=0)


def points_before(number: int, municipality_id: UUID) -> list[rules.Rule]:
    """The points that version `number` takes, or took, the place of."""
    points = DelegationRule.objects.filter(municipality=municipality_id)
    if number > 1:
        earlier = points.filter(order__number=number - 1)
    else:
        first = DelegationOrder.objects.filter(municipality=municipality_id, number=1).values("valid_from")
        earlier = points.filter(Q(valid_to=None) | Q(valid_to__in=first), order=None)
    return [rules.Rule.of(row) for row in earlier]


def roles_at_work(municipality_id: UUID, day: date) -> list[str]:
    """The roles that somebody in the municipality has an account for on the day."""
    working = User.objects.filter(municipality=municipality_id).working_on(day)
    return list(working.values_list("role", flat=True).order_by("role").distinct())


def check_order(
    *, facts: OrderFacts, points: Sequence[rules.Rule], after: int, by: User, today: date
) -> None:
    """Whether `by` may register this version on top of version `after`, the newest that was looked at.

    Raises Refused: `not_allowed`, `own_power`, `minutes_missing`, `order_changed`, `no_points`,
        `nobody_decides`, `amount_negative`, `ore`, `point_twice`, `decided_later`, `before_decided`,
        `before_newest`, `already_past`, `gap`.
    """
    demand_in_general(by, Can.WRITE_DELEGATION)
    if by.role in rules.RANK:
        raise Refused("own_power", "Den som beslutar på delegation registrerar inte delegationsordningen.")
    if not facts.minutes.strip():
        raise Refused("minutes_missing", "Ange paragrafen i nämndens protokoll.", field="minutes")
    newest = newest_number(by.municipality_id)
    if newest != after:
        raise Refused(
            "order_changed",
            f"Version {newest} registrerades medan du skrev. Granska skillnaden mot den först.",
        )
    delegation.check_points(points)
    rows = DelegationRule.objects.filter(municipality=by.municipality_id)
    held = [Period(*days) for days in rows.values_list("valid_from", "valid_to")]
    delegation.check_dates(decided=facts.decided, valid_from=facts.valid_from, held=held, today=today)


def register_order(
    *, facts: OrderFacts, points: Sequence[rules.Rule], after: int, by: User, today: date
) -> DelegationOrder:
    """A new version. The database ends the points of the one before on the day that this one begins.

    Raises Refused: as `check_order`.
    """
    Municipality.objects.select_for_update(no_key=True).get(pk=by.municipality_id)  # one version at a time
    check_order(facts=facts, points=points, after=after, by=by, today=today)
    order = DelegationOrder(
        municipality_id=by.municipality_id, number=after + 1, decided=facts.decided,
        minutes=facts.minutes.strip(), valid_from=facts.valid_from, registered_by=by,
        registered_at=TransactionNow(),
    )  # fmt: skip
    order.save(force_insert=True)
    for point in points:
        DelegationRule(
            pk=point.id, municipality_id=by.municipality_id, order=order, point=point.point, kind=point.kind,
            role=point.role, max_days=point.max_days, outside_framework=point.outside_framework,
            max_rate=point.max_rate, max_cost=point.max_cost, valid_from=facts.valid_from,
        ).save(force_insert=True)  # fmt: skip
    record(
        by=by,
        kind="delegation_registrerad",
        requires=Can.SEE_DELEGATION,
        on=today,
        text=f"Version {order.number} av delegationsordningen registrerades: gäller från {facts.valid_from}, "
        f"beslutad av nämnden {facts.decided}, {order.minutes}.",
        object_id=order.pk,
    )
    return order
