"""What the cast read last month, and the log auditor's draw from it: so that there is something to review."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import connection

from avhopp.access.context import acting
from avhopp.access.roles import Can
from avhopp.kernel.periods import add_months
from cases.actions.log_review import draw_month
from cases.log_review.reads import STOCKHOLM, bounds
from cases.models import Case, CaseGroupGrant, CaseUserGrant
from reports.scenario.demo_extras import REASON, Stage

#: The log gives an entry the moment at which it is written; these were written last month.
ENTRY = """
    insert into app.audit_readentry (id, at, actor_id, role, unit_id, municipality_id, case_id, what,
        object_type, object_id, ground, source, shown, case_ids, searched_by)
    values (%s, %s, %s, %s, %s, %s, %s, %s, 'case', %s, %s, 'web', %s, %s, %s)"""


@dataclass(frozen=True)
class Looked:
    """One read. `case` counts from 0; None is a list of them all, or a search that found the first."""

    who: str
    day: int
    hour: int
    what: Can
    ground: str = "handlaggare"
    case: int | None = 0
    searched: str | None = None


LOOKED = (
    Looked("asta", 2, 8, Can.SEE_PERSON, "behorigheter", None),
    Looked("asta", 2, 9, Can.SEE_CASE),
    Looked("asta", 2, 10, Can.SEE_JOURNAL),
    Looked("siri", 3, 9, Can.SEE_CASE, "enhet", 1),
    Looked("asta", 4, 13, Can.SEE_INVESTIGATION, case=1),
    Looked("bo", 5, 10, Can.SEE_CASE, "enhet"),
    Looked("bo", 5, 11, Can.SEE_INVESTIGATION, "enhet"),
    Looked("eskil", 8, 14, Can.SEE_PLACEMENT, "behorigheter", None),
    Looked("asta", 9, 15, Can.SEE_CASE, case=2),
    Looked("asta", 9, 23, Can.SEE_JOURNAL, case=2),
    Looked("siri", 11, 10, Can.SEE_ASSESSMENT, "enhet", 2),
    Looked("asta", 15, 9, Can.SEE_PERSON, "behorigheter", None, "personnummer"),
    Looked("asta", 15, 10, Can.SEE_JOURNAL, case=1),
    Looked("asta", 16, 11, Can.SEE_CASE),
    Looked("bo", 18, 16, Can.SEE_DECISION, "enhet", 1),
    Looked("asta", 22, 8, Can.SEE_PERSON, "behorigheter", None),
    Looked("asta", 22, 9, Can.SEE_FOLLOW_UP),
    Looked("siri", 24, 13, Can.SEE_RELEASE, "enhet"),
)


def add_reads(stage: Stage) -> None:
    """Reads of last month by those who had the right then, and the draw. Nothing without cases."""
    cases = [stage.cases[ref] for ref in sorted(ref for ref in stage.cases if ref)][:3]
    if not cases:
        return
    month = add_months(stage.today.replace(day=1), -1)
    with acting(stage.importer, reason=REASON):
        for case in cases:
            _held_before(stage, case, bounds(month)[0])
    for read in LOOKED:
        with acting(stage.people[read.who], reason=REASON):
            _write(stage, read, month, cases)
    lova = stage.people["lova"]
    with acting(lova, reason=REASON):
        draw_month(municipality=stage.home, month=month, by=lova, at=stage.at, today=stage.today)


def _held_before(stage: Stage, case: Case, since: datetime) -> None:
    """The grants that the load gave today held before it too, as those of a case that is older do."""
    for model in (CaseUserGrant, CaseGroupGrant):
        for grant in list(model.objects.filter(content_object=case, valid_from__gt=since)):
            grant.pk, grant.valid_from, grant.valid_to = uuid.uuid4(), since, grant.valid_from
            grant.granted_by, grant.reason = stage.importer, REASON
            grant.save(force_insert=True)


def _write(stage: Stage, read: Looked, month: date, cases: list[Case]) -> None:
    user = stage.people[read.who]
    at = datetime.combine(month.replace(day=read.day), time(read.hour, 7 * read.day % 60), STOCKHOLM)
    listed = [case.pk for case in (cases[:1] if read.searched else cases)] if read.case is None else None
    case_id = None if read.case is None else cases[min(read.case, len(cases) - 1)].pk
    with connection.cursor() as cursor:
        cursor.execute(ENTRY, [
            uuid.uuid4(), at, user.pk, user.role, user.unit_id, stage.home.pk, case_id, read.what.value,
            case_id, read.ground, len(listed) if listed is not None else None, listed, read.searched,
        ])  # fmt: skip
