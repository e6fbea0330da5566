"""The calendar of all stays and plans."""

import io
from datetime import date, timedelta
from itertools import pairwise

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from avhopp.access.context import acting
from avhopp.audit.models import ReadEntry
from placements.occupancy import MONTHS_SHOWN, label, nights_in, summed, window

DAY = date(2026, 1, 15)


@given(st.integers(-400, 800), st.none() | st.integers(0, 800))
def test_the_months_nights_are_those_of_the_stay_in_the_window(offset, length):
    months = window(DAY)
    first = DAY + timedelta(days=offset)
    end = None if length is None else first + timedelta(days=length)
    found = nights_in(months, first, end)
    start, last = months[0].start, months[-1].end
    until = last if end is None else min(end, last)
    assert sum(found) == max((until - max(first, start)).days, 0)
    assert all(0 <= nights <= 31 for nights in found)


def test_twelve_months_follow_each_other():
    months = window(DAY)
    assert [label(month) for month in months][:2] == ["jan 26", "feb 26"]
    assert len(months) == MONTHS_SHOWN
    assert all(one.end == other.start for one, other in pairwise(months))
    assert summed([]) == (0,) * MONTHS_SHOWN


def shown(response) -> list[tuple]:
    return [(line.group, line.kind, line.begun) for line in response.context["page"]]


def test_stays_and_plans_are_there_with_their_provider(as_, placed, decision):
    placed(decision, days_ago=100)
    assert shown(as_("siri").get(reverse("occupancy"))) == [("Granen", "HVB", True)]
    assert shown(as_("cleo").get(reverse("occupancy"))) == []


def test_a_plan_is_marked(as_, placed, decision):
    placed(decision, days_ago=-20, planned=True)
    page = as_("siri").get(reverse("occupancy"))
    assert shown(page) == [("Granen", "HVB", False)]
    assert "Planerad" in page.content.decode()


def test_the_kind_and_the_month_narrow(as_, placed, decision, today):
    placed(decision, days_ago=100)
    client = as_("siri")
    assert shown(client.get(reverse("occupancy"), {"slag": "stodboende"})) == []
    assert shown(client.get(reverse("occupancy"), {"fran": f"{today.year - 3}-01"})) == []
    wrong = client.get(reverse("occupancy"), {"fran": "nov"})
    assert "ÅÅÅÅ-MM" in wrong.content.decode()
    assert len(shown(wrong)) == 1


def test_the_reading_is_logged_and_the_file_as_a_file(as_, cast, placed, decision, old_case):
    placed(decision, days_ago=100)
    client = as_("siri")
    client.get(reverse("occupancy"))
    book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("occupancy_excel")).content))
    rows = list(book["Beläggning"].iter_rows(values_only=True))
    assert rows[0][:3] == ("Ärende", "Insats", "Utförare")
    assert rows[1][0] == old_case.case_no
    assert sum(rows[1][6:]) > 0
    with acting(cast.lova):
        reads = ReadEntry.objects.filter(actor_id=cast.siri.pk, case_ids=[old_case.pk])
        assert sorted(reads.values_list("source", flat=True)) == ["export", "web"]


def test_the_calendar_costs_at_most_fifteen_queries(as_, placed, decision):
    placed(decision, days_ago=100)
    client = as_("siri")
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("occupancy"))
    assert len(queries) <= 15


@pytest.mark.parametrize(
    ("handle", "status"), [("asta", 200), ("eskil", 200), ("nils", 403), ("lova", 403), ("eva", 403)]
)
def test_who_may_see_it(as_, handle, status):
    assert as_(handle).get(reverse("occupancy")).status_code == status
