"""The case page and the work list: how many queries they cost, and that more rows cost no more."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from avhopp.access.context import SETTING, acting
from avhopp.access.roles import Role
from avhopp.accounts.models import PoliceUnit, User
from cases.actions.accounts import ensure_machine_accounts
from cases.models import Case, Decision, FollowUp, Intake, Task
from cases.together import Rows, alone
from collaboration.models import Consent, Deviation, RegisterCheck
from placements.models import GrantApplication, Placement, PlacementAbsence, PlacementPrice
from tests.access import test_outsiders
from tests.access.test_outsiders import client_of

golden = test_outsiders.golden

#: Session, account, context; then for a case: the case, the grants, the read log; which cases the page looks
#: at, the case with all it names, its rows; then what is due.
#: Two are added where there is something to read: the delegation order when a proposal waits for somebody who
#: may decide, and the police's readings when something has been released.
CASE = {"asta": 13, "bo": 13, "siri": 13, "eskil": 13}
#: Session, account, context, units, number of cases, the page's, open ones, what the page shows of its own;
#: the read log, notices; then what is due.
MY_CASES = {"asta": 14, "bo": 14, "siri": 14, "eskil": 14}


def queries(client: Client, url: str) -> list[str]:
    """What a request asks. Its savepoint is the request's transaction outside tests, and the settings that
    are put back last go with that transaction."""
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    asked = [query["sql"] for query in found if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert SETTING in asked[-1]
    while "set_config" in asked[-1]:
        asked.pop()
    return asked


@pytest.fixture
def importer(golden: Case) -> User:
    return ensure_machine_accounts(golden.municipality)[Role.IMPORTER]


def put(model: type[Model], **values: object) -> Model:
    row = model(**values)
    row.save(force_insert=True)
    return row


@pytest.fixture
def add_rows(golden, importer, today):
    """Rows of many kinds in the golden case; again and again."""
    days = iter(range(1, 1000))

    def add() -> None:
        day = today + timedelta(days=400 + 10 * next(days))
        stay = Placement.objects.filter(case=golden).select_related("decision").first()
        plan = put(
            Placement, case=golden, person_id=stay.person_id, decision=stay.decision,
            provider_id=stay.provider_id, agreement_id=stay.agreement_id, outside_reason=stay.outside_reason,
            planned_start=day, planned_end=day + timedelta(days=8), end=day + timedelta(days=8),
        )  # fmt: skip
        put(PlacementPrice, case=golden, placement=plan, start=day, rate=Decimal("2350.55"))
        gone = day + timedelta(days=2)
        put(PlacementAbsence, case=golden, placement=plan, start=gone, end=day + timedelta(days=4), rate=0)
        put(GrantApplication, case=golden, applied=Decimal("120000.10"))
        put(FollowUp, case=golden, planned=day)
        put(Task, case=golden, kind=Task.Kind.OTHER, starts=today, due=day)
        put(Intake, case=golden, kind="information", channel="telefon", source="polis", received=today)
        put(RegisterCheck, case=golden, planned=day)
        put(Deviation, case=golden, origin="polis", received=today, text="Prov.")
        unit = PoliceUnit.objects.filter(municipality=golden.municipality).first()
        put(Consent, case=golden, recipient=unit, categories=["identitet"], start=today, end=day)

    def rows(times: int) -> None:
        with acting(importer):
            for _ in range(times):
                add()

    return rows


@pytest.mark.parametrize("handle", CASE)
def test_both_pages_cost_a_constant_number_of_queries(golden, add_rows, handle):
    client = client_of(golden, handle)
    for url, most in ((golden.url, CASE[handle]), (reverse("my_cases"), MY_CASES[handle])):
        client.get(url)  # a process's first request asks for what it keeps afterwards
        few = queries(client, url)
        assert len(few) <= most, "\n".join(sql[:120] for sql in few)
    add_rows(1)
    some = [len(queries(client, url)) for url in (golden.url, reverse("my_cases"))]
    add_rows(3)
    assert [len(queries(client, url)) for url in (golden.url, reverse("my_cases"))] == some
    assert some == [CASE[handle], MY_CASES[handle]]


@pytest.mark.parametrize(
    "model",
    [Placement, PlacementPrice, PlacementAbsence, GrantApplication, Intake, Consent, Deviation, Decision],
)
def test_rows_read_together_are_the_rows_themselves(golden, add_rows, importer, model):
    add_rows(3)
    fields = [field.attname for field in model._meta.concrete_fields]
    with acting(importer):
        rows = model.objects.filter(case=golden)
        assert rows
        for one, other in zip(rows, alone(golden, {"rows": Rows(rows)})["rows"], strict=True):
            assert [(name, getattr(one, name)) for name in fields] == [
                (name, getattr(other, name)) for name in fields
            ]
            assert [type(getattr(one, name)) for name in fields] == [
                type(getattr(other, name)) for name in fields
            ]


def test_related_rows_come_along_with_the_named_fields(golden, importer, django_assert_num_queries):
    def named(rows):
        return [(row.provider.name, row.agreement and row.agreement.charges_departure_day) for row in rows]

    with acting(importer):
        stays = Placement.objects.filter(case=golden)
        expected = named(stays)
        along = {"provider": ("name",), "agreement": ("charges_departure_day",)}
        with django_assert_num_queries(1):
            found = alone(golden, {"rows": Rows(stays, along)})["rows"]
            assert named(found) == expected
        assert expected
        assert "kind" in found[0].provider.get_deferred_fields()
        assert alone(golden, {"rows": Rows(stays.none())}) == {"rows": []}
