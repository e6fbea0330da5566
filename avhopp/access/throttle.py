"""How many guesses are evaluated: counted before anything is compared, so that no fault gives one for free.

Of any number of guesses at most ten per account and kind of secret are evaluated in fifteen minutes, and at
most a hundred from one address. The count is in Valkey, under keys that tell no name; when Valkey is away,
nothing is evaluated. A name that no account has is counted like any other.
"""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from functools import cache

import redis
from django.conf import settings
from django.http import HttpRequest
from redis.backoff import NoBackoff
from redis.retry import Retry

from avhopp.kernel.refusal import Refused

WINDOW_SECONDS = 15 * 60
PER_ACCOUNT = 10
PER_ADDRESS = 100  # a municipality's offices share one
TOO_MANY = "Det har varit för många försök. Vänta en kvart och försök igen."
CLOSED = "Inloggningen är tillfälligt stängd. Försök igen om en stund."


@dataclass(frozen=True)
class Guess:
    """A counted guess; give it back when it was right."""

    keys: tuple[str, ...]
    mark: str


@cache
def valkey() -> redis.Redis:
    """The counters' server. One pool for each process; nothing is connected before it is needed."""
    once_more = Retry(NoBackoff(), retries=1)
    return redis.Redis.from_url(
        settings.COUNTERS_URL, socket_timeout=2, socket_connect_timeout=2, retry=once_more
    )


def count(kind: str, account: str, request: HttpRequest, now: float) -> Guess:
    """Count one guess of a secret of this kind for the account, at `now` in seconds since 1970.

    Raises:
        Refused: `throttled` when too many were counted, `counters_away` when they cannot be.
    """
    limits = {_key(kind, account): PER_ACCOUNT, _key("address", address_of(request)): PER_ADDRESS}
    guess = Guess(tuple(limits), f"{now:.6f}-{uuid.uuid4().hex}")
    try:
        counted = _counted(guess, now)
        if any(number > limit for number, limit in zip(counted, limits.values(), strict=True)):
            give_back(guess)
            raise Refused("throttled", TOO_MANY)
    except redis.RedisError:
        raise Refused("counters_away", CLOSED) from None
    return guess


def give_back(guess: Guess) -> None:
    """A right answer was no guess: it counts for nobody."""
    steps = valkey().pipeline(transaction=True)
    for key in guess.keys:
        steps.zrem(key, guess.mark)
    steps.execute()


def use_once(kind: str, what: str, seconds: int) -> bool:
    """Whether this is the first use of `what`; remembered for `seconds`.

    Raises:
        Refused: `counters_away` when it cannot be known.
    """
    try:
        return bool(valkey().set(_key(kind, what), "1", nx=True, ex=seconds))
    except redis.RedisError:
        raise Refused("counters_away", CLOSED) from None


def name_of_account(typed: str) -> str:
    """What a typed user name is counted under: short and full name are one, with an account or without."""
    return typed.strip().lower().partition("@")[0]


def address_of(request: HttpRequest) -> str:
    """The visitor's address: what the outermost of our own proxies saw, AVHOPP_PROXIES of them."""
    if settings.PROXIES:
        seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(seen) >= settings.PROXIES:
            return seen[-settings.PROXIES]
    return request.META.get("REMOTE_ADDR", "")


def _counted(guess: Guess, now: float) -> list[int]:
    """How many guesses each key holds with this one, in one step that nobody comes between."""
    steps = valkey().pipeline(transaction=True)
    for key in guess.keys:
        steps.zremrangebyscore(key, "-inf", now - WINDOW_SECONDS)
        steps.zadd(key, {guess.mark: now})
        steps.zcard(key)
        steps.expire(key, WINDOW_SECONDS)
    return steps.execute()[2::4]


def _key(kind: str, of: str) -> str:
    """A key that tells nothing: keyed with the process's own secret."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"{kind}|{of}".encode(), hashlib.sha256).hexdigest()
    return f"{settings.COUNTERS_PREFIX}:{kind}:{digest[:32]}"
