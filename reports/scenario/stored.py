"""The rows of a municipality that are in the database, as a scenario says them.

The importer reads: it sees the cases that were loaded, with everything that has come to them since. Rows that
were made on the pages have no `ref`; they get one of their own here, so that overlaps with them are seen.
"""

from collections import defaultdict
from uuid import UUID

from avhopp.access.roles import MACHINE_ROLES
from avhopp.accounts.models import Municipality, PoliceUnit, Unit, User
from cases.models import Case, CaseUserGrant, Decision, GrantKind, Person
from cases.visibility import in_force
from collaboration.models import Consent, PoliceAssessment, RegisterCheck
from placements.models import (
    BudgetLine,
    BudgetReallocation,
    FrameworkAgreement,
    GrantApplication,
    Placement,
    PlacementAbsence,
    PlacementExtension,
    PlacementPrice,
    Provider,
)  # fmt: skip
from reports.scenario.document import (
    AgreementRow,
    ApplicationRow,
    AssessmentRow,
    BudgetLineRow,
    CaseRow,
    CheckRow,
    ConsentRow,
    DecisionRow,
    ExtensionRow,
    MunicipalityRow,
    PersonRow,
    PlacementRow,
    PoliceUnitRow,
    ProviderRow,
    RateRow,
    ReallocationRow,
    Scenario,
    UnitRow,
    UserRow,
)  # fmt: skip
from reports.scenario.invoicing import stored_invoices
from reports.scenario.normal import REASON_UNKNOWN
from reports.scenario.trails import stored_inquiries


def stored_scenario(municipality: Municipality) -> Scenario:
    """What the acting importer sees of the municipality, in a constant number of queries."""
    return _Stored(municipality).scenario()


class _Stored:
    def __init__(self, municipality: Municipality) -> None:
        self.municipality = municipality
        self.persons: dict[UUID, str] = {}
        self.cases: dict[UUID, str] = {}

    def scenario(self) -> Scenario:
        home = self.municipality
        persons = tuple(self._person(row) for row in Person.objects.filter(municipality=home).order_by("id"))
        handlers = self._handlers()
        cases = tuple(
            self._case(row, handlers.get(row.pk))
            for row in Case.objects.filter(municipality=home).select_related("unit").order_by("id")
        )
        return Scenario(
            municipality=MunicipalityRow(
                code=home.code, name=home.name, board=home.board, registry_prefix=home.registry_prefix
            ),
            units=tuple(
                UnitRow(ref=row.ref, name=row.name) for row in Unit.objects.filter(municipality=home)
            ),
            police_units=tuple(
                PoliceUnitRow(ref=row.ref, name=row.name, kind=row.kind)
                for row in PoliceUnit.objects.filter(municipality=home)
            ),
            users=self._users(),
            budget_lines=self._budget_lines(),
            providers=tuple(
                ProviderRow(ref=row.ref, name=row.name, kind=row.kind)
                for row in Provider.objects.filter(municipality=home)
            ),
            agreements=self._agreements(),
            persons=persons,
            cases=cases,
            assessments=self._assessments(),
            consents=self._consents(),
            decisions=self._decisions(),
            placements=self._placements(),
            applications=self._applications(),
            checks=self._checks(),
            reallocations=self._reallocations(),
            inquiries=stored_inquiries(self.cases, _ref),
            **stored_invoices(home),
        )

    def _users(self) -> tuple[UserRow, ...]:
        rows = User.objects.of(self.municipality).exclude(role__in=MACHINE_ROLES)
        return tuple(
            UserRow(
                username=row.handle,
                role=row.role,
                unit=row.unit.ref if row.unit else None,
                police_unit=row.police_unit.ref if row.police_unit else None,
            )
            for row in rows.select_related("unit", "police_unit")
        )

    def _budget_lines(self) -> tuple[BudgetLineRow, ...]:
        return tuple(
            BudgetLineRow(
                ref=row.ref,
                year=row.year,
                kind=row.kind,
                amount=row.amount,
                decided=row.decided,
                decision_ref=row.decision_ref or None,
            )
            for row in BudgetLine.objects.filter(municipality=self.municipality)
        )

    def _reallocations(self) -> tuple[ReallocationRow, ...]:
        rows = BudgetReallocation.objects.filter(municipality=self.municipality)
        return tuple(
            ReallocationRow(
                ref=row.ref,
                source=row.source.ref,
                target=row.target.ref,
                amount=row.amount,
                decided=row.decided,
                decision_ref=row.decision_ref,
            )
            for row in rows.select_related("source", "target")
        )

    def _agreements(self) -> tuple[AgreementRow, ...]:
        rows = FrameworkAgreement.objects.filter(municipality=self.municipality).select_related("provider")
        return tuple(
            AgreementRow(
                ref=row.ref,
                provider=row.provider.ref,
                start=row.start,
                end=row.end,
                rate=row.rate,
                charges_departure_day=row.charges_departure_day,
            )
            for row in rows
        )

    def _person(self, row: Person) -> PersonRow:
        self.persons[row.pk] = _ref(row)
        return PersonRow(
            ref=_ref(row),
            identity=row.identity,
            birth_year=row.birth_year,
            sex=row.sex,
            children=row.children_count,
            protection=row.protection,
        )

    def _handlers(self) -> dict[UUID, str]:
        """The present handler of each case, by its user name."""
        grants = CaseUserGrant.objects.filter(in_force(), kind=GrantKind.ASSIGNMENT).order_by(
            "valid_from", "id"
        )
        return dict(grants.values_list("content_object_id", "user__handle"))

    def _case(self, row: Case, handler: str | None) -> CaseRow:
        self.cases[row.pk] = _ref(row)
        return CaseRow(
            ref=_ref(row),
            person=self.persons[row.person_id],
            unit=row.unit.ref,
            handler=handler,
            received=row.received,
            source=row.source,
            closed=row.closed,
            closing_reason=row.closing_reason,
        )

    def _assessments(self) -> tuple[AssessmentRow, ...]:
        rows = PoliceAssessment.objects.filter(case__in=self.cases).select_related("police_unit")
        return tuple(
            AssessmentRow(
                case=self.cases[row.case_id],
                police_unit=row.police_unit.ref,
                received=row.received,
                valid_to=row.valid_to,
                crime_degree=row.crime_degree,
                threat=row.threat,
                protection_need=row.protection_need,
                preliminary=row.preliminary,
            )
            for row in rows
        )

    def _consents(self) -> tuple[ConsentRow, ...]:
        rows = Consent.objects.filter(case__in=self.cases).select_related("recipient")
        return tuple(
            ConsentRow(
                case=self.cases[row.case_id],
                recipient=row.recipient.ref,
                categories=tuple(sorted(row.categories)),
                start=row.start,
                end=row.end,
                withdrawn=row.withdrawn,
            )
            for row in rows
        )

    def _decisions(self) -> tuple[DecisionRow, ...]:
        return tuple(
            DecisionRow(
                ref=_ref(row),
                case=self.cases[row.case_id],
                kind=row.kind,
                decided=row.decided,
                end=row.end,
                enforced=row.enforced,
            )
            for row in Decision.objects.filter(case__in=self.cases)
        )

    def _placements(self) -> tuple[PlacementRow, ...]:
        rows = list(
            Placement.objects.filter(case__in=self.cases).select_related("decision", "provider", "agreement")
        )
        refs = {row.pk: _ref(row) for row in rows}
        prices = self._rates(PlacementPrice)
        absences = self._rates(PlacementAbsence)
        extensions = self._extensions()
        return tuple(
            PlacementRow(
                ref=_ref(row),
                case=self.cases[row.case_id],
                decision=_ref(row.decision),
                provider=row.provider.ref,
                agreement=row.agreement.ref if row.agreement else None,
                outside_reason="" if row.outside_reason == REASON_UNKNOWN else row.outside_reason,
                planned_start=row.planned_start,
                start=row.start,
                end=row.end,
                moved_from=refs[row.moved_from_id] if row.moved_from_id else None,
                prices=tuple(prices[row.pk]),
                absences=tuple(absences[row.pk]),
                end_reason=row.end_reason,
                destination=row.destination,
                resumption=row.resumption,
                extensions=tuple(extensions[row.pk]),
            )
            for row in rows
        )

    def _rates(self, model: type[PlacementPrice] | type[PlacementAbsence]) -> dict[UUID, list[RateRow]]:
        found: dict[UUID, list[RateRow]] = defaultdict(list)
        rows = model.objects.filter(case__in=self.cases).order_by("start", "end", "id")
        for placement, start, end, rate in rows.values_list("placement_id", "start", "end", "rate"):
            found[placement].append(RateRow(start=start, end=end, rate=rate))
        return found

    def _extensions(self) -> dict[UUID, list[ExtensionRow]]:
        found: dict[UUID, list[ExtensionRow]] = defaultdict(list)
        rows = PlacementExtension.objects.filter(case__in=self.cases).select_related("decision")
        for row in rows.order_by("made_on", "id"):
            found[row.placement_id].append(
                ExtensionRow(
                    kind=row.kind,
                    made=row.made_on,
                    reason=row.reason,
                    start=row.old_end,
                    end=row.new_end,
                    decision=_ref(row.decision) if row.decision else None,
                    authorised=row.authorised,
                )
            )
        return found

    def _applications(self) -> tuple[ApplicationRow, ...]:
        """Those that were sent; a draft is not yet a fact."""
        return tuple(
            ApplicationRow(
                ref=_ref(row),
                case=self.cases[row.case_id],
                sent=row.sent,
                applied=row.applied,
                status=row.status,
                decided=row.decided,
                granted=row.granted,
                paid=row.paid,
            )
            for row in GrantApplication.objects.filter(case__in=self.cases, sent__isnull=False)
        )

    def _checks(self) -> tuple[CheckRow, ...]:
        return tuple(
            CheckRow(
                case=self.cases[row.case_id], planned=row.planned, done=row.done, deviation=row.deviation
            )
            for row in RegisterCheck.objects.filter(case__in=self.cases)
        )


def _ref(row: Person | Case | Decision | Placement | GrantApplication) -> str:
    return row.ref or str(row.pk)
