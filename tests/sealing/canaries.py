"""Writes canaries into every sealed column, again and again, and prints table, column and canary of each.

Reads how many. Run with avhopp.settings.web it loads the demonstration, whose rows get the canaries; then run
it with avhopp.settings.migrator. What keeps signed and frozen rows is put aside, so that every column is
reached; history is not.
"""

import itertools
import sys
from datetime import UTC, date, datetime
from typing import Any

import django

django.setup()

from allauth.mfa.models import Authenticator  # noqa: E402
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: E402
from allauth.mfa.totp.internal.auth import TOTP  # noqa: E402
from allauth.mfa.utils import decrypt  # noqa: E402
from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402

from avhopp.accounts.models import User  # noqa: E402
from avhopp.accounts.sealed_factors import secrets_of  # noqa: E402
from avhopp.sealing.fields import SealedJSONField, SealedTextField  # noqa: E402
from avhopp.sealing.models import DataKey  # noqa: E402
from cases.models import (  # noqa: E402
    Document,
    FollowUp,
    JournalEntry,
    LogReviewItem,
    LogReviewQuestion,
    Person,
    ProtectedReading,
)
from collaboration.models import PoliceAssessment  # noqa: E402
from collaboration.portal.app_secrets import sealed_secret  # noqa: E402
from placements.models import Placement, PlacementExtension, ProviderIncident  # noqa: E402
from reports.scenario.demonstration import load_demo  # noqa: E402

NOW = datetime.now(UTC)
KEEPERS = (
    "keep_signed", "keep_registered", "keep_released", "keep_reading", "answer_once", "keep_log_item",
    "keep_log_review", "keep_invoice", "keep_line", "keep_decided",
)  # fmt: skip
numbers = itertools.count(100_000)


def sealed_of(model: type[models.Model]) -> list[SealedTextField]:
    return [one for one in model._meta.local_concrete_fields if isinstance(one, SealedTextField)]


def put_aside() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid")
        for table, trigger in cursor.fetchall():
            if trigger in KEEPERS:
                cursor.execute(f"alter table {table} disable trigger {trigger}")


def some_value(one: models.Field) -> Any:
    if one.is_relation:
        return a_row(one.related_model)
    if one.choices:
        return one.choices[0][0]
    kinds = {"DateField": date.today(), "DateTimeField": NOW, "PositiveSmallIntegerField": 1}  # noqa: DTZ011
    return kinds.get(one.get_internal_type(), "")


def a_row(model: type[models.Model]) -> models.Model:
    found = model._base_manager.first()
    if found is not None:
        return found
    needed = [one for one in model._meta.local_concrete_fields if not (one.null or one.has_default())]
    made = model(**{one.name: some_value(one) for one in needed})
    for one in needed:  # what a row of a case names is of that case
        if one.is_relation and hasattr(made, "case") and hasattr(getattr(made, one.name), "case"):
            made.case = getattr(made, one.name).case
    if isinstance(made, ProtectedReading):
        made.named, made.used_at = True, NOW
    return made


def canary(one: SealedTextField) -> tuple[str, Any]:
    number = next(numbers)
    if one.name == "identity":
        return f"777777{number}", f"777777{number}"
    text = f"Kanariegatan {number}"
    return text, {"identity": {"name": text}} if isinstance(one, SealedJSONField) else text


def prepare(row: models.Model) -> models.Model:
    """Some texts stand only beside other facts."""
    if isinstance(row, FollowUp):
        row.held = row.planned
    elif isinstance(row, JournalEntry):
        return JournalEntry.objects.exclude(supersedes=None)[0]
    elif isinstance(row, Placement):
        row.agreement = None
    elif isinstance(row, LogReviewItem):
        row.verdict, row.decided_by, row.decided_at = "anmarkning", row.review.drawn_by, NOW
    elif isinstance(row, LogReviewQuestion):
        row.answered_at = NOW
    elif isinstance(row, PlacementExtension):
        stay = Placement.objects.exclude(start=None)[0]
        row.placement, row.case, row.decision = stay, stay.case, stay.decision
    elif isinstance(row, ProviderIncident):
        row.closed_on = row.happened_on
    elif isinstance(row, Document):
        row.withdrawn_at, row.withdrawn_by = row.added_at, row.added_by
    elif isinstance(row, PoliceAssessment):
        row.withdrawn, row.withdrawn_at, row.withdrawn_by = row.received, NOW, row.registered_by
    return row


def write(model: type[models.Model]) -> None:
    row, written = prepare(a_row(model)), []
    for one in sealed_of(model):
        seen, value = canary(one)
        setattr(row, one.attname, value)
        written.append(f"{model._meta.db_table}\t{one.column}\t{seen}\n")
    if isinstance(row, Person):
        row.set_name("KANARIENAMN")
    row.save()
    sys.stdout.writelines(written)


def write_factors() -> None:
    """What signs in: the secret of an app, and the seed of recovery codes."""
    person = User.objects.filter(handle="asta").get()
    officer = User.objects.filter(handle="dag").get()
    with secrets_of(person.pk):
        secret = f"KANARIEAPP{next(numbers)}"
        TOTP.activate(person, secret)
        seed = decrypt(RecoveryCodes.activate(person).instance.data["seed"])
    key, theirs = DataKey.objects.filter(ring="officers").get(), f"KANARIEPOLIS{next(numbers)}"
    data = {"secret": sealed_secret(theirs, officer.pk, key.id, key.wrapped)}
    Authenticator.objects.create(user=officer, type="totp", data=data)
    sys.stdout.writelines(f"mfa_authenticator\tdata\t{seen}\n" for seen in (secret, seed, theirs))


def main() -> None:
    wanted, first = int(sys.stdin.read()), next(numbers)
    if settings.DATABASE_LOGIN == "web":
        load_demo(at=NOW)
        return
    put_aside()
    write_factors()
    sealed = [one for one in apps.get_models() if sealed_of(one) and "historical" not in one._meta.model_name]
    while next(numbers) - first < wanted + 50:
        with transaction.atomic():
            for model in sealed:
                write(model)


main()
