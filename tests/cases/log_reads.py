"""Reads of last month, as their readers wrote them in the log, and the auditor's draw from them."""

from collections.abc import Callable
from datetime import date, datetime, time
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.accounts.models import User
from avhopp.kernel.periods import add_months
from cases.actions.grants import work_permission
from cases.actions.log_review import draw_month
from cases.log_review.reads import STOCKHOLM, bounds
from cases.models import CaseUserGrant, GrantKind, LogReview

LOGGED = """
insert into app.audit_readentry (id, at, actor_id, role, unit_id, municipality_id, case_id, what, object_type,
    object_id, ground, source, shown, case_ids, searched_by)
values (%(id)s, %(at)s, %(actor)s, %(role)s, %(unit)s, %(home)s, %(case)s, %(what)s, 'case', %(thing)s,
    %(ground)s, %(source)s, null, null, %(searched)s)"""


@pytest.fixture
def month(today: date) -> date:
    return add_months(today.replace(day=1), -1)


@pytest.fixture
def held(cast, case, month) -> None:
    """Asta handled the case the whole of last month too."""
    begins, ends = bounds(month)
    with acting(cast.frida):
        CaseUserGrant(
            content_object=case, user=cast.asta, permission=work_permission(), kind=GrantKind.ASSIGNMENT,
            reason="Före", granted_by=cast.frida, valid_from=begins, valid_to=ends,
        ).save(force_insert=True)  # fmt: skip


@pytest.fixture
def logged(cast, case, month) -> Callable[..., UUID]:
    """`logged("asta", day=9, hour=12)` is one entry of last month's read log, written as the reader."""

    def write(handle: str, *, day: int = 9, hour: int = 12, of: UUID | None = None, **facts) -> UUID:
        user: User = cast.people[handle]
        at = datetime.combine(month.replace(day=day), time(hour), STOCKHOLM)
        values = {
            "id": uuid4(), "at": at, "actor": user.pk, "role": user.role, "home": user.municipality_id,
            "unit": user.unit_id or user.police_unit_id, "case": of or case.pk, "what": "see_case",
            "ground": "handlaggare", "source": "web", "searched": None, "thing": of or case.pk, **facts,
        }  # fmt: skip
        with acting(user), connection.cursor() as cursor:
            cursor.execute(LOGGED, values)
        return values["id"]

    return write


@pytest.fixture
def drawn(cast, logged, month, today) -> LogReview:
    """A draw of seven reads, as Lova made it: two plain, break-glass, at night, police, Bo's, Lova's own."""
    logged("asta")
    logged("asta", day=10)
    logged("frida", hour=13, ground="nodatkomst")
    logged("asta", hour=23)
    logged("dag", hour=14, ground="utlamnat", source="portal", what="see_release")
    logged("bo", hour=15, ground="enhet", what="see_person")
    logged("lova", hour=16, ground="roll")
    with acting(cast.lova):
        return draw_month(
            municipality=cast.municipality, month=month, by=cast.lova, at=timezone.now(), today=today
        )
