"""Programmes to seek money from, and their rules."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from avhopp.access.policy import demand, demand_in_general
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from placements.actions.refusals import told
from placements.criteria import LABELS
from placements.models import GrantApplication, GrantProgramme


@dataclass(frozen=True)
class ProgrammeFacts:
    """In force from `start` to the day before `end`; `share` (0 to 1); `criteria` are keys of LABELS."""

    name: str
    giver: str
    start: date
    end: date | None
    share: Decimal
    apply_by: date | None = None
    account_by: date | None = None
    criteria: tuple[str, ...] = ()
    rules: str = ""


#: What applications were made under.
KEPT = ("share", "criteria", "start")


def add_programme(*, facts: ProgrammeFacts, by: User, today: date) -> GrantProgramme:
    """A new programme in the user's municipality.

    Raises:
        Refused: not_allowed, end_before_start, share_of_one, unknown_criterion.
    """
    demand_in_general(by, Can.WRITE_APPLICATION)
    programme = GrantProgramme(municipality_id=by.municipality_id, **_values(facts))
    with told():
        programme.save(force_insert=True)
    _note(programme, by, today, "program_tillagt", "Ett bidragsprogram lades till.")
    return programme


def change_programme(
    *, programme: GrantProgramme, facts: ProgrammeFacts, by: User, today: date
) -> GrantProgramme:
    """Correct a programme. Once an application has been sent in it, its rules are a new programme.

    Raises:
        Refused: not_allowed, programme_in_use, end_before_start, share_of_one, unknown_criterion.
    """
    demand(by, Can.WRITE_APPLICATION, programme)
    programme = GrantProgramme.objects.locked().get(pk=programme.pk)
    values = _values(facts)
    changed = [name for name in KEPT if values[name] != getattr(programme, name)]
    sent = GrantApplication.objects.filter(programme=programme, sent__isnull=False)
    if changed and sent.exists():
        raise Refused(
            "programme_in_use",
            "Ansökningar är skickade enligt de här reglerna. Avsluta programmet och lägg till ett nytt.",
            field=changed[0],
        )
    for name, value in values.items():
        setattr(programme, name, value)
    with told():
        programme.save(update_fields=list(values))
    _note(programme, by, today, "program_andrat", "Ett bidragsprogram ändrades.")
    return programme


def _values(facts: ProgrammeFacts) -> dict[str, object]:
    if facts.end is not None and facts.end <= facts.start:
        raise Refused("end_before_start", "Programmet måste sluta efter att det börjar.", field="end")
    if not 0 < facts.share <= 1:
        raise Refused("share_of_one", "Andelen är mer än 0 och högst 100 procent.", field="share")
    if not set(facts.criteria) <= LABELS.keys():
        raise Refused("unknown_criterion", "Välj bland de villkor som finns.", field="criteria")
    ordered = [key for key in LABELS if key in facts.criteria]
    text = {"name": facts.name.strip(), "giver": facts.giver.strip(), "rules": facts.rules.strip()}
    return vars(facts) | text | {"criteria": ordered}


def _note(programme: GrantProgramme, by: User, on: date, kind: str, text: str) -> None:
    record(
        by=by, kind=kind, requires=Can.SEE_APPLICATION, on=on, text=text, object_id=programme.pk
    )  # fmt: skip
