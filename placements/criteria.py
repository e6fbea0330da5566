"""What a grant giver demands of a case, answered by what the case says already (DOMAIN.md 2.6, 2.9, R-50)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from avhopp.access.policy import may
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from cases.grounds import ground_holds
from cases.models import Case, Decision, Task

#: Every condition that a programme can set: its key, and how it is asked for.
LABELS = {
    "valt_att_lamna": "Personen har valt att lämna",
    "organiserad_brottslighet": "Det gäller organiserad brottslighet",
    "behov_av_stod": "Personen behöver samhällets stöd och skydd",
    "bedomning": "Polisens bedömning gäller",
    "beslut": "Beslut om insats finns",
    "samtycke": "Samtycke till att polisen får veta att beslut om insats finns",
    "regional_kontakt": "Polisens samordnare är kontaktad",
}


@dataclass(frozen=True)
class Criterion:
    """One condition: `met` None when the reader may not see what answers it."""

    key: str
    met: bool | None

    @property
    def label(self) -> str:
        return LABELS[self.key]


def criteria_of(case: Case, keys: Iterable[str], user: User, day: date) -> tuple[Criterion, ...]:
    """The programme's conditions in the order of LABELS, as they stand on the day. At most four queries."""
    wanted = set(keys)
    return tuple(Criterion(key, _met(key, case, user, day)) for key in LABELS if key in wanted)


def _met(key: str, case: Case, user: User, day: date) -> bool | None:
    own = _OWN.get(key)
    if own is None:
        return ground_holds(key, case, user, day)
    can, holds = own
    return holds(case, day) if may(user, can, case) else None


def _decided(case: Case, day: date) -> bool:
    made = Decision.objects.filter(case=case, decided__lte=day)
    return made.exclude(outcome=Decision.Outcome.REJECTED).exists()


def _contacted(case: Case, day: date) -> bool:
    return Task.objects.filter(case=case, kind=Task.Kind.CONTACT_POLICE, done_on__lte=day).exists()


_OWN: dict[str, tuple[Can, Callable[[Case, date], bool]]] = {
    "valt_att_lamna": (Can.SEE_INVESTIGATION, lambda case, _: case.chose_to_leave is True),
    "organiserad_brottslighet": (Can.SEE_INVESTIGATION, lambda case, _: case.organised_crime is True),
    "behov_av_stod": (Can.SEE_INVESTIGATION, lambda case, _: case.needs_support is True),
    "beslut": (Can.SEE_DECISION, _decided),
    "regional_kontakt": (Can.SEE_TASKS, _contacted),
}
