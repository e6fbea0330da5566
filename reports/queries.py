"""The facts of one municipality, read from the database as the account that counts, in one query.

Only the columns that the figures need are read: the worker's login can read no name.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from json import JSONDecoder
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import JSONBAgg
from django.db import transaction
from django.db.models import CharField, JSONField, Manager, Q, QuerySet, Value
from django.db.models.functions import Cast, JSONArray, TruncDate

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import Municipality, User
from avhopp.kernel.identity import IdentityNumber
from avhopp.kernel.refusal import Refused
from avhopp.kernel.sealing import Sealed
from cases.models import Case, Decision, EmergencyAccess, LogReview, Person
from collaboration.models import RegisterCheck
from placements.costs import Absence, PricePeriod
from placements.models import (
    BudgetLine,
    BudgetReallocation,
    ForecastAssumption,
    GrantApplication,
    Placement,
    PlacementAbsence,
    PlacementPrice,
)
from reports.facts import (
    ApplicationFact,
    AssumptionFact,
    BudgetLineFact,
    CaseFact,
    CheckFact,
    DecisionFact,
    EmergencyFact,
    Facts,
    InterruptionFact,
    LogReviewFact,
    PersonFact,
    PlacementFact,
    ReallocationFact,
    known_birth_date,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
#: Columns of an account that the worker's login may not read.
SECRET_COLUMNS = ("password", "last_login", "provider_id")

#: The kinds whose rows begin with the id of their case.
OF_A_CASE = (
    "decision", "placement", "price", "absence", "application", "withdrawn", "interruption", "check"
)  # fmt: skip
#: Rows of one kind as they come: the values of the columns, days as text.
Rows = list[list[Any]]


def reporter_of(municipality: Municipality) -> User:
    """The account that counts for the municipality's reports.

    Raises:
        Refused: code `no_reporter` when it has none.
    """
    accounts = User.objects.of(municipality).filter(role=Role.REPORTER, is_active=True)
    found = accounts.defer(*SECRET_COLUMNS).order_by("username").first()
    if found is None:
        raise Refused("no_reporter", "Kommunen saknar ett konto för rapportering.")
    return found


def facts_of(municipality: Municipality) -> Facts:
    """Everything that the municipality's figures are counted from, as it stands now.

    Reads as the municipality's reporter, whoever asks; what comes out goes into aggregates.

    Raises:
        Refused: code `no_reporter`.
    """
    reporter = reporter_of(municipality)
    with transaction.atomic(savepoint=False), acting(reporter, reason="rapport"):
        first, *others = _sources(municipality)
        found: dict[str, Rows] = {kind: rows or [] for kind, rows in first.union(*others, all=True)}
    cases = found["case"]
    _keep_those_of(cases, found)
    return Facts(
        persons=_persons(found["person"], {person for *_, person in cases}),
        cases=tuple(
            CaseFact(key, person, date.fromisoformat(received), _day(closed))
            for key, received, closed, person in cases
        ),
        decisions=tuple(
            DecisionFact(key, case, date.fromisoformat(decided), _day(end), _day(enforced))
            for case, key, decided, end, enforced in found["decision"]
        ),
        placements=_placements(found["placement"], found["price"], found["absence"]),
        budget_lines=tuple(
            BudgetLineFact(ref, year, kind, amount, date.fromisoformat(decided))
            for ref, year, kind, amount, decided in found["budget_line"]
        ),
        reallocations=tuple(
            ReallocationFact(source, target, amount, date.fromisoformat(decided))
            for source, target, amount, decided in found["reallocation"]
        ),
        applications=tuple(
            ApplicationFact(key, case, date.fromisoformat(sent), applied, _day(decided), granted, paid)
            for case, key, sent, applied, decided, granted, paid in found["application"]
        ),
        checks=tuple(
            CheckFact(case, date.fromisoformat(planned), _day(done), deviation)
            for case, planned, done, deviation in found["check"]
        ),
        emergencies=tuple(
            EmergencyFact(date.fromisoformat(taken), hit, _day(seen), _justified(verdict))
            for taken, seen, hit, verdict in found["emergency"]
        ),
        log_reviews=tuple(
            LogReviewFact(date.fromisoformat(month), signed=_day(signed), **_numbers(counts))
            for month, signed, counts in found["log_review"]
        ),
        assumptions=tuple(
            AssumptionFact(year, months, lower_after, lower, hold, tuple(arrivals), rate, _day(complete_from))
            for year, months, lower_after, lower, hold, arrivals, rate, complete_from in found["assumption"]
        ),
        interruptions=tuple(
            InterruptionFact(placement, case, decision, date.fromisoformat(on))
            for case, placement, decision, on in found["interruption"]
        ),
        withdrawn=tuple(date.fromisoformat(day) for _, day in found["withdrawn"]),
    )


def _keep_those_of(cases: Rows, found: dict[str, Rows]) -> None:
    """Of what begins with its case, only the rows of these cases.

    The reporter sees its own municipality's alone. It is asked here once more, and not in the query: a join
    with the cases would have the wall weigh each row of both.
    """
    own = {case for case, *_ in cases}
    for kind in OF_A_CASE:
        found[kind] = [row for row in found[kind] if row[0] in own]


def _numbers(counts: dict[str, int]) -> dict[str, int]:
    """Those of a log review's numbers that the report shows."""
    shown = ("drawn", "reviewed", "explain", "remarks", "break_glass", "break_glass_waiting")
    return {name: counts[name] for name in shown}


def _justified(verdict: str) -> bool | None:
    return verdict == EmergencyAccess.Verdict.JUSTIFIED if verdict else None


class _Exact(JSONDecoder):
    """Amounts come as Decimal: a float would not be exact."""

    def __init__(self, **options: Any) -> None:
        super().__init__(parse_float=Decimal, **options)


def _gathered(kind: str, rows: QuerySet | Manager, columns: str, order: str) -> QuerySet:
    """All the rows as one: the kind, and the columns' values of each in order; None when there is no row."""
    values = JSONBAgg(
        JSONArray(*columns.split()), order_by=order.split(), output_field=JSONField(decoder=_Exact)
    )
    named = rows.order_by().values(fact=Value(kind, CharField()))
    return named.annotate(fact_rows=values).values_list("fact", "fact_rows")


def _sources(municipality: Municipality) -> list[QuerySet]:
    """The rows that count. Placements that never began, and what was rejected, have nothing to count."""
    decisions = Decision.objects.exclude(outcome=Decision.Outcome.REJECTED)
    placements = Placement.objects.exclude(end_reason=Placement.EndReason.NEVER_BEGAN)
    applications = GrantApplication.objects.filter(sent__isnull=False)

    return [
        _gathered(
            "case", Case.objects.filter(municipality=municipality),
            "id received closed person_id", "received id",
        ),
        _gathered("person", Person.objects, "id identity birth_year children_count", "id"),
        _gathered("decision", decisions, "case_id id decided end enforced", "decided id"),
        _gathered(
            "placement", placements,
            "case_id id decision_id agreement_id agreement__charges_departure_day planned_start start end"
            " moved_from_id",
            "planned_start id",
        ),
        _gathered("price", PlacementPrice.objects, "case_id placement_id start end rate", "start end"),
        _gathered("absence", PlacementAbsence.objects, "case_id placement_id start end rate", "start end"),
        _gathered(
            "budget_line", BudgetLine.objects.filter(municipality=municipality),
            "ref year kind amount decided", "year position id",
        ),
        _gathered(
            "reallocation", BudgetReallocation.objects.filter(municipality=municipality),
            "source__ref target__ref amount decided", "decided id",
        ),
        _gathered(
            "application", applications, "case_id id sent applied decided granted paid", "sent id"
        ),
        _gathered(
            "emergency",
            EmergencyAccess.objects.filter(municipality=municipality).annotate(
                on=_day_of("taken_at"), seen=_day_of("reviewed_at"), hit=Q(opened__isnull=False)
            ),
            "on seen hit verdict", "taken_at id",
        ),
        _gathered(
            "log_review",
            LogReview.objects.filter(municipality=municipality).with_counts().annotate(
                on=_day_of("signed_at")
            ),
            "month on counts", "month",
        ),
        _gathered(
            "assumption", ForecastAssumption.objects.filter(municipality=municipality),
            "year default_months step_down_months step_down_percent ends_hold_percent arrivals rate"
            " complete_from", "year",
        ),
        _gathered(
            "withdrawn", Placement.objects.filter(end_reason=Placement.EndReason.NEVER_BEGAN),
            "case_id planned_start", "planned_start id",
        ),
        _gathered(
            "interruption", Placement.objects.filter(
                end_reason=Placement.EndReason.INTERRUPTED, departed__isnull=False
            ).exclude(resumption=Placement.Resumption.NO),
            "case_id id decision_id departed", "departed id",
        ),
        _gathered("check", RegisterCheck.objects, "case_id planned done deviation", "planned id"),
    ]  # fmt: skip


def _day_of(moment: str) -> Cast:
    """The day in Sweden on which something happened, as the other days come."""
    return Cast(TruncDate(moment, tzinfo=STOCKHOLM), CharField())


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _opened(identity: str, person: str) -> str:
    """The identity number, which only this process and the social services' web process have the key to."""
    return Person._meta.get_field("identity").opened(Sealed(identity), person)  # type: ignore[union-attr]


def _persons(rows: Rows, wanted: set[str]) -> tuple[PersonFact, ...]:
    found = []
    for person, identity, birth_year, children in rows:
        if person in wanted:
            of_number = IdentityNumber(_opened(identity, person)).birth_date if identity else None
            found.append(PersonFact(person, known_birth_date(of_number, birth_year), children))
    return tuple(found)


def _placements(rows: Rows, prices: Rows, absences: Rows) -> tuple[PlacementFact, ...]:
    prices_of: dict[str, list[PricePeriod]] = defaultdict(list)
    for _, placement, start, end, rate in prices:
        prices_of[placement].append(PricePeriod(date.fromisoformat(start), _day(end), rate))
    absences_of: dict[str, list[Absence]] = defaultdict(list)
    for _, placement, start, end, rate in absences:
        absences_of[placement].append(Absence(date.fromisoformat(start), date.fromisoformat(end), rate))
    return tuple(
        PlacementFact(
            key=key,
            case=case,
            decision=decision,
            agreement=agreement is not None,
            planned_start=_day(planned_start),
            start=_day(start),
            end=_day(end),
            prices=tuple(prices_of[key]),
            absences=tuple(absences_of[key]),
            charges_departure_day=bool(charges),
            moved_from=moved_from,
        )
        for case, key, decision, agreement, charges, planned_start, start, end, moved_from in rows
    )
