"""What history that can prove itself costs: a save, eight writers at once, a million entries verified.

All of it goes the way the product goes: the web process's login, both walls, the real triggers, the real
verifier as the auditor. What is compared differs in triggers only, switched off by the administrator.
"""

import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection, transaction
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from avhopp import services
from avhopp.access.context import SETTING, acting, context_key, signed
from avhopp.accounts.models import User
from benchmarks.loading import DATABASE, ROOT, administrator
from benchmarks.population import Population
from cases.models import Person

HISTORY = "alter table app.cases_person {} trigger history"
LEDGER = "alter table app.cases_historicalperson {} trigger ledger"
MODES = {"without history": (HISTORY, LEDGER), "history": (LEDGER,), "history and ledger": ()}
ROUNDS, SAVES = 5, 200
WRITERS, SECONDS = 8, 5.0
ENTRIES, BATCH = 1_000_000, 50_000
MOST_RATIO, MOST_SECONDS = 1.5, 60
READ = (
    "insert into app.audit_readentry"
    " (id, at, actor_id, role, municipality_id, what, object_type, ground, source)"
    " select gen_random_uuid(), clock_timestamp(), %(actor)s, 'socialsekreterare', %(home)s, 'see_case',"
    " 'case', 'handlaggare', 'web' from generate_series(1, %(rows)s)"
)


@contextmanager
def switched_off(triggers: tuple[str, ...]) -> Iterator[None]:
    with administrator(DATABASE) as server:
        for trigger in triggers:
            server.execute(trigger.format("disable"))
        try:
            yield
        finally:
            for trigger in triggers:
                server.execute(trigger.format("enable"))


def saves(user: User, person_id: uuid.UUID, wait: str) -> list[float]:
    """Milliseconds for each of many saves with their commits; `wait` for the disk is `on` or `off`."""
    times = []
    for number in range(SAVES):
        with connection.cursor() as cursor:
            cursor.execute(f"set synchronous_commit = {wait}")
        with transaction.atomic(), acting(user, reason="Mätning", whole_request=True):
            person = Person.objects.get(pk=person_id)
            person.children_count = number % 9 + 10 * (number % 2)
            start = time.perf_counter()
            person.save(update_fields=["children_count"])
            written = time.perf_counter() - start
            start = time.perf_counter()
        times.append((written + time.perf_counter() - start) * 1000)
    return times


def cost_of_a_save(population: Population) -> list[str]:
    user = User.objects.get(pk=population.users[30])
    with transaction.atomic(), acting(user):
        person = Person.objects.all()[0].pk
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(ROUNDS):
        for mode, triggers in MODES.items():
            with switched_off(triggers):
                connection.close()  # a new session plans anew
                saves(user, person, "off")
                for wait in ("on", "off"):
                    times.setdefault((mode, wait), []).extend(saves(user, person, wait))
    medians = {key: statistics.median(each) for key, each in times.items()}
    lines = [
        "| a save and its commit | ms on the disk | ratio | ms without the disk | ratio | aim | within |",
        "|---|---|---|---|---|---|---|",
    ]
    for mode in MODES:
        durable, fast = (medians[mode, wait] for wait in ("on", "off"))
        ratios = [medians[mode, wait] / medians[next(iter(MODES)), wait] for wait in ("on", "off")]
        aim = str(MOST_RATIO) if mode == "history" else ""
        good = ("yes" if max(ratios) <= MOST_RATIO else "NO") if aim else ""
        lines.append(
            f"| {mode} | {durable:.2f} | {ratios[0]:.2f} | {fast:.2f} | {ratios[1]:.2f} | {aim} | {good} |"
        )
    return lines


def address(login: str) -> str:
    parts = conninfo_to_dict(services.admin_url())
    parts |= {"dbname": DATABASE, "user": f"avhopp_{login}", "password": services.read_secret(f"db_{login}")}
    return make_conninfo(**parts)


def writers(user: User, number: int) -> float:
    """Entries per second, when so many write one read each per transaction for some seconds."""
    done = [0] * number
    until = time.perf_counter() + SECONDS

    def write(place: int) -> None:
        with psycopg.connect(address("web"), autocommit=True) as session:
            while time.perf_counter() < until:
                with session.transaction():
                    value = signed(user.pk, "web", context_key("web"), int(time.time()) + 600)
                    session.execute("select set_config(%s, %s, true)", [SETTING, value])
                    session.execute(READ, {"actor": user.pk, "home": user.municipality_id, "rows": 1})
                done[place] += 1

    threads = [threading.Thread(target=write, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / SECONDS


def throughput(population: Population) -> list[str]:
    user = User.objects.get(pk=population.users[30])
    lines = ["| reads logged, one per transaction | per second | without the ledger |", "|---|---|---|"]
    for number in (1, WRITERS):
        chained = writers(user, number)
        with switched_off(("alter table app.audit_readentry {} trigger ledger",)):
            unchained = writers(user, number)
        lines.append(f"| {number} writer{'s' * (number > 1)} | {chained:.0f} | {unchained:.0f} |")
    with administrator(DATABASE) as server:  # what was written meanwhile, so that the verifier finds it whole
        server.execute("set session_replication_role = replica")
        for table, key in (("audit_readentry", "id"), ("cases_historicalperson", "history_id")):
            server.execute(
                f"delete from app.{table} t where not exists (select from audit.ledger l"
                f" where l.relation = 'app.{table}' and l.row_id = t.{key})"
            )
    return lines


def verification(population: Population) -> list[str]:
    user = User.objects.get(pk=population.users[30])
    values = {"actor": user.pk, "home": user.municipality_id, "rows": BATCH}
    start = time.perf_counter()
    with administrator(DATABASE) as server:
        for _ in range(ENTRIES // BATCH):
            server.execute(READ, values)
        written = time.perf_counter() - start
        server.execute("vacuum analyze audit.ledger, app.audit_readentry")
        found = server.execute("select entries from audit.ledger_state()").fetchone()
        assert found is not None
        count = found[0]
    lines = [
        f"{ENTRIES} reads were written in {written:.0f} s, {BATCH} to a transaction.",
        "",
        "| verified by bin/verify_ledger.py | entries | seconds | aim | within the aim |",
        "|---|---|---|---|---|",
    ]
    for what, login, options in (
        ("as the auditor: chain, and digests that the database makes", "auditor", ()),
        ("as the backup: chain, and the rows' own content", "backup", ("--content",)),
    ):
        start = time.perf_counter()
        command = [sys.executable, ROOT / "bin" / "verify_ledger.py", "--dsn", address(login), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken = time.perf_counter() - start
        good = "yes" if taken <= MOST_SECONDS else "NO"
        lines.append(f"| {what} | {count} | {taken:.0f} | {MOST_SECONDS} | {good} |")
    return lines


def section(population: Population) -> list[str]:
    """Markdown: the table of this part. It writes much, so it comes last."""
    return [
        "## History and ledger",
        "",
        f"Medians of {ROUNDS * SAVES} saves through the web process's login, both walls on.",
        "",
        *cost_of_a_save(population),
        "",
        *throughput(population),
        "",
        *verification(population),
    ]
