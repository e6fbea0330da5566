"""Every address of a case, asked by those who have no grant: byte for byte what does not exist."""

import uuid
from copy import deepcopy
from dataclasses import dataclass

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import User
from avhopp.settings.environment import ROOT as ROOT
from cases.actions.accounts import ensure_machine_accounts
from cases.models import Case
from cases.states import CaseEvent
from tests.cast import BACKEND
from tests.markup import said


@dataclass(frozen=True)
class Address:
    name: str
    converters: dict[str, object]
    model: type[Model] | None


def addresses(found: list, converters: dict[str, object] | None = None) -> list[Address]:
    """Every address below `found`, with the arguments of the parts before it."""
    flat: list[Address] = []
    for pattern in found:
        here = {**(converters or {}), **pattern.pattern.converters}
        if isinstance(pattern, URLResolver):
            flat += addresses(pattern.url_patterns, here)
        else:
            flat.append(Address(pattern.name, here, pattern.callback.access.model))
    return flat


ALL = addresses(get_resolver("avhopp.urls").url_patterns)
OF_A_CASE = [address for address in ALL if "case_id" in address.converters]
WITHOUT_ARGUMENTS = [address for address in ALL if not address.converters]


@pytest.fixture
def golden(db, golden_case) -> Case:
    """A case with everything in it, from the golden scenario; Asta handles it."""
    return deepcopy(golden_case)


def client_of(case: Case, handle: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(municipality=case.municipality_id, handle=handle), backend=BACKEND)
    return client


def arguments(address: Address, case_id: uuid.UUID, case: Case) -> dict[str, object]:
    """The address's arguments: the case, and of everything else a real object of the case if there is one."""
    found: dict[str, object] = {}
    for name, converter in address.converters.items():
        if name == "case_id":
            found[name] = case_id
        elif type(converter).__name__ == "UUIDConverter":
            found[name] = _object_of(address, case)
        else:
            found[name] = CaseEvent.COMMUNICATE
    return found


def _object_of(address: Address, case: Case) -> uuid.UUID:
    model = address.model
    row = model.objects.filter(case=case.pk).first() if model is not None and model is not Case else None
    return row.pk if row else uuid.uuid4()


@dataclass(frozen=True)
class Twins:
    """The same address in the case and in a case that does not exist."""

    name: str
    here: str
    nowhere: str


@pytest.fixture
def twins(golden) -> list[Twins]:
    missing = uuid.uuid4()
    with acting(ensure_machine_accounts(golden.municipality)[Role.IMPORTER]):
        return [
            Twins(
                address.name,
                reverse(address.name, kwargs=arguments(address, golden.pk, golden)),
                reverse(address.name, kwargs=arguments(address, missing, golden)),
            )
            for address in OF_A_CASE
        ]


def answer(client: Client, method: str, url: str) -> tuple[int, bytes, dict[str, str]]:
    response = getattr(client, method)(url)
    headers = {name: value for name, value in response.headers.items() if name != "Set-Cookie"}
    return response.status_code, response.content, headers


def test_there_are_addresses_to_ask_for():
    assert len(OF_A_CASE) > 40


@pytest.mark.parametrize("handle", ["cleo", "eva", "nils", "lova"])
def test_an_outsider_cannot_tell_a_hidden_case_from_a_missing_one(golden, twins, handle):
    """What is not found has the same bytes everywhere; the rest is compared with its twin."""
    outsider = client_of(golden, handle)
    not_found = answer(outsider, "get", twins[0].nowhere)
    for twin in twins:
        hidden = answer(outsider, "get", twin.here)
        absent = not_found if hidden[0] == 404 else answer(outsider, "get", twin.nowhere)
        assert hidden == absent, (handle, twin.name)
        assert hidden[0] in (404, 405), (handle, twin.name, hidden[0])


def test_nor_by_posting(golden, twins):
    outsider = client_of(golden, "cleo")
    for twin in twins:
        hidden, absent = answer(outsider, "post", twin.here), answer(outsider, "post", twin.nowhere)
        assert hidden == absent, twin.name
        assert hidden[0] in (404, 405), (twin.name, hidden[0])


def test_the_handler_reaches_what_the_outsider_does_not(golden, twins):
    """The twin: the same addresses answer Asta, so the outsiders' 404 is for the right reason."""
    asta = client_of(golden, "asta")
    statuses = {twin.name: asta.get(twin.here).status_code for twin in twins}
    assert set(statuses.values()) <= {200, 302, 403, 404, 405}, statuses
    assert sum(status == 200 for status in statuses.values()) > 20


@pytest.mark.parametrize("handle", ["cleo", "eva", "nils", "lova"])
def test_no_list_shows_a_hidden_case(golden, handle):
    outsider = client_of(golden, handle)
    for address in WITHOUT_ARGUMENTS:
        if address.name in ("sign_out", "demo_sign_in", "health"):
            continue
        body = said(outsider.get(reverse(address.name)))
        assert golden.case_no not in body, (handle, address.name)
        assert str(golden.pk) not in body, (handle, address.name)


def test_nobody_signed_in_reaches_nothing(twins):
    for twin in twins:
        response = Client().get(twin.here)
        assert response.status_code == 302, twin.name
        assert "/logga-in/" in response.headers["Location"]


def test_an_object_of_another_case_does_not_exist(golden):
    """The handler of both cases gets 404 for a placement asked for below the wrong case."""
    asta = client_of(golden, "asta")
    importer = ensure_machine_accounts(golden.municipality)[Role.IMPORTER]
    with acting(importer):
        placement = golden.placements.first()
        other = Case.objects.get(ref="A1")
    assert asta.get(reverse("placement", args=[golden.pk, placement.pk])).status_code == 200
    assert asta.get(reverse("placement", args=[other.pk, placement.pk])).status_code == 404
