"""Record the person's consent, and its withdrawal, which takes effect at once."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from avhopp.access.policy import demand
from avhopp.access.roles import Can
from avhopp.accounts.models import PoliceUnit, User
from avhopp.audit.events import record
from avhopp.kernel.refusal import Refused
from avhopp.kernel.workdays import add_workdays
from cases.models import Case, Task
from collaboration.actions.cases import demand_not_later, demand_within, locked_case
from collaboration.actions.packages import close_packages
from collaboration.contents import Category
from collaboration.models import Consent, ReleasePackage


@dataclass(frozen=True)
class NewConsent:
    """To whom, what, what for, in which form, and from and to which day (both included)."""

    recipient: PoliceUnit
    categories: tuple[str, ...]
    purpose: str
    form: str
    start: date
    end: date


def record_consent(*, case: Case, new: NewConsent, by: User, today: date) -> Consent:
    """Record a consent. It never covers more than the categories listed.

    Raises:
        Refused: codes `not_allowed`, `case_closed`, `in_the_future`, `ends_before_start`, `no_categories`,
            `unknown_category`, `other_municipality`.
    """
    demand(by, Can.WRITE_CONSENT, case)
    case = locked_case(case)
    demand_not_later(new.start, today, "start")
    demand_within(case, new.start, "start")
    if new.end < new.start:
        raise Refused("ends_before_start", "Samtycket kan inte sluta gälla innan det börjar.", field="end")
    if not new.categories:
        raise Refused("no_categories", "Välj minst en uppgift som samtycket omfattar.", field="categories")
    if not set(new.categories) <= set(Category.values):
        raise Refused("unknown_category", "Välj bland de uppgifter som finns i listan.", field="categories")
    if new.recipient.municipality_id != case.municipality_id:
        raise Refused(
            "other_municipality", "Välj en polisenhet som kommunen samverkar med.", field="recipient"
        )
    consent = Consent(
        case=case,
        recipient=new.recipient,
        categories=sorted(set(new.categories)),
        purpose=new.purpose.strip(),
        form=new.form,
        start=new.start,
        end=new.end,
    )
    consent.save(force_insert=True)
    record(
        by=by, case=case, kind="samtycke_inhamtat", requires=Can.SEE_CONSENT, on=new.start,
        text=f"Samtycke till att lämna uppgifter till {new.recipient.name} registrerades.",
        object_id=consent.pk,
    )  # fmt: skip
    return consent


def withdraw_consent(*, consent: Consent, withdrawn: date, how: str, by: User, at: datetime) -> int:
    """Withdraw the consent and close every package that rests on it, in the same transaction.

    Gives the number of packages closed. A task reminds to tell the recipient.

    Raises:
        Refused: codes `not_allowed`, `already_withdrawn`, `in_the_future`, `before_consent`, `no_note`.
    """
    demand(by, Can.WRITE_CONSENT, consent)
    case = locked_case(consent.case)
    consent = Consent.objects.select_for_update(of=("self",)).select_related("recipient").get(pk=consent.pk)
    today = timezone.localdate(at)
    if consent.withdrawn is not None:
        raise Refused("already_withdrawn", "Samtycket är redan återkallat.")
    demand_not_later(withdrawn, today, "withdrawn")
    if withdrawn < consent.start:
        raise Refused(
            "before_consent",
            f"Samtycket gavs {consent.start}. Ange den dagen eller en senare.",
            field="withdrawn",
        )
    if not how.strip():
        raise Refused("no_note", "Skriv hur samtycket återkallades.", field="how")
    consent.withdrawn = withdrawn
    consent.withdrawal_note = how.strip()
    consent.save(update_fields=["withdrawn", "withdrawal_note"])
    closed = close_packages(
        ReleasePackage.objects.filter(consent=consent), ReleasePackage.Closing.CONSENT_WITHDRAWN, at
    )
    Task(
        case=case,
        kind=Task.Kind.INFORM_RECIPIENT,
        note=consent.recipient.name,
        starts=today,
        due=add_workdays(today, 1),
    ).save(force_insert=True)
    record(
        by=by, case=case, kind="samtycke_aterkallat", requires=Can.SEE_CONSENT, on=withdrawn,
        text=f"Samtycket till {consent.recipient.name} återkallades. {_closed(closed)}", object_id=consent.pk,
    )  # fmt: skip
    return closed


def _closed(number: int) -> str:
    if number == 0:
        return "Inget var utlämnat med stöd av det."
    return "Ett utlämnande stängdes." if number == 1 else f"{number} utlämnanden stängdes."
