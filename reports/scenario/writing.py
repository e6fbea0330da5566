"""The rows of a scenario become rows of the database: those of a kind at once, in the order they refer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Max, Model
from django.utils import timezone

from avhopp.access.roles import Role
from avhopp.accounts.models import Municipality, PoliceUnit, Unit, User
from cases.actions.grants import join_team
from cases.models import Case, Decision, Person
from collaboration.models import Consent, PoliceAssessment, RegisterCheck
from placements.models import (
    AgreementPrice,
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
from reports.scenario import opening
from reports.scenario.batches import write
from reports.scenario.document import PlacementRow, Row, Scenario
from reports.scenario.gaps import Gap
from reports.scenario.normal import REASON_UNKNOWN
from reports.scenario.states import state_of
from reports.scenario.telling import Teller
from reports.scenario.trails import write_inquiries

#: The lists whose rows others refer to, with their models and what their references are called.
KNOWN: tuple[tuple[str, type[Model], str], ...] = (
    ("units", Unit, "municipality"),
    ("police_units", PoliceUnit, "municipality"),
    ("users", User, "municipality"),
    ("budget_lines", BudgetLine, "municipality"),
    ("providers", Provider, "municipality"),
    ("agreements", FrameworkAgreement, "municipality"),
    ("persons", Person, "municipality"),
    ("cases", Case, "municipality"),
    ("decisions", Decision, "case__municipality"),
    ("placements", Placement, "case__municipality"),
)


@dataclass
class Writer:
    """One load. `new` holds the rows to add, as they are to be stored."""

    home: Municipality
    importer: User
    at: datetime
    new: Scenario
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    new_cases: dict[str, Case] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.teller = Teller(self.importer, timezone.localdate(self.at))

    def write(self, gaps: Iterable[Gap]) -> None:
        """Write everything that is new.

        Raises ScenarioRefused for what the database refuses.
        """
        self.rows = {name: self._known(name, model, home) for name, model, home in KNOWN}
        self._accounts()
        self._operation()
        self._people_and_cases()
        self._decisions()
        self._placements()
        write_inquiries(self.home, self.new.inquiries, self.rows, self.teller)
        self._collaboration()
        self._states()
        self.teller.lacking(gaps, self.new_cases)
        self.teller.write()

    def _known(self, name: str, model: type[Model], home: str) -> dict[str, Any]:
        found: Iterable[Any] = model._default_manager.filter(**{home: self.home})  # type: ignore[misc]
        return {row.handle if name == "users" else row.ref or str(row.pk): row for row in found}

    def _add(self, name: str, models: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
        """Write models beside their rows, and remember them by their reference."""
        pairs = list(models)
        write(pairs)
        if name in self.rows:
            self.rows[name] |= {str(row.key[0]): model for model, row in pairs}
        return pairs

    def _get(self, name: str, ref: str | None) -> Any:
        return None if ref is None else self.rows[name][ref]

    def _accounts(self) -> None:
        home = self.home
        self._add(
            "units", ((Unit(municipality=home, ref=row.ref, name=row.name), row) for row in self.new.units)
        )
        self._add(
            "police_units",
            (
                (PoliceUnit(municipality=home, ref=row.ref, name=row.name, kind=row.kind), row)
                for row in self.new.police_units
            ),
        )
        users = []
        for row in self.new.users:
            user = User(
                username=f"{row.username}@{home.code}",
                handle=row.username,
                name=row.username.capitalize(),
                title=Role(row.role).label,
                role=row.role,
                municipality=home,
                unit=self._get("units", row.unit),
                police_unit=self._get("police_units", row.police_unit),
            )
            user.set_unusable_password()
            users.append((user, row))
        for user, _ in self._add("users", users):
            join_team(user=user)

    def _operation(self) -> None:
        home = self.home
        last = BudgetLine.objects.filter(municipality=home).aggregate(last=Max("position"))["last"] or 0
        self._add(
            "budget_lines",
            (
                (BudgetLine(municipality=home, position=last + place, **_facts(row)), row)
                for place, row in enumerate(self.new.budget_lines, start=1)
            ),
        )
        self._add(
            "reallocations",
            (
                (
                    BudgetReallocation(
                        municipality=home,
                        **_facts(
                            row,
                            source=self._get("budget_lines", row.source),
                            target=self._get("budget_lines", row.target),
                        ),
                    ),
                    row,
                )
                for row in self.new.reallocations
            ),
        )
        self._add(
            "providers", ((Provider(municipality=home, **_facts(row)), row) for row in self.new.providers)
        )
        agreements = self._add(
            "agreements",
            (
                (
                    FrameworkAgreement(
                        municipality=home, **_facts(row, provider=self._get("providers", row.provider))
                    ),
                    row,
                )
                for row in self.new.agreements
            ),
        )
        write([(AgreementPrice.first_of(agreement), row) for agreement, row in agreements])

    def _people_and_cases(self) -> None:
        persons = self._add("persons", opening.new_persons(self.home, self.new.persons))
        known = list(self.rows["cases"].values())
        pairs = opening.new_cases(self.home, self.new.cases, self.rows["persons"], self.rows["units"], known)
        opening.grant(self.home, self.importer, pairs, self.rows["users"])
        self._add("cases", pairs)
        self.new_cases = {row.ref: case for case, row in pairs}
        for case in self.new_cases.values():
            self.teller.opened(case)
        opening.flag_duplicates(persons)

    def _decisions(self) -> None:
        outside = {row.decision for row in self.new.placements if row.agreement is None}
        pairs = self._add(
            "decisions",
            (
                (
                    Decision(
                        outside_framework=row.ref in outside, **_facts(row, case=self._get("cases", row.case))
                    ),
                    row,
                )
                for row in self.new.decisions
            ),
        )
        for decision, _ in pairs:
            self.teller.decided(decision)

    def _placements(self) -> None:
        left = {row.moved_from for row in self.new.placements}
        models = {row.ref: self._placement(row, left) for row in self.new.placements}
        self.rows["placements"] |= models
        for row in self.new.placements:
            models[row.ref].moved_from = self._get("placements", row.moved_from)
        self._add("placements", ((models[row.ref], row) for row in self.new.placements))
        for part, name in ((PlacementPrice, "prices"), (PlacementAbsence, "absences")):
            write(
                [
                    (part(placement=models[row.ref], case=models[row.ref].case, **_facts(one)), one)
                    for row in self.new.placements
                    for one in getattr(row, name)
                ]
            )
        write([pair for row in self.new.placements for pair in self._extensions(row, models[row.ref])])
        for model in models.values():
            self.teller.placed(model)

    def _extensions(self, row: PlacementRow, placement: Placement) -> list[tuple[PlacementExtension, Row]]:
        return [
            (
                PlacementExtension(
                    placement=placement,
                    case=placement.case,
                    kind=one.kind,
                    old_end=one.start,
                    new_end=one.end,
                    decision=self._get("decisions", one.decision),
                    authorised=one.authorised,
                    reason=one.reason,
                    made_on=one.made,
                    made_by=self.importer,
                ),
                one,
            )
            for one in row.extensions
        ]

    def _placement(self, row: Any, left: set[str | None]) -> Placement:
        case = self._get("cases", row.case)
        moved = row.ref in left and row.start and row.end
        placement = Placement(
            ref=row.ref,
            case=case,
            person_id=case.person_id,
            decision=self._get("decisions", row.decision),
            provider=self._get("providers", row.provider),
            agreement=self._get("agreements", row.agreement),
            outside_reason=row.outside_reason if row.agreement else row.outside_reason or REASON_UNKNOWN,
            planned_start=row.planned_start,
            start=row.start,
            planned_end=row.end,
            end_reason=Placement.EndReason.MOVED if moved else row.end_reason,
            destination=row.destination,
            resumption="" if moved else row.resumption,
        )
        placement.set_end(row.end, timezone.localdate(self.at))
        return placement

    def _collaboration(self) -> None:
        self._assessments()
        consents = self._add(
            "consents",
            (
                (
                    Consent(
                        **_facts(
                            row,
                            case=self._get("cases", row.case),
                            recipient=self._get("police_units", row.recipient),
                            categories=list(row.categories),
                        )
                    ),
                    row,
                )
                for row in self.new.consents
            ),
        )
        for consent, _ in consents:
            self.teller.consented(consent)
        for name, model in (("applications", GrantApplication), ("checks", RegisterCheck)):
            self._add(
                name,
                (
                    (model(**_facts(row, case=self._get("cases", row.case))), row)
                    for row in getattr(self.new, name)
                ),
            )

    def _assessments(self) -> None:
        """Versions of one chain in each case, by the day they came; the police owner is the newest one's."""
        touched = {row.case: self._get("cases", row.case) for row in self.new.assessments}
        stored = PoliceAssessment.objects.filter(case__in=touched.values()).order_by("version")
        newest = {assessment.case_id: assessment for assessment in stored}
        pairs = []
        for row in sorted(self.new.assessments, key=lambda row: row.received):
            case = touched[row.case]
            before = newest.get(case.pk)
            model = PoliceAssessment(
                registered_by=self.importer,
                version=before.version + 1 if before else 1,
                replaces=before,
                **_facts(row, case=case, police_unit=self._get("police_units", row.police_unit)),
            )
            newest[case.pk] = model
            pairs.append((model, row))
        self._add("assessments", pairs)
        for model, _ in pairs:
            self.teller.assessed(model)
        for case in touched.values():
            if case.police_owner_id is None:
                case.police_owner_id = newest[case.pk].police_unit_id
                case.save(update_fields=["police_owner"])

    def _states(self) -> None:
        """Where each touched case stands by what it now holds; what people have set is not moved back."""
        touched = {row.case for name in ("decisions", "placements") for row in getattr(self.new, name)}
        cases = [self.rows["cases"][ref] for ref in touched]
        decided = set(Decision.objects.filter(case__in=cases).values_list("case_id", flat=True))
        enforced = set(
            Decision.objects.filter(case__in=cases, enforced__isnull=False).values_list("case_id", flat=True)
        )
        begun = set(
            Placement.objects.filter(case__in=cases, start__isnull=False).values_list("case_id", flat=True)
        )
        for case in cases:
            state = state_of(case.state, decided=case.pk in decided, carried_out=case.pk in enforced | begun)
            if state != case.state:
                case.state = state
                case.save(update_fields=["state"])


def _facts(row: Row, **replaced: Any) -> dict[str, Any]:
    """The row's fields as the model's, with references replaced by what they refer to."""
    names = [name for name in type(row).__dataclass_fields__ if name != "path"]
    return {name: replaced.get(name, getattr(row, name)) for name in names}
