"""The operation that seals columns with what stands in them, and opens them again on the way back.

Migrations import this although they import nothing else of the applications: a sealed text's format is kept
for ever, and without the key files nobody could seal in SQL. The facts do not change, so the tables' triggers
rest meanwhile: signed entries and frozen packages stay what they are, and no history row is written. The
history tables' own rows are sealed too.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.migrations.operations.base import Operation

from avhopp.kernel.sealing import Sealed, blind_index, seal, unseal
from avhopp.sealing.fields import SealedTextField
from avhopp.sealing.keyfiles import INDEX, newest, unwrapped

BATCH = 500
Change = Callable[[SealedTextField, str, object], str]


class SealColumns(Operation):
    """`{"intake": {"text": SealedTextField(…)}}`: these columns of these models, and of their history.

    One operation for many columns: Django makes all the models anew for each that alters one.
    """

    reversible = True
    reduces_to_sql = False

    def __init__(self, fields: dict[str, dict[str, SealedTextField]]) -> None:
        self.fields = fields

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.fields], {}

    def describe(self) -> str:
        return f"Seal columns of {', '.join(sorted(self.fields))}"

    def state_forwards(self, app_label: str, state: Any) -> None:
        for model, fields in self.fields.items():
            for name in (model, f"historical{model}"):
                state.models[app_label, name].fields.update(fields)
        state.reload_models(
            [(app_label, name) for model in self.fields for name in (model, f"historical{model}")]
        )

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        keys = {ring: _first_key(schema_editor, ring) for ring in self._rings()}

        def sealed(field: SealedTextField, text: str, row: object) -> str:
            return seal(text, keys[field.ring], place=field.place, row=row).token

        for table, key, _, fields in self._tables(app_label):
            for column in fields:
                schema_editor.execute(
                    f"alter table {table} alter column {column} type text using {column}::text"
                )
            _rewrite(schema_editor, table, key, fields, sealed)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        keys = {key_id: key for ring in self._rings() for key_id, key in _keys(schema_editor, ring).items()}

        def opened(field: SealedTextField, text: str, row: object) -> str:
            found = Sealed(text)
            return unseal(found, keys[found.key_id], place=field.place, row=row)

        for table, key, model, fields in self._tables(app_label):
            for column in fields:
                schema_editor.execute(f"alter table {table} drop constraint if exists {column}_is_sealed")
            _rewrite(schema_editor, table, key, fields, opened)
            for column in fields:
                before = to_state.models[app_label, model].fields[column].db_type(schema_editor.connection)
                change = f"alter column {column} type {before} using {column}::{before}"
                schema_editor.execute(f"alter table {table} {change}")

    def _tables(self, app_label: str) -> Iterator[tuple[str, str, str, dict[str, SealedTextField]]]:
        for model, fields in self.fields.items():
            yield f"{app_label}_{model}", "id", model, fields
            yield f"{app_label}_historical{model}", "history_id", f"historical{model}", fields

    def _rings(self) -> set[str]:
        return {field.ring for fields in self.fields.values() for field in fields.values()}


def fill_index(schema_editor: Any, table: str, number: str, index: str) -> None:
    """Give every plain identity number of the table its blind index; before the numbers are sealed."""
    key = newest(INDEX)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(f"select id, municipality_id, {number} from {table} where {number} is not null")
        cursor.executemany(
            f"update {table} set {index} = %s where id = %s",
            [(blind_index(digits, key, scope=home), row) for row, home, digits in cursor.fetchall()],
        )
        cursor.execute(f"alter table {table} enable trigger user")


def _rewrite(
    schema_editor: Any, table: str, key: str, fields: dict[str, SealedTextField], change: Change
) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(f"alter table {table} disable trigger user")
        for column, field in fields.items():
            cursor.execute(f"select {key}, id, {column} from {table} where {column} <> ''")
            rows = cursor.fetchall()
            for start in range(0, len(rows), BATCH):
                cursor.executemany(
                    f"update {table} set {column} = %s where {key} = %s",
                    [(change(field, text, row), own) for own, row, text in rows[start : start + BATCH]],
                )
        cursor.execute("set constraints all immediate")
        cursor.execute(f"alter table {table} enable trigger user")


def _keys(schema_editor: Any, ring: str) -> dict[str, Any]:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select id, wrapped from sealing_datakey where ring = %s", [ring])
        return {key_id: unwrapped(token, ring, key_id) for key_id, token in cursor.fetchall()}


def _first_key(schema_editor: Any, ring: str) -> Any:
    return _keys(schema_editor, ring)[f"{ring}1"]
