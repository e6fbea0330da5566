"""What the forecast takes for granted, as somebody sets it."""

from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal

from avhopp.access.policy import demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from placements.actions.operation import one_at_a_time
from placements.actions.refusals import told
from placements.lengths import DEFAULT_MONTHS
from placements.models import ForecastAssumption
from placements.models.assumption import no_arrivals

MOST_A_MONTH = 50


@dataclass(frozen=True)
class AssumptionFacts:
    """As in ForecastAssumption: shares in per cent, `rate` in kronor per night or None for the own stays'."""

    arrivals: list[Decimal] = field(default_factory=no_arrivals)
    rate: Decimal | None = None
    default_months: Decimal = Decimal(DEFAULT_MONTHS)
    step_down_months: int = 12
    step_down_percent: int = 50
    ends_hold_percent: int = 70
    complete_from: date | None = None


def drafted(facts: AssumptionFacts, year: int) -> ForecastAssumption:
    """The assumptions as a row that is not saved, to be tried.

    Raises:
        Refused: arrivals_in_reason, a number of arrivals that no month can have.
    """
    if len(facts.arrivals) != 12 or not all(0 <= count <= MOST_A_MONTH for count in facts.arrivals):
        raise Refused(
            "arrivals_in_reason", f"Skriv mellan 0 och {MOST_A_MONTH} nya ärenden per månad.", field="month_1"
        )
    return ForecastAssumption(year=year, **asdict(facts))


def set_assumptions(*, facts: AssumptionFacts, year: int, by: User, today: date) -> ForecastAssumption:
    """The year's assumptions, instead of those before; the history keeps them.

    Raises:
        Refused: not_allowed, arrivals_in_reason.
    """
    demand_in_general(by, Can.WRITE_BUDGET)
    draft = drafted(facts, year)
    one_at_a_time(by)
    before = ForecastAssumption.objects.filter(municipality_id=by.municipality_id).of_year(year).first()
    draft.municipality_id = by.municipality_id
    if before is not None:
        draft.pk = before.pk
    with told():
        draft.save(force_insert=before is None, force_update=before is not None)
    record(
        by=by,
        kind="prognosantagande_andrat",
        requires=Can.SEE_BUDGET,
        on=today,
        object_id=draft.pk,
        text=f"Antagandena för prognosen {year} sparades.",
    )
    return draft
