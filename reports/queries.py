"""The facts of one municipality, read from the database as the account that counts, in nine queries.

Only the columns that the figures need are read: the worker's login can read no name.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Value

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import Municipality, User
from avhopp.kernel.identity import IdentityNumber
from avhopp.kernel.refusal import Refused
from cases.models import Case, Decision
from collaboration.models import RegisterCheck
from placements.costs import Absence, PricePeriod
from placements.models import BudgetLine, GrantApplication, Placement, PlacementAbsence, PlacementPrice
from reports.facts import (
    ApplicationFact,
    BudgetLineFact,
    CaseFact,
    CheckFact,
    DecisionFact,
    Facts,
    PersonFact,
    PlacementFact,
    known_birth_date,
)

#: Columns of an account that the worker's login may not read.
SECRET_COLUMNS = ("password", "last_login")


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
    with transaction.atomic(), acting(reporter_of(municipality), reason="rapport"):
        cases = list(
            Case.objects.filter(municipality=municipality)
            .order_by("received", "id")
            .values_list(
                "id", "received", "closed",
                "person_id", "person__identity", "person__birth_year", "person__children_count",
            )
        )  # fmt: skip
        return Facts(
            persons=_persons(cases),
            cases=tuple(
                CaseFact(str(key), str(person), received, closed)
                for key, received, closed, person, *_ in cases
            ),
            decisions=_decisions(municipality),
            placements=_placements(municipality),
            budget_lines=tuple(
                BudgetLineFact(*row)
                for row in BudgetLine.objects.filter(municipality=municipality)
                .order_by("year", "position", "id")
                .values_list("ref", "year", "kind", "amount", "decided")
            ),
            applications=_applications(municipality),
            checks=tuple(
                CheckFact(str(case), planned, done, deviation)
                for case, planned, done, deviation in RegisterCheck.objects.filter(
                    case__municipality=municipality
                )
                .order_by("planned", "id")
                .values_list("case_id", "planned", "done", "deviation")
            ),
        )


def _persons(cases: Iterable[tuple[Any, ...]]) -> tuple[PersonFact, ...]:
    found = {}
    for _, _, _, person, identity, birth_year, children in cases:
        of_number = IdentityNumber(identity).birth_date if identity else None
        found[person] = PersonFact(str(person), known_birth_date(of_number, birth_year), children)
    return tuple(found.values())


def _decisions(municipality: Municipality) -> tuple[DecisionFact, ...]:
    """Decisions that grant something: a rejection has nothing to carry out."""
    rows = (
        Decision.objects.filter(case__municipality=municipality)
        .exclude(outcome=Decision.Outcome.REJECTED)
        .order_by("decided", "id")
        .values_list("id", "case_id", "decided", "end", "enforced")
    )
    return tuple(DecisionFact(str(key), str(case), *days) for key, case, *days in rows)


def _placements(municipality: Municipality) -> tuple[PlacementFact, ...]:
    """Placements, those that never began left out, with prices and absences."""
    rows = list(
        Placement.objects.filter(case__municipality=municipality)
        .exclude(end_reason=Placement.EndReason.NEVER_BEGAN)
        .order_by("planned_start", "id")
        .values_list(
            "id", "case_id", "decision_id", "agreement_id", "agreement__charges_departure_day",
            "planned_start", "start", "end", "moved_from_id",
        )
    )  # fmt: skip
    prices, absences = _terms(municipality)
    return tuple(
        PlacementFact(
            key=str(key),
            case=str(case),
            decision=str(decision),
            agreement=agreement is not None,
            planned_start=planned_start,
            start=start,
            end=end,
            prices=tuple(PricePeriod(*part) for part in prices[key]),
            absences=tuple(Absence(*part) for part in absences[key]),
            charges_departure_day=bool(charges),
            moved_from=str(moved_from) if moved_from else None,
        )
        for key, case, decision, agreement, charges, planned_start, start, end, moved_from in rows
    )


def _terms(municipality: Municipality) -> tuple[dict[UUID, list[Any]], dict[UUID, list[Any]]]:
    """Prices and absences by placement, each in order of time, in one query."""
    found: dict[str, dict[UUID, list[Any]]] = {"price": defaultdict(list), "absence": defaultdict(list)}
    parts = [
        model.objects.filter(case__municipality=municipality)
        .order_by()
        .values_list("placement_id", "start", "end", "rate", Value(kind, output_field=CharField()))
        for kind, model in (("price", PlacementPrice), ("absence", PlacementAbsence))
    ]
    for placement, start, end, rate, kind in parts[0].union(parts[1], all=True).order_by("start", "end"):
        found[kind][placement].append((start, end, rate))
    return found["price"], found["absence"]


def _applications(municipality: Municipality) -> tuple[ApplicationFact, ...]:
    rows = (
        GrantApplication.objects.filter(case__municipality=municipality, sent__isnull=False)
        .order_by("sent", "id")
        .values_list("id", "case_id", "sent", "applied", "decided", "granted", "paid")
    )
    return tuple(ApplicationFact(str(key), str(case), *rest) for key, case, *rest in rows)
