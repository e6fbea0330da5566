"""What raises a flag on a read: rules as data, each with a stable code. Pure: no database, no clock.

Source: DOMAIN.md 3.4 (read without assignment, same name, night, exports, police reads after a closed
release) and SR-46 (much reading). A flag says that somebody should look, not that something is wrong.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from avhopp.access.roles import Can, GrantKind
from avhopp.kernel.reading_limits import CASES_A_DAY, LOOKUPS_AN_HOUR
from avhopp.kernel.workdays import is_workday

STOCKHOLM = ZoneInfo("Europe/Stockholm")
PORTAL, EXPORTS = "portal", ("export", "utskrift")
#: What a reader opens to know the person, not merely that the case is there.
INNER = {
    can.value
    for can in (
        Can.SEE_PERSON, Can.SEE_INTAKE, Can.SEE_INVESTIGATION, Can.SEE_JOURNAL, Can.SEE_HEALTH,
        Can.SEE_CHILDREN, Can.SEE_ASSESSMENT, Can.SEE_PROTECTED_CONTACT,
    )
}  # fmt: skip
PERSONAL = {kind.value for kind in GrantKind if kind != GrantKind.UNIT}


@dataclass(frozen=True, slots=True)
class Read:
    """One entry of the read log, with what the database knows about it at the draw.

    `cases` are the cases that were opened or shown; `unheld` how many of them the reader held no grant on
    then; `acted` whether the reader did something in the case around it; `released` whether the police's
    package was open, None for reads of our own; `same_name` whether reader and person share a surname.
    """

    id: str
    at: datetime
    actor: str
    unit: str | None = None
    what: str = Can.SEE_CASE.value
    source: str = "web"
    ground: frozenset[str] = frozenset()
    cases: tuple[str, ...] = ()
    is_list: bool = False
    shown: int | None = None
    searched_by: str = ""
    unheld: int = 0
    acted: bool = False
    released: bool | None = None
    same_name: bool = False

    @property
    def is_police(self) -> bool:
        return self.source == PORTAL

    @property
    def is_break_glass(self) -> bool:
        return GrantKind.BREAK_GLASS.value in self.ground


Found = Callable[[Sequence[Read], Mapping[str, int]], set[str]]


@dataclass(frozen=True)
class Rule:
    """`text` is the sentence for the reviewer, with the thresholds in it. `draws`: what it flags is drawn."""

    code: str
    label: str
    sentence: str
    find: Found
    thresholds: Mapping[str, int] = field(default_factory=dict)
    draws: bool = True

    @property
    def text(self) -> str:
        return self.sentence.format(**self.thresholds)


def _each(holds: Callable[[Read, Mapping[str, int]], bool]) -> Found:
    return lambda reads, limits: {read.id for read in reads if holds(read, limits)}


def _without_grant(read: Read, _: Mapping[str, int]) -> bool:
    return not read.is_police and bool(read.cases) and (read.unheld > 0 or not read.ground)


def _without_task(read: Read, _: Mapping[str, int]) -> bool:
    opened = len(read.cases) == 1 and not read.is_list and not read.is_police
    return opened and read.what in INNER and not read.ground & PERSONAL and not read.acted


def _at_night(read: Read, limits: Mapping[str, int]) -> bool:
    hour = read.at.astimezone(STOCKHOLM).hour
    return hour >= limits["begins"] or hour < limits["ends"]


def _on_day_off(read: Read, _: Mapping[str, int]) -> bool:
    return not is_workday(read.at.astimezone(STOCKHOLM).date())


def _after_closing(read: Read, _: Mapping[str, int]) -> bool:
    return read.released is False


def _same_name(read: Read, _: Mapping[str, int]) -> bool:
    return read.same_name


def _exported(read: Read, limits: Mapping[str, int]) -> bool:
    return read.source in EXPORTS and (read.shown or 1) > limits["rows"]


def _many_cases(reads: Sequence[Read], limits: Mapping[str, int]) -> set[str]:
    """Those of a reader's reads of a day that show a case more when the limit is reached."""
    seen: dict[tuple[str, object], set[str]] = defaultdict(set)
    found = set()
    for read in _in_order(reads):
        known = seen[read.actor, read.at.astimezone(STOCKHOLM).date()]
        if set(read.cases) - known:
            known.update(read.cases)
            if len(known) > limits["cases"]:
                found.add(read.id)
    return found


def _many_lookups(reads: Sequence[Read], limits: Mapping[str, int]) -> set[str]:
    """The searches by identity number that come when the hour before them, them included, holds too many."""
    recent: dict[str, deque[datetime]] = defaultdict(deque)
    found = set()
    for read in _in_order(reads):
        if read.searched_by != "personnummer":
            continue
        hour = recent[read.actor]
        hour.append(read.at)
        while hour[0] <= read.at - timedelta(hours=1):
            hour.popleft()
        if len(hour) > limits["lookups"]:
            found.add(read.id)
    return found


def _in_order(reads: Iterable[Read]) -> list[Read]:
    return sorted(reads, key=lambda read: (read.at, read.id))


ACTED_WITHIN = timedelta(days=30)
#: The order is the one in which flags are shown.
RULES: tuple[Rule, ...] = (
    Rule(
        "utan_behorighet", "Utan behörighet",
        "Ingen behörighet till ärendet gällde för läsaren vid den tidpunkten.",
        _each(_without_grant),
    ),
    Rule(
        "utan_uppgift", "Utan uppgift",
        "Läsaren har bara enhetens behörighet och gjorde inget i ärendet {days} dagar före eller efter.",
        _each(_without_task), {"days": ACTED_WITHIN.days},
    ),
    Rule(
        "efter_stangt", "Efter stängt utlämnande",
        "Polisen läste ett utlämnande som inte var öppet för den enheten.", _each(_after_closing),
    ),
    Rule(
        "samma_namn", "Samma efternamn",
        "Läsaren och personen i ärendet har samma efternamn.", _each(_same_name),
    ),
    Rule(
        "manga_arenden", "Många ärenden",
        "Läsaren hade sett fler än {cases} ärenden samma dag.", _many_cases, {"cases": CASES_A_DAY.alarm},
    ),
    Rule(
        "manga_sokningar", "Många sökningar",
        "Läsaren hade sökt på fler än {lookups} personnummer inom en timme.",
        _many_lookups, {"lookups": LOOKUPS_AN_HOUR.alarm},
    ),
    Rule(
        "utskrift", "Stor utskrift",
        "Fler än {rows} rader skrevs ut eller hämtades som fil.", _each(_exported), {"rows": 20},
    ),
    Rule(
        "natt", "Natt",
        "Läst mellan klockan {begins} och {ends}.", _each(_at_night), {"begins": 22, "ends": 6},
    ),
    Rule(
        "helg", "Helg",
        "Läst på en lördag, söndag eller helgdag.", _each(_on_day_off), draws=False,
    ),
)  # fmt: skip
BY_CODE = {rule.code: rule for rule in RULES}
DRAWING = frozenset(rule.code for rule in RULES if rule.draws)


def flags_of(reads: Sequence[Read]) -> dict[str, tuple[str, ...]]:
    """The codes of the rules that hold, by the read's id, in the rules' order; reads without any left out."""
    found: dict[str, list[str]] = defaultdict(list)
    for rule in RULES:
        for read_id in rule.find(reads, rule.thresholds):
            found[read_id].append(rule.code)
    return {read_id: tuple(codes) for read_id, codes in found.items()}


def as_data() -> list[dict[str, object]]:
    """The rules as they are now, for the review to keep."""
    return [
        {"code": rule.code, "label": rule.label, "text": rule.text,
         "thresholds": dict(rule.thresholds), "draws": rule.draws}
        for rule in RULES
    ]  # fmt: skip
