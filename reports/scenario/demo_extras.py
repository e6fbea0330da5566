"""What the demonstration has beyond a scenario: what people have written, planned and released.

Everything is done by the cast through the actions that the pages use, so that the history names them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.demo import CAST, DEMO_PASSWORD
from avhopp.accounts.models import Municipality, PoliceUnit, Unit, User
from avhopp.kernel.periods import add_months
from cases.actions.case_state import take_step
from cases.actions.decision import standard_delegation
from cases.actions.follow_up import hold_follow_up, plan_follow_up
from cases.actions.grants import team_name
from cases.actions.intake import FirstContact, NewPerson, open_case
from cases.actions.investigation import Definition, try_definition, write_investigation
from cases.actions.journal import Note, correct_entry, sign_entry, write_draft
from cases.actions.person import change_person
from cases.models import (
    Case,
    Decision,
    DelegationRule,
    Intake,
    Investigation,
    JournalEntry,
    LegalProvision,
    Task,
)
from cases.models.documents import DocumentKind
from cases.states import CaseEvent
from collaboration.actions.acknowledgements import acknowledge
from collaboration.actions.checks import NewDeviation, register_deviation
from collaboration.actions.releases import Wish, prepare_release, release_package
from collaboration.contents import Category
from collaboration.models import Consent, Deviation, LegalBasis, PoliceAssessment
from placements.invoices.models import Invoice
from reports.scenario.demo_accounts import code_asked_for
from reports.scenario.demo_control import control_of_providers, grant_programme, price_lists
from reports.scenario.demo_documents import add_sheet
from reports.scenario.demo_invoices import add_invoices, add_rules, attest_the_first
from reports.scenario.demo_places import inquiry_for_a_place, not_in_the_same_place

#: Plainly invented: Greek letters, and a family name that nobody has.
NAMES = {
    "A1": "Alfa Demosson",
    "A2": "Beta Demosson",
    "A3": "Gamma Demosson",
    "A4": "Delta Demosson",
    "A5": "Epsilon Demodotter",
    "A6": "Zeta Demosson",
    "A7": "Eta Demosson",
    "A8": "Teta Demosson",
}
REASON = "Demonstration"
PURPOSE = "Gemensam planering av skyddet (påhittat för demonstrationen)."
HARM_TEST = "Personen har samtyckt. Uppgifterna behövs för skyddet och bedöms inte skada någon (påhittat)."


@dataclass
class Stage:
    """Who and what the extras are about, on the day of the load."""

    home: Municipality
    importer: User
    at: datetime

    def __post_init__(self) -> None:
        self.today = timezone.localdate(self.at)
        self.invoices: list[Invoice] = []
        self.people = {user.handle: user for user in User.objects.of(self.home)}
        self.units = {unit.ref: unit for unit in Unit.objects.filter(municipality=self.home)}
        self.police = {unit.ref: unit for unit in PoliceUnit.objects.filter(municipality=self.home)}
        with acting(self.importer, reason=REASON):
            self.cases = {
                case.ref: case
                for case in Case.objects.filter(municipality=self.home).select_related("person", "unit")
            }

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def ahead(self, days: int) -> date:
        return self.today + timedelta(days=days)


def add_extras(*, home: Municipality, importer: User, at: datetime) -> None:
    """Everything of this module, in the transaction of the load."""
    with acting(importer, reason=REASON):
        name_the_cast(home)
    stage = Stage(home, importer, at)
    parts: list[tuple[str, Callable[[Stage], None]]] = [
        ("inlasning", _delegation),
        ("inlasning", _decisions_and_investigations),
        ("asta", _persons),
        ("asta", _new_cases),
        ("cleo", _case_of_another_unit),
        ("asta", _journal),
        ("asta", _tasks),
        ("asta", _follow_ups),
        ("siri", _deviation),
        ("siri", _releases),
        ("siri", _police_paper),
        ("asta", _plan_on_paper),
        ("eskil", _invoices),
        ("bo", _attested_invoice),
        ("siri", control_of_providers),
        ("siri", price_lists),
        ("siri", grant_programme),
        ("asta", inquiry_for_a_place),
        ("siri", not_in_the_same_place),
        ("eva", code_asked_for),
    ]
    for handle, part in parts:
        with acting(stage.people[handle], reason=REASON):
            part(stage)


def name_the_cast(home: Municipality) -> None:
    """Names, titles and the demonstration's one password."""
    people = {user.handle: user for user in User.objects.of(home)}
    for actor in CAST:
        user = people[actor.handle]
        user.name, user.title = actor.name, actor.title
        user.set_password(DEMO_PASSWORD)
        user.save(update_fields=["name", "title", "password"])


def _delegation(stage: Stage) -> None:
    standard_delegation(stage.home, date(stage.today.year - 2, 1, 1))


def _decisions_and_investigations(stage: Stage) -> None:
    """Who decided, on which ground, and the investigation that came before."""
    chief = {
        rule.kind: rule
        for rule in DelegationRule.objects.filter(municipality=stage.home, role=Role.UNIT_MANAGER)
    }
    for case in stage.cases.values():
        decisions = list(Decision.objects.filter(case=case).order_by("decided"))
        for decision in decisions:
            decision.decided_by, decision.delegation = stage.people["bo"], chief.get(decision.kind)
            provisions = LegalProvision.objects.in_force_on(decision.decided)
            decision.provision = provisions.order_by("code").first()
            decision.notified = min(decision.decided + timedelta(days=1), stage.today)
            decision.reasons = "Personen behöver insatsen för att kunna lämna (påhittat)."
            decision.save(update_fields=["decided_by", "delegation", "provision", "notified", "reasons"])
        if decisions:
            _investigation(stage, case, decisions[0].decided)


def _investigation(stage: Stage, case: Case, concluded: date) -> None:
    Investigation(
        case=case,
        opened=case.received,
        due=add_months(case.received, 4),
        concluded=max(case.received, concluded),
        situation="Påhittad situation: personen har tagit kontakt och vill lämna.",
        motivation="Påhittat: personen är motiverad och har kommit till alla möten.",
        needs="Påhittat: boende på annan ort, stöd med ekonomi och sysselsättning.",
        conclusion="Påhittad bedömning: personen behöver insatser som inte kan ges på annat sätt.",
    ).save(force_insert=True)
    case.definition = Case.Definition.MET
    case.chose_to_leave = case.organised_crime = case.needs_support = True
    case.save(update_fields=["definition", "chose_to_leave", "organised_crime", "needs_support"])


def _persons(stage: Stage) -> None:
    for ref, case in stage.cases.items():
        person = case.person
        facts = NewPerson(
            name=NAMES[ref],
            identity=person.identity,
            birth_year=person.birth_year,
            sex=person.sex,
            children_count=person.children_count,
            protection=person.protection,
        )
        change_person(case=case, facts=facts, by=stage.people["asta"], today=stage.today)


def _new_cases(stage: Stage) -> None:
    """One that came this week, and one under investigation."""
    asta = stage.people["asta"]
    _opened(
        stage,
        NewPerson(name="Jota Demosson", birth_year=stage.today.year - 22, sex="man"),
        FirstContact(
            received=stage.ago(2),
            source="polis",
            kind=Intake.Kind.INFORMATION,
            channel=Intake.Channel.PHONE,
            informant="Polisens samordnare (påhittad)",
            text="Personen vill ha kontakt med socialtjänsten. Uppgiften är påhittad.",
        ),
        "beroende",
        asta,
    )
    case = _opened(
        stage,
        NewPerson(name="Kappa Demodotter", birth_year=stage.today.year - 27, sex="kvinna", children_count=1),
        FirstContact(
            received=stage.ago(40),
            source="sjalv",
            kind=Intake.Kind.APPLICATION,
            channel=Intake.Channel.VISIT,
            text="Personen ansöker om stöd för att lämna. Uppgiften är påhittad.",
        ),
        "beroende",
        asta,
    )
    _investigate(stage, case, asta, stage.ago(38))


def _case_of_another_unit(stage: Stage) -> None:
    cleo = stage.people["cleo"]
    case = _opened(
        stage,
        NewPerson(name="Lambda Demosson", birth_year=stage.today.year - 19, sex="man"),
        FirstContact(
            received=stage.ago(60),
            source="skola",
            kind=Intake.Kind.APPLICATION,
            channel=Intake.Channel.MEETING,
            text="Skolan var med vid ansökan. Uppgiften är påhittad.",
        ),
        "ungdom",
        cleo,
    )
    _investigate(stage, case, cleo, stage.ago(55))


def _opened(stage: Stage, person: NewPerson, contact: FirstContact, unit: str, by: User) -> Case:
    return open_case(
        contact=contact,
        person=person,
        unit=stage.units[unit],
        handler=by,
        by=by,
        at=stage.at,
        more_teams=(team_name(stage.home, Role.IMPORTER),),
    )


def _investigate(stage: Stage, case: Case, by: User, on: date) -> None:
    take_step(case=case, event=CaseEvent.APPLY, on=on, by=by, today=stage.today)
    investigation = Investigation.objects.select_related("case").get(case=case)
    parts = {
        "situation": "Påhittad situation: personen bor hos en släkting på annan ort.",
        "motivation": "Påhittat: personen har själv sökt hjälp.",
    }
    write_investigation(investigation=investigation, parts=parts, by=by, today=stage.today)
    definition = Definition(True, None, True, Case.Definition.PRELIMINARY)
    try_definition(case=case, definition=definition, by=by, today=stage.today)


def _journal(stage: Stage) -> None:
    asta, case = stage.people["asta"], stage.cases["A1"]
    signed = _entry(
        stage,
        case,
        21,
        Note(
            kind=JournalEntry.Kind.VISIT,
            occurred_on=stage.ago(21),
            facts="Besök på boendet. Personen berättar att vardagen fungerar (påhittat).",
            informant="Personen själv, vid besöket",
            assessment="Planen följs.",
            own_view="Personen är nöjd med stödet.",
        ),
    )
    correct_entry(
        entry=signed,
        note=Note(
            kind=JournalEntry.Kind.VISIT,
            occurred_on=stage.ago(22),
            facts="Besök på boendet. Personen berättar att vardagen fungerar (påhittat).",
            informant="Personen själv, vid besöket",
            assessment="Planen följs.",
            own_view="Personen är nöjd med stödet.",
        ),
        reason="Fel dag: besöket var dagen före.",
        by=asta,
        at=stage.at - timedelta(days=20),
    )
    note = Note(
        kind=JournalEntry.Kind.COLLABORATION,
        occurred_on=stage.ago(7),
        facts="Samtal med samordnaren om den gemensamma uppföljningen (påhittat).",
        informant="Samordnaren, på telefon",
    )
    _entry(stage, stage.cases["A3"], 7, note)
    draft = Note(
        kind=JournalEntry.Kind.CONTACT,
        occurred_on=stage.ago(6),
        facts="Personen ringde och ville flytta mötet (påhittat utkast).",
    )
    write_draft(case=stage.cases["A2"], note=draft, by=asta, at=stage.at - timedelta(days=6))


def _entry(stage: Stage, case: Case, days: int, note: Note) -> JournalEntry:
    asta, then = stage.people["asta"], stage.at - timedelta(days=days)
    return sign_entry(entry=write_draft(case=case, note=note, by=asta, at=then), by=asta, at=then)


def _police_paper(stage: Stage) -> None:
    add_sheet(
        case=stage.cases["A1"], kind=DocumentKind.POLICE, title="Hotbildsbedömning som den kom",
        lines=["Bedömning", "Grad av kriminalitet: hög", "Behov av skydd: placering på annan ort"],
        dated=stage.ago(40), by=stage.people["siri"], at=stage.at - timedelta(days=39),
    )  # fmt: skip


def _plan_on_paper(stage: Stage) -> None:
    add_sheet(
        case=stage.cases["A1"], kind=DocumentKind.PLAN, title="Genomförandeplan, undertecknad",
        lines=["Genomförandeplan", "Mål: en vardag utan kriminalitet", "Uppföljning var tredje månad"],
        dated=stage.ago(25), by=stage.people["asta"], at=stage.at - timedelta(days=24),
    )  # fmt: skip


def _invoices(stage: Stage) -> None:
    eskil = stage.people["eskil"]
    add_rules(by=eskil, since=date(stage.today.year - 3, 1, 1), today=stage.today)
    stage.invoices = add_invoices(by=eskil, attester=stage.people["bo"], at=stage.at, today=stage.today)


def _attested_invoice(stage: Stage) -> None:
    attest_the_first(invoices=stage.invoices, by=stage.people["bo"], at=stage.at)


def _tasks(stage: Stage) -> None:
    """One overdue, one due within days."""
    wanted = (
        ("A4", Task.Kind.PLAN, stage.ago(33), stage.ago(3)),
        ("A2", Task.Kind.FOLLOW_UP, stage.ago(87), stage.ahead(4)),
    )
    for ref, kind, starts, due in wanted:
        Task(case=stage.cases[ref], kind=kind, starts=starts, due=due).save(force_insert=True)


def _follow_ups(stage: Stage) -> None:
    asta = stage.people["asta"]
    then = stage.ago(75)
    held = plan_follow_up(case=stage.cases["A1"], planned=then, with_police=True, by=asta, today=then)
    summary = "Påhittad sammanfattning: boendet fungerar och kontakten med polisen fortsätter."
    plan_follow_up(
        case=stage.cases["A1"], planned=stage.ahead(14), with_police=True, by=asta, today=stage.today
    )
    hold_follow_up(follow_up=held, held=then, with_police=True, summary=summary, by=asta, today=stage.today)
    for ref, days, together in (("A2", 25, True), ("A3", 40, True), ("A5", 10, False)):
        plan_follow_up(
            case=stage.cases[ref], planned=stage.ahead(days), with_police=together, by=asta, today=stage.today
        )


def _deviation(stage: Stage) -> None:
    new = NewDeviation(
        origin=Deviation.Origin.POLICE,
        police_unit=stage.police["noa"],
        received=stage.ago(4),
        channel="Telefon, bekräftad skriftligt",
        text="Personen kom inte till det avtalade mötet (påhittat).",
    )
    register_deviation(case=stage.cases["A3"], new=new, by=stage.people["siri"], today=stage.today)


def _releases(stage: Stage) -> None:
    """To both police units: what was registered from their documents, and what the person has agreed to."""
    siri = stage.people["siri"]
    for ref in ("A1", "A2", "A3"):
        case = stage.cases[ref]
        assessment = PoliceAssessment.objects.select_related("police_unit").get(case=case, replaced_by=None)
        acknowledge(assessment=assessment, case=case, by=siri, at=stage.at)
    basis = LegalBasis.objects.in_force_on(stage.today).filter(needs_consent=True, is_active=True).first()
    assert basis is not None, "the migrations bring the legal bases"
    for ref in ("A1", "A2", "A3"):
        case = stage.cases[ref]
        consent = Consent.objects.select_related("recipient").get(case=case)
        wish = Wish(
            recipient=consent.recipient,
            categories=(Category.ASSESSMENT, Category.DECISION, Category.FOLLOW_UP),
            legal_basis=basis,
            purpose=PURPOSE,
            harm_test=HARM_TEST,
            valid_to=stage.ahead(60),
        )
        seen = prepare_release(case=case, wish=wish, by=siri, today=stage.today).checksum
        release_package(case=case, wish=wish, seen=seen, by=siri, at=stage.at)
