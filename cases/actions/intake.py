"""The first contact becomes a case, with its people, its grants and its first tasks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from avhopp.access.policy import demand, demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import Unit, User
from avhopp.audit.events import record
from avhopp.kernel.deadlines import DeadlineKind, due
from avhopp.kernel.refusal import Refused
from avhopp.sealing.rings import indexes
from cases.actions.grants import grant_handler, grant_teams, teams_of
from cases.models import Case, Intake, Person, Task
from cases.models.person import ProtectionLevel, Sex


@dataclass(frozen=True)
class NewPerson:
    """What is known of the person at the first contact. All of it may be unknown."""

    name: str = ""
    identity: str | None = None  # twelve digits, checked
    birth_year: int | None = None
    sex: str = Sex.UNKNOWN
    children_count: int = 0
    protection: str = ProtectionLevel.NONE
    ref: str | None = None


@dataclass(frozen=True)
class FirstContact:
    received: date
    source: str
    kind: str = Intake.Kind.APPLICATION
    channel: str = Intake.Channel.OTHER
    informant: str = ""
    text: str = ""
    concerns_child: bool = False


def register_person(*, new: NewPerson, by: User) -> Person:
    """A new person. That somebody else already has the number is told to the coordinator alone."""
    person = Person(
        municipality_id=by.municipality_id,
        ref=new.ref,
        identity=new.identity,
        birth_year=new.birth_year,
        sex=new.sex,
        children_count=new.children_count,
        protection=new.protection,
    )
    person.set_name(new.name)
    person.save(force_insert=True)
    return person


def register_first_contact(
    *, contact: FirstContact, person: NewPerson, unit: Unit, handler: User | None, by: User, at: datetime
) -> Case:
    """Open a case for a person who is new to `by`.

    Raises:
        Refused: `known_person` when a case that `by` may see has that identity number; as `open_case`.
    """
    demand_in_general(by, Can.OPEN_CASE)
    if person.identity and _is_known_to(by, person.identity):
        raise Refused(
            "known_person",
            "Personen finns redan i ett ärende som du får se. Sök på numret och fortsätt i det ärendet.",
            field="identity",
        )
    return open_case(contact=contact, person=person, unit=unit, handler=handler, by=by, at=at)


def open_case(
    *,
    contact: FirstContact,
    person: Person | NewPerson,
    unit: Unit,
    handler: User | None,
    by: User,
    at: datetime,
    ref: str | None = None,
    more_teams: tuple[str, ...] = (),
) -> Case:
    """Open a case for a new person, or for one whose earlier cases are closed.

    The grants are written before the case row, so that the database lets the opener see what it made.
    `at` is the moment of registration; `contact.received` the day the person turned to the municipality.

    Raises:
        Refused: codes `not_allowed`, `one_open_case`, `in_the_future`, `not_a_handler`.
    """
    demand_in_general(by, Can.OPEN_CASE)
    if contact.received > timezone.localdate(at):
        raise Refused("in_the_future", "Kontakten kan inte ha kommit in efter i dag.", field="received")
    if isinstance(person, NewPerson):
        person = register_person(new=person, by=by)
    else:
        # One at a time: two new cases of one person, each looking for the other, would wait for ever.
        Person.objects.select_for_update(of=("self",)).filter(pk=person.pk).values_list("pk").first()
    earlier = Case.objects.filter(person=person).order_by("-received").first()
    case = Case(
        municipality_id=by.municipality_id,
        unit=unit,
        person=person,
        ref=ref,
        case_no=next_number(municipality_id=by.municipality_id, year=contact.received.year),
        received=contact.received,
        source=contact.source,
        reopened_from=earlier,
    )
    reason = "Ärendet öppnades"
    grant_teams(case=case, by=by, teams=[*teams_of(case), *more_teams], reason=reason)
    if handler is not None:
        grant_handler(case=case, handler=handler, by=by, reason=reason)
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError as error:
        if "one_open_case_per_person" in str(error):
            raise Refused(
                "one_open_case", "Personen har redan ett öppet ärende. Lägg den nya kontakten i det ärendet."
            ) from None
        raise
    flag_duplicates(person)
    intake = _register_intake(case=case, contact=contact)
    _first_tasks(case=case, contact=contact)
    record(
        by=by, case=case, kind="arende_oppnat", requires=Can.SEE_CASE, on=contact.received,
        text="Ärendet öppnades.", object_id=intake.pk,
    )  # fmt: skip
    return case


def add_contact(*, case: Case, contact: FirstContact, by: User, at: datetime) -> Intake:
    """A new contact while the case is open is attached to it: never a second case (DOMAIN.md 4.1).

    Raises:
        Refused: codes `not_allowed`, `case_closed`, `in_the_future`.
    """
    demand(by, Can.WRITE_INTAKE, case)
    case = Case.objects.locked().get(pk=case.pk)
    if not case.is_open:
        raise Refused("case_closed", "Ärendet är avslutat. Öppna ett nytt ärende för personen.")
    if contact.received > timezone.localdate(at):
        raise Refused("in_the_future", "Kontakten kan inte ha kommit in efter i dag.", field="received")
    intake = _register_intake(case=case, contact=contact)
    record(
        by=by, case=case, kind="kontakt_tillagd", requires=Can.SEE_INTAKE, on=contact.received,
        text="En ny kontakt lades till ärendet.", object_id=intake.pk,
    )  # fmt: skip
    return intake


def next_number(*, municipality_id: UUID, year: int) -> str:
    """The next case number, `AVH-2026-0001`. It encodes neither person nor unit."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into cases_casenumber as n (id, municipality_id, year, last)
            values (gen_random_uuid(), %s, %s, 1)
            on conflict (municipality_id, year) do update set last = n.last + 1 returning last
            """,
            [municipality_id, year],
        )
        return f"AVH-{year}-{cursor.fetchone()[0]:04d}"


def flag_duplicates(person: Person) -> None:
    """Let the coordinator know that two persons have one number; the caller learns nothing."""
    flag_numbers([(person.pk, person.identity, person.municipality_id)])


def flag_numbers(persons: Iterable[tuple[UUID, str | None, UUID]]) -> None:
    """The same for many: their ids, twelve digits and municipality. The database compares blind indexes."""
    pairs = [(pk, index) for pk, number, home in persons if number for index in indexes(number, home)]
    with connection.cursor() as cursor:
        cursor.execute(
            "select sec.flag_duplicates(one, number) from unnest(%s::uuid[], %s::text[]) t(one, number)",
            [[pk for pk, _ in pairs], [index for _, index in pairs]],
        )


def _is_known_to(user: User, number: str) -> bool:
    persons = Person.objects.with_number(number, user.municipality_id)
    return Case.objects.visible_to(user).filter(person__in=persons).exists()


def _register_intake(*, case: Case, contact: FirstContact) -> Intake:
    intake = Intake(
        case=case,
        kind=contact.kind,
        channel=contact.channel,
        source=contact.source,
        received=contact.received,
        informant=contact.informant,
        text=contact.text,
        concerns_child=contact.concerns_child,
    )
    intake.save(force_insert=True)
    return intake


def _first_tasks(*, case: Case, contact: FirstContact) -> None:
    """The police's coordinator is always contacted (R-02); a report about a child starts its clocks."""
    wanted = [(Task.Kind.CONTACT_POLICE, DeadlineKind.POLICE_CONTACT)]
    if contact.concerns_child:
        wanted += [
            (Task.Kind.CHILD_SAFETY, DeadlineKind.CHILD_SAFETY_ASSESSMENT),
            (Task.Kind.PRELIMINARY, DeadlineKind.PRELIMINARY_ASSESSMENT),
        ]
    for kind, deadline in wanted:
        task = Task(case=case, kind=kind, starts=contact.received, due=due(deadline, contact.received))
        task.save(force_insert=True)
