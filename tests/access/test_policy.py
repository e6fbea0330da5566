"""The policy, tabled without a database: every role, kind of grant and right; and its mutants (SR-08).

`expected` is written from the tables of roles.py in words of its own and shares no line with the policy.
"""

import ast
import itertools
import types
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from uuid import uuid4

import pytest

from avhopp.access import policy as the_policy
from avhopp.access.roles import ASSIGNED, BREAK_GLASS, LASTING, ROLES, Can, GrantKind, Role
from avhopp.accounts.models import User
from avhopp.kernel.refusal import Refused
from cases.models import Case, DuplicateFlag, Task
from cases.models.grants import Grant

SOURCE = Path(the_policy.__file__).read_text(encoding="utf-8")
KINDS: list[GrantKind | None] = [None, *GrantKind]
WRITING = {can for can in Can if not can.value.startswith("see_")}
#: A right of each sort; the whole list is gone through once, for the policy itself.
SOME = [Can.SEE_CASE, Can.SEE_JOURNAL, Can.SEE_HEALTH, Can.WRITE_JOURNAL, Can.ASSIGN, Can.SEE_READ_LOG]


def expected(role: Role, kind: GrantKind | None, works: bool, can: Can) -> bool:
    """What the matrix says, from the tables alone."""
    if kind is None or (can in WRITING and not works):
        return False
    held = set(ROLES[role])
    match kind:
        case GrantKind.BREAK_GLASS:
            held = set(BREAK_GLASS.get(role, ()))
        case GrantKind.TEMPORARY:
            held = {right for right in held if right not in LASTING}
        case GrantKind.ASSIGNMENT | GrantKind.CO_HANDLER:
            held = {*held, *ASSIGNED.get(role, ())}
    return can in held


def person(role: Role, *, is_active: bool = True) -> User:
    return User(role=role, is_active=is_active, municipality_id=uuid4())


def case_held(user: User, *grants: Grant) -> Case:
    """A case on which the user holds these grants: what a page remembers while it only reads."""
    case = Case(municipality_id=user.municipality_id)
    case._held_grants = {user.pk: list(grants)}
    return case


class Asked(Case):
    """A case that counts how often its grants are asked for and what is to be remembered of them."""

    class Meta:
        proxy = True
        app_label = "cases"

    def grants_to(self, user: User) -> list[Grant]:
        self.calls = [*getattr(self, "calls", []), "grants"]
        return []

    def hold_grants(self, user: User) -> None:
        self.calls = [*getattr(self, "calls", []), "hold"]

    def drop_grants(self) -> None:
        self.calls = [*getattr(self, "calls", []), "drop"]


def cells(rights: list[Can]) -> Iterator[tuple[Role, GrantKind | None, bool, Can]]:
    return itertools.product(Role, KINDS, (True, False), rights)


def check_cases(policy: types.ModuleType, rights: list[Can]) -> None:
    """Every cell: on the case, on what belongs to it, and all rights at once."""
    for role, kind, works, can in cells(rights):
        user = person(role)
        grants = [Grant(kind, "work_case" if works else "read_case")] if kind else []
        case = case_held(user, *grants)
        allowed = expected(role, kind, works, can)
        assert policy.may(user, can, case) is allowed
        assert policy.may(user, can, Task(case=case)) is allowed
        assert policy.grounds_for(user, can, case) == ([kind] if allowed else [])
        assert (can in policy.rights_on(user, case)) is allowed
        assert policy.may(person(role, is_active=False), can, case) is False
        refuses(lambda p=policy, u=user, r=can, c=case: p.demand(u, r, c), not allowed)


def refuses(act: Callable[[], None], refused: bool) -> None:
    if not refused:
        assert act() is None
        return
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.code == "not_allowed"
    assert refusal.value.text.startswith(("Du har inte", "Din roll har inte"))
    assert refusal.value.text.endswith(("göra det här i ärendet.", "göra det här."))


def check_the_rest(policy: types.ModuleType) -> None:
    """What concerns the operation, ended accounts, and what is asked of the case."""
    for role, can in itertools.product(Role, SOME):
        user, ended = person(role), person(role, is_active=False)
        mine = DuplicateFlag(municipality_id=user.municipality_id)
        other = DuplicateFlag(municipality_id=uuid4())
        has = can in ROLES[role]
        assert policy.may_in_general(user, can) is has
        assert policy.may(user, can, mine) is has
        assert policy.may(user, can, other) is False
        assert policy.may(user, can, object()) is False
        assert policy.may_in_general(ended, can) is False
        ended.municipality_id = user.municipality_id
        assert policy.may(ended, can, mine) is False
        refuses(lambda p=policy, u=user, r=can: p.demand_in_general(u, r), not has)
        refuses(lambda p=policy, u=user, r=can, t=mine: p.demand(u, r, t), not has)
    user = person(Role.UNIT_MANAGER)
    both = case_held(user, Grant(GrantKind.UNIT, "work_case"), Grant(GrantKind.BREAK_GLASS, "read_case"))
    assert policy.grounds_for(user, Can.SEE_CASE, both) == [GrantKind.UNIT, GrantKind.BREAK_GLASS]
    assert policy.grounds_for(user, Can.SEE_JOURNAL, both) == [GrantKind.BREAK_GLASS]
    assert policy.may(user, Can.SEE_HEALTH, both)
    assert not policy.rights_on(person(Role.UNIT_MANAGER, is_active=False), both)
    ended = person(Role.CASE_WORKER, is_active=False)
    assert policy.rights_on(ended, case_held(ended, Grant(GrantKind.UNIT, "work_case"))) == set()
    check_what_is_asked(policy)


def check_what_is_asked(policy: types.ModuleType) -> None:
    asked = Asked()
    policy.may(person(Role.SYSTEM_MANAGER), Can.SEE_CASE, asked)
    assert not hasattr(asked, "calls")  # no grant would help: none is asked for
    policy.may(person(Role.CASE_WORKER), Can.SEE_CASE, asked)
    assert asked.calls == ["grants"]
    policy.hold_grants(person(Role.CASE_WORKER), Task(case=asked))
    policy.drop_grants(Task(case=asked))
    assert asked.calls == ["grants", "hold", "drop"]
    policy.hold_grants(person(Role.CASE_WORKER), DuplicateFlag())
    policy.drop_grants(DuplicateFlag())
    assert policy.case_behind(asked) is asked
    assert policy.case_behind(Task(case=asked)) is asked
    assert policy.case_behind(DuplicateFlag()) is None
    assert policy.case_behind(Task()) is None


def test_every_role_kind_and_right():
    check_cases(the_policy, list(Can))


def test_the_operation_and_ended_accounts():
    check_the_rest(the_policy)


def test_no_role_holds_every_right_and_no_break_glass_right_writes():
    assert all(not {can for can in rights if can.writes} for rights in BREAK_GLASS.values())
    assert all(ROLES[role] for role in BREAK_GLASS)
    assert not {role for role, rights in ROLES.items() if set(Can) <= rights}


class Mutate(ast.NodeTransformer):
    """Change the node that has the wanted number, in one of its ways."""

    SWAPS = {
        ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn,
        ast.NotIn: ast.In,
    }  # fmt: skip

    def __init__(self, wanted: int) -> None:
        self.wanted, self.seen, self.done = wanted, -1, ""

    def turn(self, what: str, node: ast.AST) -> bool:
        """Whether this is the one; every way of every node has a number."""
        self.seen += 1
        if self.seen == self.wanted:
            self.done = f"line {getattr(node, 'lineno', 0)}: {what}"
            return True
        return False

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        if self.turn("condition turned round", node):
            node.test = ast.UnaryOp(ast.Not(), node.test)
        elif self.turn("condition always true", node):
            node.test = ast.Constant(True)
        elif self.turn("condition never true", node):
            node.test = ast.Constant(False)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        for value in (None, True, False):
            unchanged = isinstance(node.value, ast.Constant) and node.value.value is value
            if not unchanged and self.turn(f"returns {value}", node):
                return ast.copy_location(ast.Return(ast.Constant(value)), node)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        swap = self.SWAPS.get(type(node.ops[0]))
        if swap and self.turn("comparison turned round", node):
            node.ops[0] = swap()
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Call) and self.turn("call left out", node):
            return ast.copy_location(ast.Pass(), node)
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        self.generic_visit(node)
        return ast.copy_location(ast.Pass(), node) if self.turn("not raised", node) else node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str) and node.value and self.turn("text changed", node):
            return ast.copy_location(ast.Constant(f"XX{node.value}XX"), node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == "any" and self.turn("all for any", node):
            node.id = "all"
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        self.generic_visit(node)
        for value in (True, False):
            if node.arg == "works" and self.turn(f"works={value}", node.value):
                node.value = ast.Constant(value)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        if node.ifs and self.turn("filter left out", node.target):
            node.ifs = []
        return node


def bare(tree: ast.Module) -> ast.Module:
    """Without docstrings, annotations and type-checking imports: nothing of them can be wrong at work."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Module) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            for argument in node.args.args:
                argument.annotation = None
    tree.body = [node for node in tree.body if not isinstance(node, ast.If)]
    return tree


def mutants() -> Iterator[tuple[str, ast.Module]]:
    original = bare(ast.parse(SOURCE))
    for number in itertools.count():
        change = Mutate(number)
        tree = ast.fix_missing_locations(change.visit(deepcopy(original)))
        if not change.done:
            return
        yield change.done, tree


def survives(tree: ast.Module) -> bool:
    module = types.ModuleType("mutant")
    try:
        exec(compile(tree, "mutant", "exec"), module.__dict__)
        check_the_rest(module)
        check_cases(module, SOME)
    except (Exception, pytest.fail.Exception):
        return False
    return True


@pytest.mark.deep
def test_mutants_of_the_policy_are_killed():
    found = [(what, survives(tree)) for what, tree in mutants()]
    alive = [what for what, lives in found if lives]
    print(f"{len(found)} mutants, {len(found) - len(alive)} killed; alive: {alive}")  # noqa: T201
    assert len(found) > 50
    assert len(found) - len(alive) >= 0.95 * len(found), alive


def test_a_mutant_can_survive():
    """The original, taken through the same way, passes: what kills a mutant is the mutation."""
    assert survives(ast.fix_missing_locations(bare(ast.parse(SOURCE))))
