"""A case is seen by those who hold a grant, and by nobody else: at each wall alone."""

import pytest
from django.db import connection

from avhopp.access.context import acting
from cases.models import Case

SEES = ["asta", "bo", "frida", "siri", "eskil", "raknare"]
SEES_NOTHING = ["cleo", "eva", "lova", "nils", "dag", "nora", "inlasare"]


@pytest.mark.parametrize("handle", SEES)
def test_grant_opens_the_case_at_both_walls(cast, case, handle):
    with acting(cast.people[handle]):
        assert list(Case.objects.visible_to(cast.people[handle])) == [case]
        assert list(Case.objects.all()) == [case]


@pytest.mark.parametrize("handle", SEES_NOTHING)
def test_without_a_grant_each_wall_alone_hides_the_case(cast, case, handle):
    with acting(cast.asta):  # wall 2 open, wall 1 asked
        assert list(Case.objects.visible_to(cast.people[handle])) == []
    with acting(cast.people[handle]):  # wall 1 not asked, wall 2 stands
        assert list(Case.objects.all()) == []


def test_without_context_there_are_no_rows(cast, case):
    with acting(None):
        assert Case.objects.count() == 0
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from cases_journalentry")
            assert cursor.fetchone() == (0,)
