"""Every address, as every role, in every relation: the product answers what the access policy says.

`make test` asks a chosen part of the cells, `make test-deep` all of them. A denial is always asked together
with a twin that differs in one thing and is let in, and with a thing that does not exist.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import pytest
from django.test import Client

from tests.proof import expectation, oracle
from tests.proof.addresses import nowhere, of_a_case, of_an_object, routes, url
from tests.proof.expectation import DIFFERENCES
from tests.proof.oracle import MATRIX, RELATIONS, ROLES, Address, addresses
from tests.proof.world import World, undone

SOCIAL = addresses()
ASKED = [address for address in SOCIAL if address.information not in ("public", "signed_in", "own")]
#: Whose the things of the `own` addresses are (world.py makes them).
OWNERS = {
    "access_request": ("handler", "same_unit"),
    "emergency_end": ("handler", "break_glass"),
    "emergency_notice": ("manager", "unit"),
    "log_review_question": ("manager", "unit"),
}
STAFF = [role for role in ROLES if role != "police"]


@dataclass(frozen=True)
class Cell:
    address: Address
    method: str
    role: str
    relation: str

    def __str__(self) -> str:
        return f"{self.method} {self.address.name} ({self.address.object}) as {self.role}/{self.relation}"


def expected(cell: Cell) -> str:
    """`in`, `no` (refused, or hidden), `hidden` (as if it did not exist), `method` or `sign_in`."""
    address = cell.address
    if cell.role == "police":
        return "sign_in"
    if cell.method not in address.methods:
        return "method"
    if of_a_case(address):
        return expectation.answer(address, cell.method, cell.role, [cell.relation])
    if of_an_object(address) and cell.relation == "other_municipality":
        return "hidden"
    return "in" if expectation.lets_in_here(address, cell.role) else "no"


def outcome(status: int, location: str) -> str:
    if status in (301, 302):
        return "sign_in" if "/logga-in/" in location else "in"
    return {200: "in", 403: "no", 404: "hidden", 405: "method"}.get(status, f"status {status}")


def send(client: Client, method: str, address: str) -> tuple[str, tuple[int, bytes, dict[str, str]]]:
    """What came of a request that leaves no trace, and the whole answer."""
    with undone():
        response = getattr(client, method.lower())(address)
        body = b"".join(response.streaming_content) if response.streaming else response.content
    client.cookies.pop("messages", None)  # what the next page would say of this request
    headers = {name: value for name, value in response.headers.items() if name != "Set-Cookie"}
    return outcome(response.status_code, headers.get("Location", "")), (response.status_code, body, headers)


def ask(world: World, cell: Cell, **instead: object) -> tuple[str, tuple[int, bytes, dict[str, str]]]:
    user = world.people[cell.role, cell.relation]
    return send(world.browser(user), cell.method, url(world, cell.address, user, **instead))


def wrong(world: World, cell: Cell) -> str:
    """Empty, or how the product's answer to a cell differs from the policy's."""
    should = expected(cell)
    found, answer = ask(world, cell)
    if found != should and not (should == "no" and found == "hidden"):
        return f"{cell}: should be {should!r}, is {found!r} ({answer[0]})"
    if found == "hidden":
        missing = nowhere(cell.address)
        if should == "no":  # the case is seen, the object is not
            missing = {word: value for word, value in all_missing(cell).items() if word != "case_id"}
        if missing and ask(world, cell, **missing)[1] != answer:
            return f"{cell}: a hidden thing does not look like one that does not exist"
    return ""


def all_missing(cell: Cell) -> dict[str, object]:
    words = [word for word in routes()[cell.address.name].keywords if word not in ("case_id", "event")]
    return dict.fromkeys(words, "00000000-0000-4000-8000-000000000000")


def every_cell() -> Iterator[Cell]:
    for address in ASKED:
        relations = list(RELATIONS) if of_a_case(address) else ["same_unit", "other_municipality"]
        for method in ("GET", "POST"):
            for role in ROLES:
                for relation in relations:
                    yield Cell(address, method, role, relation)


def chosen_cells() -> Iterator[Cell]:
    """For each address and method: who is let in, and who is not, by turns because the right is missing or
    because the case is not theirs. Roles and relations take turns as well.
    """
    for number, address in enumerate(ASKED):
        for method in address.methods:
            cells = [cell for cell in every_cell_of(address, method) if cell.role != "police"]
            let = [cell for cell in cells if expected(cell) == "in"]
            refused = [cell for cell in cells if expected(cell) == ("no", "hidden")[number % 2]]
            refused = refused or [cell for cell in cells if expected(cell) in ("no", "hidden")]
            for found in (let, refused):
                if found:
                    yield found[(number * 7 + len(method)) % len(found)]


def every_cell_of(address: Address, method: str) -> Iterator[Cell]:
    return (cell for cell in every_cell() if cell.address == address and cell.method == method)


def test_every_address_of_the_social_services_is_in_the_matrix():
    listed, there = {address.name for address in SOCIAL}, set(routes())
    lacking = "\n".join(
        f'{name} = "<information> <read|summary|write> [object] [GET] [POST]"'
        for name in sorted(there - listed)
    )
    assert not there - listed, (
        "Addresses without a line in the access matrix. Say whose they are by adding to [address] in "
        f"tests/proof/matrix.toml:\n{lacking}\n<information> is a row of [information] there, or "
        "`signed_in` for anybody signed in, or `public`."
    )
    assert not listed - there, f"Lines in tests/proof/matrix.toml without an address: {listed - there}"


def test_every_line_names_what_the_policy_knows():
    known = set(MATRIX["information"]) | {"public", "signed_in", "released", "own"}
    assert {address.information for address in chain(SOCIAL, addresses("portal"))} <= known
    width = len(MATRIX["columns"])
    assert {len(row) for row in MATRIX["information"].values()} == {width}
    letters = {word for row in MATRIX["information"].values() for cell in row for word in cell.split()[:1]}
    assert letters <= set("FLSRB-")


def test_every_difference_is_about_an_address_and_gives_a_reason():
    for (name, role), difference in DIFFERENCES.items():
        assert name in routes(), name
        assert role in ROLES, role
        assert difference["product"] in ("allows", "refuses"), name
        assert len(difference["why"]) > 30, name


def test_chosen_cells_answer_as_the_policy_says(world):
    cells = list(chosen_cells())
    asked = {expected(cell) for cell in cells}
    assert asked == {"in", "no", "hidden"}
    assert {cell.relation for cell in cells} >= set(RELATIONS) - {"break_glass"}
    found = [answer for cell in cells if (answer := wrong(world, cell))]
    assert not found, "\n".join(found)


@pytest.mark.deep
@pytest.mark.parametrize("role", ROLES)
def test_every_cell_answers_as_the_policy_says(world, role):
    cells = [cell for cell in every_cell() if cell.role == role]
    assert len(cells) > 1000
    found = [answer for cell in cells if (answer := wrong(world, cell))]
    print(f"\n{role}: {len(cells)} cells, {len(found)} wrong")  # noqa: T201 - the figure of the deep run
    assert not found, "\n".join(found)


def test_a_written_difference_is_a_difference(world):
    """Each stands for a real one: by the policy alone the product's answer would be wrong."""
    for (name, role), difference in DIFFERENCES.items():
        for address in (one for one in ASKED if one.name == name):
            if address.object not in ("", difference.get("object", address.object)):
                continue
            by_policy = oracle.allowed(role, address.information, address.need)
            assert by_policy is (difference["product"] == "refuses"), (name, role, "no difference any more")


def test_a_page_for_everybody_here_asks_for_sign_in_and_nothing_else(world):
    for address in SOCIAL:
        if address.information != "signed_in":
            continue
        for role in STAFF:
            user = world.people[role, "same_unit"]
            assert send(world.browser(user), "GET", url(world, address, user))[0] == "in", (
                address.name,
                role,
            )
        assert send(Client(), "GET", url(world, address, None))[0] == "sign_in", address.name


def test_what_is_ones_own_is_hidden_from_everybody_else(world):
    own = [address for address in SOCIAL if address.information == "own"]
    assert {address.name for address in own} == set(OWNERS), "say whose it is in OWNERS"
    for address in own:
        owner = world.people[OWNERS[address.name]]
        others = [world.people["handler", "other_unit"], world.people["secretary", "same_unit"]]
        others += [world.people[role, "other_municipality"] for role in STAFF]
        for method in address.methods:
            assert send(world.browser(owner), method, url(world, address, owner))[0] == "in", address.name
            for other in others:
                browser = world.browser(other)
                found, answer = send(browser, method, url(world, address, other))
                missing = send(browser, method, url(world, address, other, **nowhere(address)))
                assert found in ("hidden", "no"), (address.name, method, other)
                assert (found, answer) == missing


def test_nobody_who_is_not_signed_in_is_let_in(world):
    police = world.browser(world.people["police", "assigned"])
    for address in ASKED:
        for method in address.methods:
            where = url(world, address, None)
            assert send(Client(), method, where)[0] == "sign_in", (address.name, method)
            assert send(police, method, where)[0] == "sign_in", (address.name, method)


def test_no_address_takes_another_method(world):
    """Each address is asked with one of them; the check stands before everything else in every view."""
    handler = world.people["handler", "assigned"]
    for number, address in enumerate(ASKED):
        method = ("PUT", "PATCH", "DELETE", "OPTIONS")[number % 4]
        found = send(world.browser(handler), method, url(world, address, handler))[0]
        assert found == "method", (method, address.name)


def test_addresses_carry_random_ids_and_nothing_else(world):
    """Every id in an address is a UUID of version 4: nobody can count cases or guess the next."""
    import_free = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    for address in ASKED:
        where = import_free.sub("", url(world, address, world.people["handler", "assigned"]))
        where = re.sub("budget/2022-03/(stang/|excel/)?$", "", where)  # a month
        assert not re.search(r"\d", where), where
