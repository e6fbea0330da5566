"""Change the keys while everybody works: in short transactions, to be killed at any point and gone on with.

A rotation makes one new data key per ring, wraps the others with the newest line of the ring's secret file,
and gives every identity number its new blind index. Sealed texts, history and ledger are not touched. Only
the tables' owner can do it; the web processes can read data keys and nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model, Q

from avhopp import services
from avhopp.access.context import because
from avhopp.kernel.sealing import new_secret
from avhopp.sealing.fields import BlindIndexField, SealedBytesField, SealedTextField
from avhopp.sealing.keyfiles import INDEX, RINGS, file_of, newest, unwrapped, versions, wrapped
from avhopp.sealing.models import DataKey

BATCH = 100
REASON = "nyckelbyte"
#: Sealed texts that are no column of ours: the table and where in it.
INSIDE = (("mfa_authenticator", "(data ->> 'secret')"), ("mfa_authenticator", "(data ->> 'seed')"))


class InUse(Exception):
    """A version that something in the database still needs."""


@dataclass
class State:
    """A secret file: its versions, oldest first, and how much of the database hangs on each."""

    name: str
    versions: list[str]
    used: dict[str, int] = field(default_factory=dict)

    @property
    def old(self) -> list[str]:
        return self.versions[:-1]

    @property
    def missing(self) -> list[str]:
        """Versions that the database needs and the file lacks: what hangs on them cannot be read."""
        return sorted(set(self.used) - set(self.versions))


@contextmanager
def alone() -> Iterator[None]:
    """One change of keys at a time; the lock ends with the process, however it ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(hashtext('avhopp keys'))")
        try:
            yield
        finally:
            cursor.execute("select pg_advisory_unlock(hashtext('avhopp keys'))")


def ensure_data_keys(at: datetime) -> list[str]:
    """Give every ring its first data key; the names of those that were made."""
    have = set(DataKey.objects.values_list("ring", flat=True))
    return [make_data_key(ring, at) for ring in RINGS if ring not in have]


def make_data_key(ring: str, at: datetime) -> str:
    last = DataKey.objects.filter(ring=ring).order_by("-number").first()
    number = last.number + 1 if last else 1
    key_id = f"{ring}{number}"
    token, by = wrapped(new_secret(), ring, key_id)
    DataKey(id=key_id, ring=ring, number=number, wrapped=token, wrapped_by=by, made_at=at).save(
        force_insert=True
    )
    return key_id


def add_versions() -> None:
    """A new line in every secret file. Nothing uses it before `rotate`."""
    for name in (*map(file_of, RINGS), INDEX):
        services.add_secret_line(name)


def rotate(at: datetime, batch: int = BATCH) -> Iterator[str]:
    """Go over to the newest version of every file; tells what was done after each short transaction.

    Run again after a kill it does what is left. Without a new version there is nothing to do.
    """
    for ring in RINGS:
        yield from _rotate_ring(ring, at, batch)
    for model, index in _indexed():
        yield from _index_anew(model, index, batch)


def _rotate_ring(ring: str, at: datetime, batch: int) -> Iterator[str]:
    now = newest(file_of(ring)).id
    last = DataKey.objects.filter(ring=ring).order_by("-number").first()
    if last is not None and last.wrapped_by != now:
        yield f"{make_data_key(ring, at)}: new data key"
    while True:
        with transaction.atomic():
            rows = list(DataKey.objects.select_for_update().filter(ring=ring).exclude(wrapped_by=now)[:batch])
            for row in rows:
                secret = unwrapped(row.wrapped, ring, row.id).secret
                row.wrapped, row.wrapped_by = wrapped(secret, ring, row.id)
                row.save(update_fields=["wrapped", "wrapped_by"])
        if not rows:
            return
        yield f"{ring}: {len(rows)} data keys wrapped anew"


def _index_anew(model: type[Model], index: BlindIndexField, batch: int) -> Iterator[str]:
    now = newest(INDEX).id
    old = Q(**{f"{index.name}__isnull": False}) & ~Q(**{f"{index.name}__startswith": f"{now}."})
    while True:
        with transaction.atomic():
            because(REASON)
            rows = list(
                model._base_manager.select_for_update(of=("self",)).filter(old).order_by("pk")[:batch]
            )
            for row in rows:
                row.save(update_fields=[index.name])
        if not rows:
            return
        yield f"{model._meta.verbose_name_plural}: {len(rows)} blind indexes made anew"


def states() -> list[State]:
    """Every secret file, with the number of rows, history included, that hang on each of its versions."""
    wrapped_by = dict(DataKey.objects.values_list("id", "wrapped_by"))
    found = {ring: State(file_of(ring), list(versions(file_of(ring)))) for ring in RINGS}
    for ring, version in DataKey.objects.values_list("ring", "wrapped_by"):
        found[ring].used.setdefault(version, 0)
    for data_key, ring, rows in sealed_rows():
        version = wrapped_by.get(data_key, f"data key {data_key}")
        found[ring].used[version] = found[ring].used.get(version, 0) + rows
    index = State(INDEX, list(versions(INDEX)))
    for model, one in _indexed():
        for version, rows in _count(model, one.column, 1):
            index.used[version] = index.used.get(version, 0) + rows
    return [*found.values(), index]


def sealed_rows() -> Iterator[tuple[str, str, int]]:
    """Data key, ring and number of values sealed with it, for every sealed column, history included."""
    for model in apps.get_models():
        for one in model._meta.local_concrete_fields:
            if isinstance(one, SealedTextField):
                for data_key, rows in _count(model, one.column, 2):
                    yield data_key, one.ring, rows
            elif isinstance(one, SealedBytesField):
                for data_key, rows in _count(model, one.column, 2, in_bytes=True):
                    yield data_key, one.ring, rows
    for table, text in INSIDE:
        for data_key, rows in _count_texts(table, text, 2):
            yield data_key, data_key.rstrip("0123456789"), rows


def retire() -> list[str]:
    """Take every version but the newest out of the files; the names of the files that became shorter.

    Raises:
        InUse: something still hangs on an old version; nothing is taken out.
    """
    found = states()
    used = [
        f"{state.name} {version}: {state.used[version]}"
        for state in found for version in state.old if version in state.used
    ]  # fmt: skip
    if used:
        raise InUse("; ".join(used))
    return [state.name for state in found if state.old and services.keep_last_secret_line(state.name)]


def _indexed() -> Iterator[tuple[type[Model], BlindIndexField]]:
    for model in apps.get_models():
        for one in model._meta.local_concrete_fields:
            if isinstance(one, BlindIndexField):
                yield model, one


def _count(model: type[Model], column: str, part: int, *, in_bytes: bool = False) -> list[tuple[str, int]]:
    """How many values of a column name each key, which is the given part of the text."""
    quote = connection.ops.quote_name
    text = f"encode(substring({quote(column)} from 1 for 30), 'escape')" if in_bytes else quote(column)
    return _count_texts(quote(model._meta.db_table), text, part)


def _count_texts(table: str, text: str, part: int) -> list[tuple[str, int]]:
    """The same for a table and an SQL expression of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select split_part({text}, '.', %s), count(*) from {table} "
            f"where {text} <> '' group by 1 order by 1",
            [part],
        )
        return cursor.fetchall()
