"""Operations whose truth is known, made by a generator of their own: nothing of the forecast's code is used.

Each operation has its own way of being: how long stays last (one of four shapes, and a mean of its own), how
often somebody comes, what a night costs, how plans go. It is lived through night by night, then cut in the
middle of a year: what could be known on that day goes to the forecast, what the year came to cost is kept.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from avhopp.kernel.periods import Period
from placements.costs import PricePeriod
from placements.episodes import Known
from placements.forecast import Placing
from placements.nightly import StepDown
from placements.simulation import Assumptions, Facts

YEAR_START, YEAR_END = date(2026, 1, 1), date(2027, 1, 1)
DAY = timedelta(days=1)
FULL_PRICE = 365  # nights at full price before the step-down
Lifetime = Callable[[random.Random], float]


@dataclass
class Truth:
    """What the forecast may know, and what the year came to cost."""

    facts: Facts
    assumptions: Assumptions
    cost: float
    shape: str


def exponential(mean: float) -> Lifetime:
    return lambda chance: chance.expovariate(1 / mean)


def weibull(mean: float) -> Lifetime:
    """Shape 1.7: mean is 0.8922 of the scale."""
    return lambda chance: chance.weibullvariate(mean / 0.8922, 1.7)


def mixture(mean: float) -> Lifetime:
    """Three in ten break off within months, the others stay long."""

    def drawn(chance: random.Random) -> float:
        return (
            chance.expovariate(1 / (0.25 * mean))
            if chance.random() < 0.3
            else chance.gammavariate(2.5, 0.925 * mean / 0.7 / 2.5)
        )

    return drawn


def lognormal(mean: float) -> Lifetime:
    """Sigma 0.7: the mean is exp(0.245) of the median."""
    return lambda chance: mean / 1.27762 * chance.lognormvariate(0, 0.7)


SHAPES = {"exponential": exponential, "weibull": weibull, "mixture": mixture, "lognormal": lognormal}


@dataclass
class Operation:
    chance: random.Random
    shape: str
    life: Lifetime
    cut: date
    per_day: float
    rates: list[int]
    lost: float
    slips: float
    known: list[Known] = field(default_factory=list)
    withdrawn: int = 0
    outcome: list[float] = field(default_factory=lambda: [0.0] * 12)
    after: float = 0.0

    def live(self, began: date) -> None:
        """Every arrival from the beginning to the year's end, as it happened."""
        clock = 0.0
        while True:
            clock += self.chance.expovariate(self.per_day)
            arrival = began + timedelta(days=int(clock))
            if arrival >= YEAR_END:
                return
            nights = max(1, round(self.life(self.chance)))
            rate = self.chance.choice(self.rates)
            self._pay(arrival, arrival + timedelta(days=nights), rate)
            if arrival <= self.cut:
                self._tell(arrival, nights, rate)

    def _tell(self, arrival: date, nights: int, rate: int) -> None:
        """What is known of it on the day of the cut: a departure that has been, or one that is decided."""
        leaves = arrival + timedelta(days=nights)
        planned = arrival - timedelta(days=int(self.chance.expovariate(1 / self.slips)))
        while self.chance.random() < self.lost:
            self.withdrawn += 1
        if leaves > self.cut and self.chance.random() < 0.3:
            decided = self.cut + timedelta(days=self.chance.randint(10, 400))
            if self.chance.random() < 0.7:
                self._pay(arrival, leaves, rate, -1)
                self._pay(arrival, decided, rate)
            self._known(planned, arrival, decided, rate)
        else:
            self._known(planned, arrival, leaves if leaves <= self.cut else None, rate)

    def plan(self) -> None:
        """Somebody who is expected after the cut."""
        planned, rate = self.cut + timedelta(days=self.chance.randint(1, 60)), self.chance.choice(self.rates)
        self._known(planned, None, None, rate)
        if self.chance.random() >= self.lost:
            arrival = planned + timedelta(days=int(self.chance.expovariate(1 / self.slips)))
            self._pay(arrival, arrival + timedelta(days=max(1, round(self.life(self.chance)))), rate)

    def _known(self, planned: date, arrival: date | None, leaves: date | None, rate: int) -> None:
        begins = arrival or planned
        halved = begins + timedelta(days=FULL_PRICE)
        price: tuple[PricePeriod, ...] = (PricePeriod(begins, None, Decimal(rate)),)
        if halved <= self.cut:  # the step-down has been agreed when it came; until then nothing is
            price = (PricePeriod(begins, halved, Decimal(rate)), PricePeriod(halved, None, Decimal(rate) / 2))
        key = f"s{len(self.known)}"
        self.known.append(Known(key, Placing(key, planned, arrival, leaves, price)))

    def _pay(self, arrival: date, leaves: date, rate: int, times: int = 1) -> None:
        """Night by night, and half the price after a year."""
        day = max(arrival, YEAR_START)
        while day < min(leaves, YEAR_END):
            price = rate if (day - arrival).days < FULL_PRICE else rate / 2
            if day <= self.cut:
                self.outcome[day.month - 1] += price * times
            else:
                self.after += price * times
            day += DAY


def lived_operations(count: int, seed: int) -> Iterator[Truth]:
    """So many operations, the shapes in turn."""
    chance = random.Random(seed)
    for number in range(count):
        shape = list(SHAPES)[number % len(SHAPES)]
        yield _lived(chance, shape)


def _lived(chance: random.Random, shape: str) -> Truth:
    mean = 548 * chance.lognormvariate(-0.045, 0.3)  # a year and a half, give or take a third
    operation = Operation(
        chance=chance,
        shape=shape,
        life=SHAPES[shape](mean),
        cut=date(2026, chance.randint(3, 8), 1) - DAY,
        per_day=chance.choice([0.25, 0.5, 1.0, 2.0]) / 30.4375,
        rates=[chance.randrange(1500, 4500, 50) for _ in range(4)],
        lost=chance.betavariate(1, 9),
        slips=14 * chance.lognormvariate(-0.08, 0.4),
    )
    operation.live(YEAR_START - timedelta(days=chance.randint(500, 3000)))
    for _ in range(chance.choice([0, 0, 1, 2])):
        operation.plan()
    outcome = tuple(Decimal(str(amount)) for amount in operation.outcome)
    year = Period(YEAR_START, YEAR_END)
    facts = Facts(tuple(operation.known), outcome, year, operation.cut, operation.cut, operation.withdrawn)
    per_month = Decimal(str(operation.per_day * 30.4375))
    assumptions = Assumptions(step_down=StepDown(), arrivals=(per_month,) * 12)
    return Truth(facts, assumptions, sum(operation.outcome) + operation.after, shape)
