"""Load a hundred thousand synthetic cases, measure, and write docs/benchmarks.md.

make bench                       (BENCH_ARGS="--cases 20000" for a smaller run that writes nothing)
"""

import argparse
import os
import platform
import sys
import time
from importlib import import_module

import django

from avhopp import services
from benchmarks.loading import DATABASE, ROOT, administrator, fresh
from benchmarks.population import Builder

FULL = 100_000
HEAD = """# Benchmarks

`make bench` makes this page. Absolute times depend on the machine and on what else it does; the ratios, the
plans and the numbers of queries are what to trust. Nothing here is part of the test suite.

"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=FULL)
    size = parser.parse_args().cases
    os.environ["AVHOPP_DATABASE"] = DATABASE
    os.environ["DJANGO_SETTINGS_MODULE"] = "avhopp.settings.web"
    with services.running():
        fresh()
        start = time.perf_counter()
        with administrator(DATABASE) as connection:
            population = Builder(connection, size).build()
        loaded = time.perf_counter() - start
        django.setup()
        walls, pages, report, forecast, ledger = (
            import_module(f"benchmarks.{name}") for name in ("walls", "pages", "report", "forecast", "ledger")
        )
        lines = [
            f"Python {platform.python_version()}, {os.cpu_count()} cores, "
            f"{size} cases streamed in by COPY in {loaded:.0f} s.",
            "",
            *walls.section(size, population),
            "",
            *pages.section(population),
            "",
            *report.section(),
            "",
            *forecast.section(),
            "",
            *ledger.section(population),
        ]
    text = HEAD + "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if size == FULL:
        (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
