"""Random scenarios, as nasty as the format allows: what hypothesis feeds to the figures and the oracle.

Stays of a case never overlap; everything else may be awkward: plans that slip, plans that never begin,
late decisions, direct moves, absences, charged departure days, same-day stays, prices that reach outside
the stay, leap days, cases closed the day they came, persons who return the day they left.
"""

import re
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import strategies as st

A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
FIRST_DAY = date(2021, 6, 1)
MONTHS = [f"{year}-{month:02d}" for year in (2022, 2023, 2024) for month in range(1, 13)]
RATES = ["0", "900", "1500", "3000", "3150.50", "1234.56", "2999.99", "0.01", 3400]
AMOUNTS = ["0", "1", "50000", "400000.50", 2800000]
KINDS = ["ramhojande", "riktad", "ram", "statsbidrag"]
IDENTITIES = [None, None, "200402290000", "200502280000", "200601610000", "199901310000"]

AGREEMENTS = [
    {"ref": "plain", "charges_departure_day": False},
    {"ref": "charging", "charges_departure_day": True},
]


def text(day: date | None) -> str | None:
    """A date as the file writes it."""
    return None if day is None else day.isoformat()


def after(draw, day: date, most: int, least: int = 0) -> date:
    """A day between `least` and `most` days later."""
    return day + timedelta(days=draw(st.integers(least, most)))


@st.composite
def scenarios(draw) -> dict:
    """A scenario with up to four persons."""
    file: dict = {
        key: []
        for key in ("budget_lines", "persons", "cases", "decisions", "placements", "applications", "checks")
    }
    file["agreements"] = AGREEMENTS
    for number in range(draw(st.integers(1, 4))):
        _person(draw, file, f"P{number}")
    for number in range(draw(st.integers(0, 4))):
        file["budget_lines"].append(
            {
                "ref": f"R{number}",
                "year": draw(st.sampled_from([2022, 2023, 2023, 2024])),
                "kind": draw(st.sampled_from(KINDS)),
                "amount": draw(st.sampled_from(AMOUNTS)),
                "decided": text(after(draw, FIRST_DAY, 1200)),
            }
        )
    return file


@st.composite
def views(draw) -> tuple[str, date]:
    """A month and a day to see it from: before, in and after the month."""
    month = draw(st.sampled_from(MONTHS))
    first = date.fromisoformat(f"{month}-01")
    return month, after(draw, first, *draw(st.sampled_from([(30, 0), (30, 27), (-1, -400), (400, 31)])))


@st.composite
def scenarios_with_views(draw) -> tuple[dict, tuple[str, date]]:
    """A scenario and a view of it; most views stand at, or a day beside, something that happens."""
    scenario = draw(scenarios())
    happenings = sorted(set(_dates(scenario)))
    if not happenings or draw(st.integers(0, 3)) == 0:
        return scenario, draw(views())
    as_of = after(draw, draw(st.sampled_from(happenings)), draw(st.sampled_from([1, 60])), -1)
    number = as_of.year * 12 + as_of.month - 1 + draw(st.sampled_from([0, 0, 0, -1, -1, -3, 1, 6]))
    return scenario, (f"{number // 12}-{number % 12 + 1:02d}", as_of)


def _dates(part: object) -> list[date]:
    """Every date in a scenario."""
    if isinstance(part, dict):
        return [day for value in part.values() for day in _dates(value)]
    if isinstance(part, list):
        return [day for value in part for day in _dates(value)]
    return [date.fromisoformat(part)] if isinstance(part, str) and A_DATE.fullmatch(part) else []


def _person(draw, file: dict, ref: str) -> None:
    file["persons"].append(
        {
            "ref": ref,
            "identity": draw(st.sampled_from(IDENTITIES)),
            "birth_year": draw(st.sampled_from([None, 1996, 2004, 2005, 2006])),
            "children": draw(st.integers(0, 3)),
        }
    )
    received = after(draw, FIRST_DAY, 600)
    for number in range(draw(st.integers(1, 3))):
        lasts = draw(st.sampled_from([None, 500, 30, 900]))
        closed = None if lasts is None else after(draw, received, lasts)
        _case(draw, file, f"{ref}A{number}", ref, received, closed)
        if closed is None:
            return
        received = after(draw, closed, 90)


def _case(draw, file: dict, ref: str, person: str, received: date, closed: date | None) -> None:
    file["cases"].append({"ref": ref, "person": person, "received": text(received), "closed": text(closed)})
    decisions = []
    for number in range(draw(st.sampled_from([1, 2, 3, 0]))):
        decided = after(draw, received, draw(st.sampled_from([20, 300])), -3)
        enforced = after(draw, decided, 200) if draw(st.booleans()) else None
        decisions.append(f"{ref}B{number}")
        file["decisions"].append(
            {
                "ref": decisions[-1],
                "case": ref,
                "decided": text(decided),
                "end": None,
                "enforced": text(enforced),
            }
        )
    if decisions:
        _placements(draw, file, ref, decisions, received, closed)
    for number in range(draw(st.integers(0, 2))):
        _application(draw, file, f"{ref}N{number}", ref, received)
    for _ in range(draw(st.integers(0, 3))):
        planned = after(draw, received, 400)
        done = after(draw, planned, 40, -5) if draw(st.booleans()) else None
        file["checks"].append(
            {"case": ref, "planned": text(planned), "done": text(done), "deviation": draw(st.booleans())}
        )


def _application(draw, file: dict, ref: str, case: str, received: date) -> None:
    sent = after(draw, received, 200)
    answered = draw(st.booleans())
    applied = draw(st.integers(1, 600_000))
    granted = draw(st.sampled_from([None, 0, applied // 2, applied])) if answered else None
    file["applications"].append(
        {
            "ref": ref,
            "case": case,
            "sent": text(sent),
            "applied": str(applied),
            "decided": text(after(draw, sent, 300)) if answered else None,
            "granted": granted,
            "paid": draw(st.sampled_from([None, granted])),
        }
    )


def _placements(
    draw, file: dict, case: str, decisions: list[str], received: date, closed: date | None
) -> None:
    earlier: list[str] = []
    start = after(draw, received, 60)
    for number in range(draw(st.integers(1, 4))):
        if closed is not None and closed <= start:
            return
        runs_on = closed is None and draw(st.integers(0, 3)) == 0
        end = None if runs_on else after(draw, start, draw(st.sampled_from([60, 400, 5, 0])))
        if closed is not None and closed < end:
            end = closed
        ref = f"{case}L{number}"
        planned = after(draw, start, draw(st.sampled_from([0, 0, 70])), draw(st.sampled_from([0, -70])))
        file["placements"].append(
            {
                "ref": ref,
                "case": case,
                "decision": draw(st.sampled_from(decisions)),
                "agreement": draw(st.sampled_from([None, "plain", "charging"])),
                "planned_start": text(planned),
                "start": None if draw(st.integers(0, 3)) == 0 else text(start),
                "end": text(end),
                "moved_from": draw(st.sampled_from([None, *earlier[-2:], *earlier[-1:]])),
                "prices": _prices(draw, start, end),
                "absences": _absences(draw, start, end),
            }
        )
        earlier.append(ref)
        if end is None:
            return
        start = after(draw, end, draw(st.sampled_from([0, 0, 40])))


def _prices(draw, start: date, end: date | None) -> list[dict]:
    """Prices that cover [start, end), some of them reaching outside it, in any order in the file."""
    first = after(draw, start, 0, draw(st.sampled_from([0, 0, -20])))
    last = draw(st.sampled_from([end, end, None if end is None else end + timedelta(days=30), None]))
    until = last or start + timedelta(days=500)
    inner = sorted(
        day
        for day in {after(draw, start, 300) for _ in range(draw(st.integers(0, 2)))}
        if first < day < until
    )
    edges = [first, *inner, last]
    return draw(
        st.permutations(
            [
                {"from": text(begins), "to": text(ends), "rate": draw(st.sampled_from(RATES))}
                for begins, ends in pairwise(edges)
            ]
        )
    )


def _absences(draw, start: date, end: date | None) -> list[dict]:
    """Up to two absences inside the stay."""
    found = []
    reached = start
    for _ in range(draw(st.integers(0, 2))):
        away = after(draw, reached, 60)
        home = after(draw, away, 30, 1)
        if end is not None and end < home:
            break
        found.append({"from": text(away), "to": text(home), "rate": draw(st.sampled_from(RATES))})
        reached = home
    return found
