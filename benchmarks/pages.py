"""Whole pages through the real views, both walls on: queries and time in the database for each."""

from django.db import connection
from django.test import Client
from django.urls import reverse

from avhopp.accounts.models import User
from benchmarks.population import Population
from benchmarks.timing import DatabaseClock

BACKEND = "avhopp.accounts.backends.PasswordBackend"
ROUNDS = 20
MOST_QUERIES, MOST_MILLISECONDS = 15, 50


def database_cost(client: Client, url: str) -> tuple[int, float]:
    """Queries and milliseconds in the database at the 95th percentile of `ROUNDS` requests."""
    counts, times = set(), []
    for _ in range(ROUNDS + 1):
        clock = DatabaseClock()
        with connection.execute_wrapper(clock):
            answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        counts.add(clock.queries)
        times.append(clock.milliseconds)
    return max(counts), sorted(times[1:])[int(ROUNDS * 0.95) - 1]


def section(population: Population) -> list[str]:
    lines = [
        "## Whole pages, both walls on",
        "",
        f"Aim: at most {MOST_QUERIES} queries and {MOST_MILLISECONDS} ms in the database (95th percentile).",
        "",
        "| page | who | sees | queries | ms in the database (95th) | within the aim |",
        "|---|---|---|---|---|---|",
    ]
    for sees, user_id in population.users.items():
        user = User.objects.get(pk=user_id)
        client = Client(SERVER_NAME="localhost")
        client.force_login(user, backend=BACKEND)
        pages = {"Mina ärenden": reverse("my_cases") + "?urval=alla&lage=samtliga"}
        if sees in population.some_case:
            pages["ärendet"] = reverse("case", args=[population.some_case[sees]])
        if user.role == "samordnare":
            pages["Översikt"] = reverse("dashboard")
        for label, url in pages.items():
            queries, slow = database_cost(client, url)
            good = "yes" if queries <= MOST_QUERIES and slow <= MOST_MILLISECONDS else "NO"
            lines.append(f"| {label} | {user.role} | {sees} | {queries} | {slow:.1f} | {good} |")
    return lines
