"""The forecast with a range: 250 ongoing stays and 5 000 ended ones, counted and as a page.

The simulation is timed beside the exact methods on the same stays, in the same process: the ratio is what to
trust. The page is read by the coordinator of a municipality of its own, with both walls on.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from avhopp.accounts.models import User
from avhopp.kernel import periods
from benchmarks.loading import DATABASE, administrator, settle
from benchmarks.pages import database_cost, signed_in
from placements import forecast
from placements.costs import PricePeriod
from placements.episodes import Known
from placements.forecast import Placing
from placements.simulation import RUNS, Assumptions, Facts, simulate
from reports.scenario.loading import load
from reports.scenario.reading import read_bytes

CODE = "0996"
ONGOING, ENDED = 250, 5_000
SECONDS, MILLISECONDS, MOST_QUERIES = 2.0, 100, 15
ROUNDS = 3


def stays(cut: date, ongoing: int, ended: int) -> list[Known]:
    """Ongoing stays of up to 500 nights, and ended ones of the ten years before."""
    found = []
    for number in range(ongoing + ended):
        goes_on = number < ongoing
        back = 1 + number * 7 % 500 if goes_on else 600 + number * 13 % 3000
        start = cut - timedelta(days=back)
        end = None if goes_on else start + timedelta(days=30 + number * 11 % 500)
        price = PricePeriod(start, end, Decimal(2400 + number % 900))
        found.append(Known(f"p{number}", Placing(f"k{number}", start, start, end, (price,))))
    return found


def facts(cut: date, ongoing: int = ONGOING, ended: int = ENDED) -> Facts:
    year = periods.year(cut.year)
    outcome = (Decimal(18_000_000),) * cut.month + (Decimal(0),) * (12 - cut.month)
    return Facts(tuple(stays(cut, ongoing, ended)), outcome, year, cut, cut, 10, Decimal(200_000_000))


def timings(ongoing: int = ONGOING, ended: int = ENDED) -> tuple[float, float]:
    """Seconds of the simulation, and of the exact methods on the same stays: the best of three."""
    cut = date(2026, 4, 30)
    standing = facts(cut, ongoing, ended)
    placings = [row.placing for row in standing.known]
    assumed = Assumptions(arrivals=(Decimal(2),) * 12)

    def exact() -> None:
        forecast.committed(Decimal(0), placings, standing.year, cut)
        forecast.planned(Decimal(0), placings, standing.year, cut)

    return _best(lambda: simulate(standing, assumed, 1)), _best(exact)


def section(ongoing: int = ONGOING, ended: int = ENDED) -> list[str]:
    simulated, exact = timings(ongoing, ended)
    user = _loaded(ongoing, ended)
    client = signed_in(user)
    lines = [
        "## The forecast with a range",
        "",
        f"{ongoing} ongoing and {ended} ended stays, {RUNS} runs.",
        "",
        "| what | measured | aim | within the aim |",
        "|---|---|---|---|",
        f"| the simulation, seconds | {simulated:.2f} | {SECONDS:g} | {_yes(simulated <= SECONDS)} |",
        f"| the exact methods on the same stays, seconds | {exact:.2f} | | |",
        f"| the ratio of the two | {simulated / exact:.0f} | | |",
    ]
    for name in ("prognos/", "budget/"):
        queries, slow = database_cost(client, f"/{name}")
        good = _yes(queries <= MOST_QUERIES and slow <= MILLISECONDS)
        what = f"/{name}: {queries} queries, ms in the database (95th)"
        lines.append(f"| {what} | {slow:.0f} | {MILLISECONDS} | {good} |")
    return lines


def _loaded(ongoing: int, ended: int) -> User:
    """The stays as an operation of its own."""
    today = datetime.now(UTC).date()
    scenario = _scenario(stays(today, ongoing, ended), ongoing)
    home = load(
        scenario=read_bytes(json.dumps(scenario).encode()), at=datetime.now(UTC), tells_gaps=False
    ).municipality
    with administrator(DATABASE) as server:
        settle(server)
    return User.objects.get(municipality=home, handle="samordnare")


def _scenario(known: list[Known], ongoing: int) -> dict[str, Any]:
    cases = [f"a{number}" for number in range(len(known))]
    first = {name: row.placing.start for name, row in zip(cases, known, strict=True)}
    return {
        "municipality": {"code": CODE, "name": "Prognoskommun", "board": "Nämnden", "registry_prefix": "PN"},
        "units": [{"ref": "enhet", "name": "Enheten"}],
        "users": [
            {"username": "matare", "role": "socialsekreterare", "unit": "enhet"},
            {"username": "samordnare", "role": "samordnare", "unit": "enhet"},
        ],
        "providers": [{"ref": "hem", "name": "Hemmet", "kind": "hvb"}],
        "persons": [{"ref": f"p{name}", "birth_year": 1990, "sex": "okant", "children": 0} for name in cases],
        "cases": [
            {
                "ref": name, "person": f"p{name}", "unit": "enhet", "handler": "matare",
                "received": f"{first[name]}", "source": "polis",
                **({} if number < ongoing else {
                    "closed": f"{known[number].placing.end}", "closing_reason": "gatt_i_mal"
                }),
            }
            for number, name in enumerate(cases)
        ],
        "decisions": [
            {
                "ref": f"b{name}", "case": name, "kind": "hvb", "decided": f"{first[name]}", "end": None,
                "enforced": f"{first[name]}",
            }
            for name in cases
        ],
        "placements": [
            {
                "ref": f"s{name}", "case": name, "decision": f"b{name}", "provider": "hem", "agreement": None,
                "outside_reason": "Ingen plats.", "planned_start": f"{first[name]}",
                "start": f"{first[name]}",
                "end": row.placing.end and f"{row.placing.end}",
                "prices": [{
                    "from": f"{first[name]}", "to": row.placing.end and f"{row.placing.end}",
                    "rate": str(row.placing.prices[0].rate),
                }],
            }
            for name, row in zip(cases, known, strict=True)
        ],
    }  # fmt: skip


def _best(call: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def _yes(good: bool) -> str:
    return "yes" if good else "NO"
