"""The figures counted the slow way, straight from a scenario file: day by day, one question at a time.

This is the second opinion on reports/figures.py. It imports nothing of the product, reads the file's own
keys, uses fractions for money, and asks every stay about every single night. Keep it naive.
"""

from datetime import date, timedelta
from fractions import Fraction

NIGHT = timedelta(days=1)
BUDGET_ORDER = [("ramhojande", "ram"), ("riktad",), ("statsbidrag",)]


def figures(scenario: dict, month: str, as_of: date) -> dict:
    """The JSON object of FORMAT.md for the month ('2022-03') of a scenario, seen from as_of."""
    return Oracle(scenario, month, as_of).figures()


def kr(amount: Fraction) -> str:
    """Two decimals, half up, a half away from zero."""
    ore = int(abs(amount) * 100 + Fraction(1, 2))
    sign = "-" if amount < 0 and ore else ""
    return f"{sign}{ore // 100}.{ore % 100:02d}"


def day_of(text: str | None) -> date | None:
    """The date of a file's text."""
    return None if text is None else date.fromisoformat(text)


def days(first: date, last: date) -> list[date]:
    """All days from first to last, both included; none when last lies before first."""
    found = []
    while first <= last:
        found.append(first)
        first += NIGHT
    return found


def months_later(day: date, months: int) -> date:
    """The same day so many months later; when there is none, the day before, and so on."""
    year, month, number = day.year, day.month, day.day
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    while True:
        try:
            return date(year, month, number)
        except ValueError:
            number -= 1


def born(person: dict) -> date | None:
    """The birth date of the identity number, else the last day of the birth year."""
    identity = person.get("identity")
    if identity:
        day = int(identity[6:8])
        return date(int(identity[:4]), int(identity[4:6]), day - 60 if day > 60 else day)
    return date(person["birth_year"], 12, 31) if person.get("birth_year") else None


class Stay:
    """A placement of the file with its dates read."""

    def __init__(self, row: dict, case: dict, decided: date, agreements: dict) -> None:
        self.ref = row["ref"]
        self.person = case["person"]
        self.known_from = max(day_of(case["received"]), decided)
        self.inside = row["agreement"] is not None
        self.charged = self.inside and agreements[row["agreement"]].get("charges_departure_day", False)
        self.planned = day_of(row["planned_start"])
        self.start = day_of(row["start"])
        self.end = day_of(row["end"])
        self.moved_from = row.get("moved_from")
        self.prices = [
            (day_of(price["from"]), day_of(price["to"]), Fraction(str(price["rate"])))
            for price in row["prices"]
        ]
        self.absences = [
            (day_of(away["from"]), day_of(away["to"]), Fraction(str(away["rate"])))
            for away in row.get("absences", [])
        ]

    def price(self, day: date) -> Fraction:
        """The price of a night, absence or not."""
        for begins, ends, rate in self.prices:
            if begins <= day and (ends is None or day < ends):
                return rate
        earliest, latest = min(self.prices), max(self.prices, key=lambda price: price[0])
        return earliest[2] if day < earliest[0] else latest[2]

    def rate(self, day: date) -> Fraction:
        """What a night costs."""
        for begins, ends, rate in self.absences:
            if begins <= day and (ends is None or day < ends):
                return rate
        return self.price(day)

    def sleeps(self, day: date, since: date) -> bool:
        """Whether there is a night on the day, of a stay that runs since the day given."""
        return since <= day and (self.end is None or day < self.end)

    def day_cost(self, day: date, since: date) -> Fraction:
        """What the day costs: its night, or a charged departure."""
        if self.sleeps(day, since):
            return self.rate(day)
        if self.charged and day == self.end and since <= day:
            return self.price(day - NIGHT)
        return Fraction(0)


class Oracle:
    """One scenario, one month, one point of view."""

    def __init__(self, scenario: dict, month: str, as_of: date) -> None:
        self.file = scenario
        self.month = month
        self.as_of = as_of
        year, number = int(month[:4]), int(month[5:])
        self.first = date(year, number, 1)
        self.cut = min(as_of, months_later(self.first, 1) - NIGHT)
        self.new_year = date(year, 1, 1)
        self.year_days = days(self.new_year, date(year, 12, 31))
        self.people = {row["ref"]: row for row in self.rows("persons")}
        all_cases = {row["ref"]: row for row in self.rows("cases")}
        agreements = {row["ref"]: row for row in self.rows("agreements")}
        decided = {row["ref"]: day_of(row["decided"]) for row in self.rows("decisions")}
        self.cases = [row for row in all_cases.values() if day_of(row["received"]) <= as_of]
        self.decisions = [
            row
            for row in self.rows("decisions")
            if day_of(row["decided"]) <= as_of and day_of(all_cases[row["case"]]["received"]) <= as_of
        ]
        stays = [
            Stay(row, all_cases[row["case"]], decided[row["decision"]], agreements)
            for row in self.rows("placements")
        ]
        self.stays = [stay for stay in stays if stay.known_from <= as_of]

    def rows(self, key: str) -> list[dict]:
        """A list of the file, empty when it is left out."""
        return self.file.get(key, [])

    def closed(self, case: dict) -> date:
        """The day a case is closed as far as is known; the end of time when it is open."""
        closed = day_of(case.get("closed"))
        return date.max if closed is None or closed > self.as_of else closed

    def begun(self, stay: Stay) -> bool:
        """Whether the stay has begun by the cut."""
        return stay.start is not None and stay.start <= self.cut

    def figures(self) -> dict:
        """Every figure."""
        volumes = self.volumes()
        month_days = [day for day in self.year_days if self.first <= day <= self.cut]
        month_days = [day for day in month_days if day.month == self.first.month]
        so_far = [day for day in self.year_days if day <= self.cut]
        placements = self.placements(month_days)
        year_nights, year_cost = self.spent(so_far)
        placed = {stay.person for stay in self.stays for day in so_far if self.night(stay, day)}
        return {
            "month": self.month,
            "as_of": self.as_of.isoformat(),
            "volumes": volumes,
            "placements": placements,
            "year": {
                "nights": year_nights,
                "cost": kr(year_cost),
                "mean_cost_per_night": kr(year_cost / year_nights) if year_nights else None,
                "persons_placed": len(placed),
            },
            "budget": self.budget(year_cost),
            "forecast": self.forecast(year_cost, len(so_far)),
            "applications": self.applications(),
            "unenforced": self.unenforced(),
            "children": self.children(),
            "checks": self.checks(),
            "controls": {
                "volumes_balance": True,
                "agreement_balance": True,
                "year_is_sum_of_months": True,
            },
        }

    def volumes(self) -> dict:
        """Cases in and out."""
        new = reopened = closed = 0
        for case in self.cases:
            received = day_of(case["received"])
            if self.first <= received <= self.cut:
                earlier = [
                    other
                    for other in self.rows("cases")
                    if other["person"] == case["person"] and day_of(other["received"]) < received
                ]
                new, reopened = (new, reopened + 1) if earlier else (new + 1, reopened)
            if self.first <= self.closed(case) <= self.cut:
                closed += 1
        this_year = [day for day in self.year_days if day <= self.cut]
        met = {
            case["person"]
            for case in self.cases
            for day in this_year
            if day_of(case["received"]) <= day < self.closed(case)
        }
        return {
            "open_first": len(
                [
                    case
                    for case in self.cases
                    if day_of(case["received"]) < self.first and self.closed(case) >= self.first
                ]
            ),
            "new": new,
            "reopened": reopened,
            "closed": closed,
            "open_last": len(self.open_last()),
            "persons_open_last": len({case["person"] for case in self.open_last()}),
            "persons_year_to_date": len(met),
        }

    def open_last(self) -> list[dict]:
        """Cases received by the cut and not closed by it."""
        return [
            case
            for case in self.cases
            if day_of(case["received"]) <= self.cut and not self.closed(case) <= self.cut
        ]

    def night(self, stay: Stay, day: date) -> bool:
        """Whether a night was slept."""
        return self.begun(stay) and stay.sleeps(day, stay.start)

    def spent(self, some_days: list[date], inside: bool | None = None) -> tuple[int, Fraction]:
        """Nights and cost of some days."""
        count, cost = 0, Fraction(0)
        for stay in self.stays:
            if self.begun(stay) and inside in (None, stay.inside):
                for day in some_days:
                    count += stay.sleeps(day, stay.start)
                    cost += stay.day_cost(day, stay.start)
        return count, cost

    def placements(self, month_days: list[date]) -> dict:
        """The month."""
        count, cost = self.spent(month_days)
        count_in, cost_in = self.spent(month_days, inside=True)
        count_out, cost_out = self.spent(month_days, inside=False)
        persons = {stay.person for stay in self.stays for day in month_days if self.night(stay, day)}
        return {
            "nights": count,
            "nights_inside": count_in,
            "nights_outside": count_out,
            "cost": kr(cost),
            "cost_inside": kr(cost_in),
            "cost_outside": kr(cost_out),
            "mean_cost_per_night": kr(cost / count) if count else None,
            "persons": len(persons),
            "ongoing_last": len([stay for stay in self.stays if self.night(stay, self.cut)]),
        }

    def budget(self, year_cost: Fraction) -> dict:
        """The lines, used up kind by kind."""
        lines = [
            line
            for line in self.rows("budget_lines")
            if line["year"] == self.first.year and day_of(line["decided"]) <= self.as_of
        ]
        left, used = year_cost, {}
        for kinds in BUDGET_ORDER:
            for line in lines:
                if line["kind"] in kinds:
                    take = Fraction(str(line["amount"]))
                    if left < take:
                        take = left
                    used[line["ref"]] = take
                    left = left - take
        total = sum((Fraction(str(line["amount"])) for line in lines), Fraction(0))
        return {
            "total": kr(total),
            "lines": [
                {
                    "ref": line["ref"],
                    "kind": line["kind"],
                    "amount": kr(Fraction(str(line["amount"]))),
                    "used": kr(used[line["ref"]]),
                }
                for line in lines
            ],
            "variance": kr(total - year_cost),
        }

    def forecast(self, year_cost: Fraction, days_elapsed: int) -> dict:
        """The rest of the year, night by night."""
        committed = planned = year_cost
        by_ref = {stay.ref: stay for stay in self.stays}
        for stay in self.stays:
            if self.begun(stay):
                since = stay.start
            else:
                known = stay.start if stay.start is not None and stay.start <= self.as_of else stay.planned
                since = max(known, self.cut + NIGHT)
            rest = sum((stay.day_cost(day, since) for day in self.year_days if day > self.cut), Fraction(0))
            planned += rest
            link = stay
            while link is not None and not self.begun(link):
                link = by_ref.get(link.moved_from)
            if link is not None:
                committed += rest
        straight = year_cost * len(self.year_days) / days_elapsed if days_elapsed else Fraction(0)
        return {"committed": kr(committed), "planned": kr(planned), "straight_line": kr(straight)}

    def applications(self) -> dict:
        """What was asked for and what was answered."""
        counts = {"sent": 0, "granted": 0, "partly": 0, "refused": 0, "pending": 0}
        sums = {"applied_sum": Fraction(0), "granted_sum": Fraction(0), "paid_sum": Fraction(0)}
        for row in self.rows("applications"):
            if day_of(row["sent"]) > self.cut:
                continue
            counts["sent"] += 1
            applied = Fraction(str(row["applied"]))
            sums["applied_sum"] += applied
            if row["decided"] is None or day_of(row["decided"]) > self.as_of:
                counts["pending"] += 1
                continue
            granted = Fraction(str(row["granted"] or 0))
            sums["granted_sum"] += granted
            sums["paid_sum"] += Fraction(str(row["paid"] or 0))
            counts["granted" if granted == applied else "partly" if granted else "refused"] += 1
        return counts | {key: kr(amount) for key, amount in sums.items()}

    def unenforced(self) -> dict:
        """Decisions that on some day of the quarter were late."""
        quarter_month = {1: 1, 2: 1, 3: 1, 4: 4, 5: 4, 6: 4, 7: 7, 8: 7, 9: 7, 10: 10, 11: 10, 12: 10}
        quarter = days(date(self.first.year, quarter_month[self.first.month], 1), self.cut)
        waits = []
        for row in self.decisions:
            decided, enforced = day_of(row["decided"]), day_of(row.get("enforced"))
            late = [
                day
                for day in quarter
                if months_later(decided, 3) <= day and (enforced is None or enforced > day)
            ]
            if late:
                until = self.cut if enforced is None or enforced > self.cut else enforced
                waits.append((until - decided).days)
        return {"count": len(waits), "longest_days": max([0, *waits])}

    def children(self) -> dict:
        """Children of, and children among, those with an open case."""
        affected = own = 0
        for ref in {case["person"] for case in self.open_last()}:
            person = self.people[ref]
            affected += person.get("children", 0)
            birth = born(person)
            if birth is not None and months_later(birth, 216) > self.cut:
                own += 1
        return {"affected": affected, "own_cases": own}

    def checks(self) -> dict:
        """Checks of the month."""
        planned = done = deviations = 0
        for row in self.rows("checks"):
            if self.first <= day_of(row["planned"]) <= self.cut:
                planned += 1
                if row["done"] is not None and day_of(row["done"]) <= self.cut:
                    done += 1
                    deviations += bool(row["deviation"])
        return {"planned": planned, "done": done, "deviations": deviations}
