"""What an address should answer: the policy, with the differences that are written down."""

from collections.abc import Iterable

from tests.proof import oracle
from tests.proof.oracle import MATRIX, RELATIONS, Address

DIFFERENCES = {
    (name, role): difference
    for difference in MATRIX.get("difference", [])
    for name in difference["addresses"]
    for role in difference["roles"]
}


def lets_in(address: Address, role: str, relation: str) -> bool:
    """The policy's answer for an address of a case, or the product's where a difference is written down."""
    by_policy = oracle.open_to(role, relation, address.information, address.need)
    difference = DIFFERENCES.get((address.name, role))
    if difference is None or relation not in difference.get("relations", RELATIONS):
        return by_policy
    if difference["product"] == "refuses":
        return False
    openness = RELATIONS[relation]  # only as far as the relation opens the case at all
    return openness == oracle.WORK or (openness == oracle.READ and address.need in oracle.READING)


def lets_in_here(address: Address, role: str) -> bool:
    """The same for an address of the municipality."""
    by_policy = oracle.allowed(role, address.information, address.need)
    difference = DIFFERENCES.get((address.name, role))
    if difference is None or difference.get("object", address.object) != address.object:
        return by_policy
    return difference["product"] == "allows"


def answer(address: Address, method: str, role: str, relations: Iterable[str]) -> str:
    """For an address of a case, to an account in these relations to it: `in`, `no`, `hidden` or `method`."""
    if method not in address.methods:
        return "method"
    seen = [relation for relation in relations if sees_case(role, relation)]
    if not seen:
        return "hidden"
    return "in" if any(lets_in(address, role, relation) for relation in seen) else "no"


def sees_case(role: str, relation: str) -> bool:
    """Whether the case exists for the account: its own page is the measure."""
    return lets_in(CASE, role, relation)


CASE = next(address for address in oracle.addresses() if address.name == "case")
