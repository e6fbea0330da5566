"""Medians, in milliseconds, and the database time of a whole request."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 40


@dataclass(frozen=True)
class Timing:
    median: float
    p95: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.p95:.2f})"


def measure(call: Callable[[], object], rounds: int = ROUNDS) -> Timing:
    """Median and 95th percentile of `rounds` calls, in milliseconds, after two to warm up."""
    call()
    call()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return Timing(statistics.median(times), statistics.quantiles(times, n=20)[-1])


class DatabaseClock:
    """Counts the queries of a block and the time that they took, as an execute wrapper."""

    def __init__(self) -> None:
        self.queries = 0
        self.milliseconds = 0.0

    def __call__(self, execute, sql, parameters, many, context):
        start = time.perf_counter()
        try:
            return execute(sql, parameters, many, context)
        finally:
            self.queries += 1
            self.milliseconds += (time.perf_counter() - start) * 1000
