"""Whole pages through the real views, both walls on: queries and time in the database for each."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.urls import reverse

from avhopp.accounts.models import User
from benchmarks.population import Population
from benchmarks.timing import DatabaseClock

BACKEND = "avhopp.accounts.backends.PasswordBackend"
EVERY_CASE = "?urval=alla&lage=samtliga"
ROUNDS = 40
MOST_QUERIES, MOST_MILLISECONDS = 15, 50


@dataclass(frozen=True)
class Page:
    """A page by its URL's name, and who opens it."""

    name: str
    user: User
    sees: int
    url: str


def database_cost(client: Client, url: str) -> tuple[int, float]:
    """Queries and milliseconds in the database at the 95th percentile of `ROUNDS` requests."""
    counts, times = [], []
    for _ in range(ROUNDS + 1):
        clock = DatabaseClock()
        with connection.execute_wrapper(clock):
            answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        counts.append(clock.queries)
        times.append(clock.milliseconds)
    return max(counts[1:]), sorted(times[1:])[int(ROUNDS * 0.95) - 1]


def signed_in(user: User) -> Client:
    """A browser in which `user` has just signed in, with both factors."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend=BACKEND)
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def table(pages: Iterable[Page]) -> list[str]:
    """Markdown: what each page costs."""
    lines = [
        "| page | who | sees | queries | ms in the database (95th) | within the aim |",
        "|---|---|---|---|---|---|",
    ]
    for page in pages:
        client = signed_in(page.user)
        queries, slow = database_cost(client, page.url)
        good = "yes" if queries <= MOST_QUERIES and slow <= MOST_MILLISECONDS else "NO"
        lines.append(f"| {page.name} | {page.user.role} | {page.sees} | {queries} | {slow:.1f} | {good} |")
    return lines


def pages_of(population: Population) -> Iterator[Page]:
    for sees, user_id in population.users.items():
        user = User.objects.get(pk=user_id)
        yield Page("my_cases", user, sees, reverse("my_cases") + EVERY_CASE)
        if sees in population.some_case:
            yield Page("case", user, sees, reverse("case", args=[population.some_case[sees]]))
        if user.role == "samordnare":
            yield Page("dashboard", user, sees, reverse("dashboard"))


def section(population: Population) -> list[str]:
    return [
        "## Whole pages, both walls on",
        "",
        f"Aim: at most {MOST_QUERIES} queries and {MOST_MILLISECONDS} ms in the database (95th percentile).",
        "",
        *table(pages_of(population)),
    ]
