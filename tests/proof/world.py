"""A database of the proof's own: one case with everything in it, and somebody in every role and relation."""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connections, transaction
from django.db.models import Model
from django.test import Client

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import AccountRequest, Municipality, PoliceUnit, Unit, User
from avhopp.audit.models import Event, ReadEntry
from avhopp.audit.volume import WAS_STOPPED
from avhopp.sealing import rings
from avhopp.settings.environment import ROOT
from cases.actions.accounts import ensure_machine_accounts
from cases.actions.grants import join_team, work_permission
from cases.models import (
    AccessRequest,
    Case,
    CaseGroupGrant,
    CaseUserGrant,
    ChildrenPart,
    ChildSafety,
    DecisionProposal,
    DelegationOrder,
    DelegationRule,
    Document,
    DocumentPiece,
    DuplicateFlag,
    EmergencyAccess,
    EmergencyNotice,
    FollowUp,
    HealthPart,
    Intake,
    Investigation,
    JournalEntry,
    LogReview,
    LogReviewItem,
    LogReviewQuestion,
    Person,
    ProtectedContact,
    ProtectedReading,
    Task,
)  # fmt: skip
from cases.models.documents import DocumentKind
from cases.states import CaseEvent
from collaboration.models import AssessmentUse, Deviation, LegalBasis, ReleasePackage
from collaboration.portal.seal import checksum
from placements.invoices.models import (
    AccountRule,
    ColumnMapping,
    ImportContent,
    Invoice,
    InvoiceExport,
    InvoiceImport,
    InvoiceLine,
    PaidNight,
)
from placements.models import (
    ApartMark,
    ApartQuestion,
    BookedCost,
    BudgetLine,
    BudgetReallocation,
    ForecastAssumption,
    FrameworkAgreement,
    GrantProgramme,
    GrantRequest,
    MonthClosing,
    PlacementAbsence,
    PlacementExtension,
    ProviderContact,
    ProviderIncident,
    ProviderRemark,
    ProviderVisit,
)
from placements.procurement.models import Inquiry, Offer
from reports import files
from reports.models import MonthlyReport
from reports.pdf.document import CONTROLS
from reports.scenario.loading import load
from reports.scenario.reading import read_file
from tests.cast import BACKEND
from tests.databases import administrator, own_name
from tests.proof.oracle import RELATIONS, ROLES

DATABASE = own_name("avhopp_proof")
GOLDEN = ROOT / "tests" / "scenarios" / "golden_2022.json"
HOME, AWAY = "0199", "0197"
PROOF_TEAM = f"{HOME}/prov"
TEXT = "Skriven för beviset."
REASON = "Behövs för beviset av de två väggarna."


@contextmanager
def on_database(name: str) -> Iterator[None]:
    """Let this process's Django work on another database, with the same login."""
    wrapper = connections["default"]
    before = wrapper.settings_dict["NAME"]
    wrapper.close()
    wrapper.settings_dict["NAME"] = name
    _forget()
    try:
        yield
    finally:
        wrapper.close()
        wrapper.settings_dict["NAME"] = before
        _forget()


def _forget() -> None:
    """What Django and the sealing remember of a database."""
    ContentType.objects.clear_cache()
    rings.forget()


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside leaves no trace."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class World:
    """`things` are the ids of the case's objects by the address's keyword, or by keyword and object word."""

    database: str
    case: uuid.UUID
    importer: User
    people: dict[tuple[str, str], User] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    drafts: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)
    browsers: dict[uuid.UUID, Client] = field(default_factory=dict)

    def browser(self, user: User) -> Client:
        """A browser in which `user` is signed in, the same one each time."""
        if user.pk not in self.browsers:
            client = Client(raise_request_exception=False)
            client.force_login(user, backend=BACKEND)
            self.browsers[user.pk] = client
        return self.browsers[user.pk]

    def thing(self, keyword: str, word: str, user: User | None) -> object:
        """The id for an address's keyword.

        Raises:
            KeyError: the world has no such thing yet.
        """
        if f"{keyword} {word}" == "journalentry_id draft" and user is not None and user.pk in self.drafts:
            return self.drafts[user.pk]
        return self.things.get(f"{keyword} {word}", self.things.get(keyword))


def build(database: str) -> World:
    """Fill an empty database. Call inside `on_database`."""
    home = load(scenario=read_file(GOLDEN), at=datetime.now(UTC)).municipality
    importer = ensure_machine_accounts(home)[Role.IMPORTER]
    with acting_in_one(importer):
        case = Case.objects.select_related("municipality", "unit", "person").get(ref="A3")
        world = World(database, case.pk, importer)
        make_people(world, case, home)
        make_things(world, case)
    with administrator(database) as admin:
        make_grants(world, admin)
        with admin.transaction():  # an invoice and its lines are written together
            for thing in late_things(world, case):
                insert(admin, thing)
        world.things["change_id"] = change_of_a_text(admin, case)
    return world


def change_of_a_text(admin: psycopg.Connection, case: Case) -> Any:
    """The row of history in which the text of an intake was written."""
    found = "select history_id from app.cases_historicalintake where case_id = %s and text <> ''"
    return admin.execute(found, [case.pk]).fetchone()[0]  # type: ignore[index]


@contextmanager
def acting_in_one(user: User) -> Iterator[None]:
    with transaction.atomic(), acting(user):
        yield


def make_people(world: World, case: Case, home: Municipality) -> None:
    away = Municipality.objects.create(code=AWAY, name="Grannkommun", board="Nämnden", registry_prefix="GN")
    there = Unit.objects.create(municipality=away, ref="granne", name="Granne")
    theirs = ensure_machine_accounts(away)[Role.IMPORTER]
    other = Unit.objects.filter(municipality=home).exclude(pk=case.unit_id).first()
    police = PoliceUnit.objects.filter(municipality=home).order_by("ref").first()
    for role, value in ROLES.items():
        for relation in RELATIONS:
            is_away = relation == "other_municipality"
            unit = there if is_away else other if relation == "other_unit" else case.unit
            user = User(
                username=f"{role}.{relation}@proof", handle=f"{role}.{relation}", name=f"{role} {relation}",
                role=value, municipality=away if is_away else home, password="!",
                unit=None if role == "police" else unit, police_unit=police if role == "police" else None,
            )  # fmt: skip
            with acting(theirs if is_away else world.importer):
                user.save(force_insert=True)
            world.people[role, relation] = user
            if relation == "other_unit" and role in ("senior", "manager"):
                join_team(user=user)  # the leadership of another unit, with its own cases
    Group.objects.create(name=PROOF_TEAM).user_set.set(
        [world.people[role, "unit"] for role in ROLES if role != "police"]
    )


def make_grants(world: World, admin: psycopg.Connection) -> None:
    """One row for each relation that has one, straight into the tables, whatever the role."""
    now, day = datetime.now(UTC), timedelta(days=1)
    work = work_permission().pk
    read = work_permission().content_type.permission_set.get(codename="read_case").pk
    rows = {
        "assigned": ("handlaggare", work, now - day, None),
        "co_handler": ("medhandlaggare", work, now - day, None),
        "temporary": ("tillfallig", work, now - day, now + day),
        "reading": ("tillfallig", read, now - day, now + day),
        "break_glass": ("nodatkomst", read, now - day / 48, now + day / 48),
        "future": ("handlaggare", work, now + day / 24, None),
        "expired": ("tillfallig", work, now - day, now - day / 24),
        "revoked": ("handlaggare", work, now - day, now),
    }
    for (_, relation), user in world.people.items():
        if relation in rows:
            kind, permission, begins, ends = rows[relation]
            grant_row(admin, world.case, user.pk, kind, permission, begins, ends)
    group = Group.objects.get(name=PROOF_TEAM).pk
    team_row(admin, world.case, group, work, now - day)


def grant_row(
    admin: psycopg.Connection,
    case: uuid.UUID,
    user: uuid.UUID,
    kind: str,
    permission: int,
    begins: datetime,
    ends: datetime | None,
) -> None:
    """A person's grant, past both walls. Break-glass is one's own."""
    by = user if kind == "nodatkomst" else None
    insert(
        admin,
        CaseUserGrant(
            content_object_id=case, user_id=user, permission_id=permission, kind=kind, reason=REASON,
            granted_by_id=by, valid_from=begins, valid_to=ends,
        ),
    )  # fmt: skip


def team_row(
    admin: psycopg.Connection, case: uuid.UUID, group: int, permission: int, begins: datetime
) -> None:
    """A team's grant, past both walls."""
    insert(
        admin,
        CaseGroupGrant(
            content_object_id=case, group_id=group, permission_id=permission, kind="enhet", reason=REASON,
            valid_from=begins,
        ),
    )  # fmt: skip


def make_things(world: World, case: Case) -> None:
    """The ids of what the golden case already has."""
    placement = case.placements.first()
    world.things |= {
        "case_id": case.pk,
        "case number": case.case_no,
        "event": CaseEvent.COMMUNICATE,
        "decision_id": case.decisions.first().pk,
        "placement_id": placement.pk,
        "first night": placement.start,
        "user_id": User.objects.get(username=f"asta@{HOME}").pk,
        "budget lines": list(
            BudgetLine.objects.filter(municipality=case.municipality, year=2022).values_list("pk", flat=True)
        ),
        "another case": Case.objects.exclude(pk=case.pk).filter(municipality=case.municipality).first().pk,
        "another person": Person.objects.exclude(pk=case.person_id).first().pk,
        "provider_id": placement.provider_id,
        "frameworkagreement_id": FrameworkAgreement.objects.first().pk,
        "grantapplication_id": case.applications.first().pk,
        "assessment_id": case.assessments.first().pk,
        "consent_id": case.consents.first().pk,
        "check_id": case.checks.first().pk,
    }


def late_things(world: World, case: Case) -> Iterator[Model]:
    """What it lacks: an open investigation, drafts, a deviation, a package, reports in three states."""
    today, now = date.today(), datetime.now(UTC)  # noqa: DTZ011 - any day will do
    asta = User.objects.get(username=f"asta@{HOME}")

    def named(keyword: str, thing: Model) -> Model:
        world.things[keyword] = thing.pk
        return thing

    def entry(author: User, **more: Any) -> JournalEntry:
        return JournalEntry(
            case=case, kind="kontakt", occurred_on=today, facts=TEXT, author=author, written_at=now, **more
        )

    yield named("task_id", Task(case=case, kind="annat", starts=today, due=today))
    investigation = Investigation(case=case, opened=today, due=today + timedelta(days=90))
    yield named("investigation_id", investigation)
    yield HealthPart(case=case, investigation=investigation, text=TEXT)
    yield ChildrenPart(case=case, investigation=investigation, text=TEXT)
    yield named("follow_up_id", FollowUp(case=case, planned=today))
    yield named("deviation_id", Deviation(case=case, origin="egen", received=today, text=TEXT))
    yield DuplicateFlag(
        municipality=case.municipality,
        newer_id=case.person_id,
        older_id=world.things["another person"],
        raised_at=now,
    )
    intake = Intake(case=case, kind="ansokan", channel="besok", source="polis", received=today, text=TEXT)
    yield intake
    yield ChildSafety(case=case, intake=intake, text=TEXT)
    yield ProtectedContact(case=case, address=TEXT, written_at=now, written_by=asta)
    yield named(
        "protectedreading_id",
        ProtectedReading(case=case, asked_by=asta, asked_at=now, reason=REASON),
    )
    yield named(
        "request_id",
        AccessRequest(
            municipality=case.municipality,
            asked_by=world.people["handler", "same_unit"],
            case_no=case.case_no,
            reason=REASON,
            asked_at=now,
        ),
    )
    manager = world.people["system", "other_unit"]
    yield named(
        "accountrequest_id",
        AccountRequest(
            municipality=case.municipality, kind="kod", account=asta.pk, name="Asta", reason=REASON,
            asked_by=manager, asked_at=now, expires_at=now + timedelta(days=7),
        ),
    )  # fmt: skip
    glass = EmergencyAccess(
        municipality=case.municipality,
        taken_by=world.people["handler", "break_glass"],
        case_no=case.case_no,
        opened=case,
        reason=REASON,
        taken_at=now,
        ends_at=now + timedelta(minutes=60),
    )
    yield named("emergency_id", glass)
    told = world.people["manager", "unit"]
    yield named("notice_id", EmergencyNotice(municipality=case.municipality, emergency=glass, to=told))
    yield ReadEntry(
        actor_id=asta.pk,
        role=asta.role,
        municipality_id=case.municipality_id,
        case_id=case.pk,
        what="see_case",
        object_type="case",
        object_id=case.pk,
        ground="handlaggare",
        source="web",
    )
    yield from log_review_of(world, case, asta, now)
    yield from control_of(world, case, asta, today)
    for kind in DocumentKind:
        content = b"%PDF-1.7 proof"
        file = Document(
            case=case, kind=kind, title=TEXT, dated=today, added_by=asta, added_at=now,
            media_type="application/pdf", size=len(content), sha256=hashlib.sha256(content).hexdigest(),
        )  # fmt: skip
        yield named(f"document_id {kind.value}", file)
        yield DocumentPiece(case=case, document=file, number=0, content=content)
    yield DecisionProposal(case=case, kind="oppenvard", reasons=TEXT, prepared_by=asta, prepared_on=today)
    yield AssessmentUse(
        case=case,
        assessment_id=world.things["assessment_id"],
        decision_id=world.things["decision_id"],
    )
    yield PlacementAbsence(
        case=case,
        placement_id=world.things["placement_id"],
        start=world.things["first night"],
        end=world.things["first night"],
        rate=0,
    )
    yield PlacementExtension(
        case=case,
        placement_id=world.things["placement_id"],
        kind="forlangd",
        reason=TEXT,
        made_on=today,
        made_by=asta,
    )
    inquiry = Inquiry(
        case=case, kind="hvb", age_span="25_34", start_from=today, start_to=today, months=18,
        county="spelar_ingen_roll", text=TEXT, made_on=today, made_by=asta,
    )  # fmt: skip
    yield named("inquiry_id", inquiry)
    asked = Offer(
        case=case, inquiry=inquiry, provider_id=world.things["provider_id"], asked_on=today,
        asked_how="telefon", note=TEXT,
    )  # fmt: skip
    yield named("offer_id", asked)
    question = ApartQuestion(case=case, provider_id=world.things["provider_id"], asked_by=asta, asked_at=now)
    yield named("apartquestion_id", question)
    first, second = sorted((case.pk, world.things["another case"]), key=lambda one: one.bytes)
    mark = ApartMark(
        municipality=case.municipality, first_case_id=first, second_case_id=second, made_on=today,
        made_by=world.people["coordinator", "unit"],
    )  # fmt: skip
    yield named("apartmark_id", mark)
    yield from money_of(world, case)
    yield named("journalentry_id entry", entry(asta, signed_at=now, signed_by=asta))
    yield named("journalentry_id draft", entry(asta))
    for (role, _), user in world.people.items():
        if role == "handler":
            draft = entry(user)
            world.drafts[user.pk] = draft.pk
            yield draft
    yield named(
        "release_id",
        package(case, PoliceUnit.objects.filter(municipality=case.municipality_id).first(), asta, now),
    )
    yield from invoices_of(world, case, asta, now)
    sha = files.store("proof", lambda: b"%PDF-1.7 proof")
    figures = {"figures": {"controls": dict.fromkeys(CONTROLS, True)}}
    for number, (word, status) in enumerate(
        [("done", "klar"), ("failed", "misslyckades"), ("approved", "godkand")], start=1
    ):
        approved = {"approved_by": asta, "approved_at": now} if word == "approved" else {}
        yield named(
            f"report_id {word}",
            MonthlyReport(
                municipality=case.municipality, month=date(2019, number, 1), status=status, requested_at=now,
                as_of=date(2019, number, 28), figures=figures, public_sha256=sha,
                annex_sha256=sha, figures_sha256=sha, frozen_at=now, **approved,
            ),
        )  # fmt: skip


def control_of(world: World, case: Case, by: User, today: date) -> Iterator[Model]:
    """What the municipality knows of the provider, and of where money is sought."""
    here = {"municipality": case.municipality}
    home = {"provider_id": world.things["provider_id"], **here}
    rows = {
        "providercontact_id": ProviderContact(name=TEXT, phone="1", **home),
        "providervisit_id": ProviderVisit(made_on=today, made_by=by, result=TEXT, **home),
        "providerincident_id": ProviderIncident(happened_on=today, severity="lag", text=TEXT, **home),
        "providerremark_id": ProviderRemark(made_on=today, reference="IVO 1", text=TEXT, **home),
        "delegationorder_id": DelegationOrder(
            number=1, decided=today, minutes="§ 1", valid_from=today, registered_by=by,
            registered_at=datetime.now(UTC), **here,
        ),
        "point": DelegationRule(point="1", kind="hvb", role="enhetschef", valid_from=today, **here),
        "grantprogramme_id": GrantProgramme(name=TEXT, start=today, share=1, **here),
        "grantrequest_id": GrantRequest(
            case=case, application_id=world.things["grantapplication_id"], asked=today, due=today, what=TEXT
        ),
    }  # fmt: skip
    for keyword, row in rows.items():
        world.things[keyword] = row.pk
        yield row


def invoices_of(world: World, case: Case, by: User, now: datetime) -> Iterator[Model]:
    """An invoice out of a file with a line in the case, a paid night, a rule of accounts and an export."""
    first, provider = world.things["first night"], world.things["provider_id"]
    here: dict[str, Any] = {"municipality": case.municipality}
    came_in = InvoiceImport(
        provider_id=provider, source="csv", imported_by=by, imported_at=now, size=1, sha256="0" * 64,
        line_count=1, **here,
    )  # fmt: skip
    yield came_in
    yield ImportContent(came_in=came_in, content=b"proof", **here)
    invoice = Invoice(
        provider_id=provider, number="F-PROOF", invoice_date=first, due=first, period_start=first,
        period_end=first + timedelta(days=1), net=1, vat=0, total=1, line_count=1, source="csv",
        came_in=came_in, registered_by=by, registered_at=now, **here,
    )  # fmt: skip
    yield invoice
    world.things["invoice_id"] = invoice.pk
    line = InvoiceLine(
        invoice=invoice, number="F-PROOF", position=1, text=TEXT, reference=TEXT, start=first,
        end=first + timedelta(days=1), quantity=1, unit_price=1, amount=1, case=case,
        placement_id=world.things["placement_id"], **here,
    )  # fmt: skip
    yield line
    yield PaidNight(case=case, placement_id=line.placement_id, line=line, night=first, **here)
    yield ColumnMapping(provider_id=provider, said={}, **here)
    rule = AccountRule(
        kind="hvb", inside=True, account="1", cost_centre="1", valid_from=first, **here
    )  # fmt: skip
    yield rule
    export = InvoiceExport(
        exported_by=by, exported_at=now, encoding="utf-8-sig", invoice_count=1, total=1, sha256="0" * 64,
        content=b"proof", **here,
    )  # fmt: skip
    yield export
    world.things |= {"accountrule_id": rule.pk, "invoiceexport_id": export.pk}


def money_of(world: World, case: Case) -> Iterator[Model]:
    """A krona moved between two lines, and a month that was closed with a night of the month before."""
    home, day = case.municipality, date(2022, 3, 1)
    world.things["month"] = "2022-03"
    yield ForecastAssumption(municipality=home, year=2022)
    source, target = world.things["budget lines"][:2]
    yield BudgetReallocation(
        municipality=home,
        ref="flytt",
        source_id=source,
        target_id=target,
        amount=1,
        decided=day,
        decision_ref=TEXT,
    )
    closing = MonthClosing(
        municipality=home, month=day, closed_at=datetime.now(UTC), nights=0, cost=0, brought=0, adjusted=0,
        closed_by=world.people["finance", "assigned"],
    )  # fmt: skip
    yield closing
    yield BookedCost(
        closing=closing, case=case, placement_id=world.things["placement_id"], month=date(2022, 2, 1),
        nights=1, cost=0,
    )  # fmt: skip


def log_review_of(world: World, case: Case, reader: User, now: datetime) -> Iterator[Model]:
    """A review of one read that the manager was asked about, and the alarm that the reader was stopped."""
    home = case.municipality
    review = LogReview(
        municipality=home, month=date(2019, 1, 1), drawn_at=now, seed="0" * 32,
        drawn_by=world.people["auditor", "assigned"], method={"few_cases": 10, "least": 20, "percent": 5},
        rules=[], units=[], everything=True, read_count=1, case_count=1, reads_sha256="0" * 64, item_count=1,
    )  # fmt: skip
    item = LogReviewItem(
        review=review, municipality=home, number=1, read_id=uuid.uuid4(), by_chance=True,
        is_break_glass=False, is_police=False, is_flagged=False, flags=[], read_at=now,
        actor_id=reader.pk, role=reader.role,
        unit_id=reader.unit_id, what="see_case", object_type="case", source="web", ground="handlaggare",
        held=["handlaggare"], unheld=0, case_nos=[case.case_no],
    )  # fmt: skip
    question = LogReviewQuestion(
        municipality=home, item=item, to=world.people["manager", "unit"], text=TEXT,
        asked_by=world.people["auditor", "assigned"], asked_at=now,
    )  # fmt: skip
    stopped = Event(
        actor_id=reader.pk, actor_name=reader.name, municipality_id=home.pk, requires="see_log_review",
        kind=WAS_STOPPED, occurred_on=now.date(), text=TEXT, object_id=reader.pk,
    )  # fmt: skip
    for keyword, thing in (
        ("logreview_id", review), ("logreviewitem_id", item), ("logreviewquestion_id", question),
        ("event_id", stopped),
    ):  # fmt: skip
        world.things[keyword] = thing.pk
        yield thing


def package(case: Case, unit: PoliceUnit, by: User, at: datetime, **changes: Any) -> ReleasePackage:
    """A release package that is open from `at` for thirty days."""
    content = {
        "format": 1,
        "police_reference": "A1",
        "decision": {"exists": False, "decided": None, "kind": ""},
    }
    basis = LegalBasis.objects.get(code="10 kap. 2 § OSL")
    fields = {
        "case": case, "recipient": unit, "kind": "utlamnande", "reference": f"P-{uuid.uuid4().hex[:12]}",
        "legal_basis": basis, "provision": basis.code, "purpose": TEXT, "harm_test": TEXT + TEXT,
        "content": content, "content_sha256": checksum(content), "released_by": by, "released_at": at,
        "valid_from": at, "valid_to": at + timedelta(days=30),
    }  # fmt: skip
    return ReleasePackage(**(fields | changes))


def insert(admin: psycopg.Connection, thing: Model) -> None:
    """Write a row past both walls, as the administrator."""
    wrapper = connections["default"]
    fields = thing._meta.local_concrete_fields
    columns = ", ".join(f'"{f.column}"' for f in fields)
    values = [f.get_db_prep_save(f.pre_save(thing, add=True), wrapper) for f in fields]
    marks = ", ".join(["%s"] * len(values))
    admin.execute(f"insert into app.{thing._meta.db_table} ({columns}) values ({marks})", values)
