"""The product's addresses as its URLconf has them, made ready to be asked."""

import uuid
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from avhopp.accounts.models import User
from tests.proof.oracle import Address
from tests.proof.world import World


@dataclass(frozen=True)
class Route:
    """A URL's full name and the keywords of its arguments."""

    name: str
    keywords: tuple[str, ...]


@cache
def routes(urlconf: str = "avhopp.urls") -> dict[str, Route]:
    """Every named address of a URLconf, name spaces in front: `mfa:activate`."""
    return {route.name: route for route in _walk(get_resolver(urlconf).url_patterns, "", ())}


def _walk(patterns: list, space: str, keywords: tuple[str, ...]) -> list[Route]:
    found: list[Route] = []
    for pattern in patterns:
        here = keywords + tuple(pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            found += _walk(pattern.url_patterns, inner, here)
        elif isinstance(pattern, URLPattern):
            found.append(Route(f"{space}{pattern.name or pattern.pattern}", here))
    return found


def url(world: World, address: Address, user: User | None, **instead: object) -> str:
    """The address of the world's thing; `instead` puts other ids in.

    Raises:
        AssertionError: the world lacks what the address is about, and says how to add it.
    """
    route = routes()[address.name]
    given = {word: instead.get(word, world.thing(word, address.object, user)) for word in route.keywords}
    lacking = [word for word, value in given.items() if value is None]
    assert not lacking, (
        f"The address {address.name!r} takes {lacking}, which the proof's world does not have. "
        "Add the thing in tests/proof/world.py (make_things or late_things) under that keyword."
    )
    try:
        return reverse(address.name, kwargs=given)
    except NoReverseMatch as error:
        raise AssertionError(f"{address.name}: {error}") from None


def nowhere(address: Address) -> dict[str, uuid.UUID]:
    """The ids of things that do not exist, for `url`: the case, or the object where there is no case."""
    keywords = routes()[address.name].keywords
    return {word: uuid.uuid4() for word in keywords if word == "case_id" or "case_id" not in keywords}


#: What leads to a case by itself, on a page whose address shall not name it.
LEADS_TO_A_CASE = {"inquiry_id"}
#: What is no thing that could be hidden.
NO_THING = {"month"}


def of_a_case(address: Address) -> bool:
    return bool({"case_id", *LEADS_TO_A_CASE} & set(routes()[address.name].keywords))


def of_an_object(address: Address) -> bool:
    return bool(set(routes()[address.name].keywords) - NO_THING) and not of_a_case(address)
