"""A page that looks at a few cases: it sees no more than before, and both walls still hold alone."""

import uuid
from datetime import UTC, datetime
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from django.db.models import F

from avhopp.access.context import acting, narrowed_to
from cases.actions.intake import FirstContact, NewPerson, open_case
from cases.models import Case, CaseUserGrant, Decision, Person, Task
from cases.visibility import looking_at

pytestmark = pytest.mark.django_db

EVERYTHING = "select count(*) from app.cases_case"


def seen(user) -> set[uuid.UUID]:
    return set(Case.objects.visible_to(user).values_list("pk", flat=True))


def in_the_database() -> int:
    with connection.cursor() as cursor:
        cursor.execute(EVERYTHING)
        return cursor.fetchone()[0]


@pytest.fixture
def cases_of(cast, today) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    """Two cases of Asta's, and one of Cleo's on the other unit."""

    def opened(by, unit, name) -> uuid.UUID:
        with acting(by):
            return open_case(
                contact=FirstContact(received=today, source="polis"),
                person=NewPerson(name=name, birth_year=1999),
                unit=unit, handler=by, by=by, at=datetime.now(UTC),
            ).pk  # fmt: skip

    asta, cleo = cast.asta, cast.cleo
    return (
        opened(asta, cast.beroende, "En Ett"),
        opened(asta, cast.beroende, "Två Två"),
        opened(cleo, cast.ungdom, "Tre Tre"),
    )


def test_the_block_sees_its_cases_and_the_rest_again_afterwards(cast, cases_of):
    first, second, _ = cases_of
    with acting(cast.asta):
        before = seen(cast.asta)
        with looking_at(cast.asta, [first]):
            assert seen(cast.asta) == {first}
            assert in_the_database() == 1
        assert seen(cast.asta) == before >= {first, second}


def test_naming_a_case_does_not_open_it(cast, cases_of):
    first, _, hidden = cases_of
    with acting(cast.asta), looking_at(cast.asta, [first, hidden, uuid.uuid4()]):
        assert seen(cast.asta) == {first}
        assert in_the_database() == 1
        assert not Person.objects.visible_to(cast.asta).filter(cases=hidden).exists()


def test_the_second_wall_holds_when_the_first_is_lied_to(cast, cases_of):
    _, _, hidden = cases_of
    with acting(cast.asta), looking_at(cast.asta, [hidden], held={hidden: [("handlaggare", True)]}):
        assert seen(cast.asta) == set()
        assert in_the_database() == 0


def test_the_first_wall_holds_when_the_second_is_lied_to(cast, cases_of):
    _, _, hidden = cases_of
    with acting(cast.cleo), looking_at(cast.asta, [hidden]):
        assert in_the_database() == 0
        assert seen(cast.asta) == set()


def test_a_block_in_a_block_narrows_further(cast, cases_of):
    first, second, _ = cases_of
    with acting(cast.asta), looking_at(cast.asta, [first]):
        with looking_at(cast.asta, [first, second]):
            assert seen(cast.asta) == {first}
        with looking_at(cast.asta, []):
            assert seen(cast.asta) == set()
        assert seen(cast.asta) == {first}


def test_another_user_in_the_block_is_asked_anew(cast, cases_of):
    first, *_ = cases_of
    with acting(cast.asta), looking_at(cast.asta, [first]):
        assert seen(cast.cleo) == set()
        assert seen(cast.bo) == {first}


def test_an_ended_grant_opens_nothing_in_the_next_block(cast, cases_of):
    first, *_ = cases_of
    with acting(cast.siri):
        grants = CaseUserGrant.objects.filter(content_object=first, user=cast.asta)
        assert grants.update(valid_to=F("valid_from")) == 1
    with acting(cast.asta), looking_at(cast.asta, [first]):
        assert not Decision.objects.visible_to(cast.asta).filter(case=first).exists()
        assert not Task.objects.visible_to(cast.asta).filter(case=first).exists()
        assert seen(cast.asta) == set()


def test_it_needs_a_transaction():
    with (
        mock.patch.object(connections["default"], "in_atomic_block", False),
        pytest.raises(ImproperlyConfigured),
        narrowed_to([uuid.uuid4()]),
    ):
        pass
