"""Rows of several tables about one case, in one query: a page asks once for all that it shows.

Each table becomes one array of JSON objects; the models are made from them as from rows of their own. Amounts
travel as text, so that no float ever touches money.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DecimalField, F, Field, Model, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject

from avhopp.sealing.fields import SealedTextField
from cases.models import Case


@dataclass(frozen=True)
class Rows:
    """The rows of a queryset, in its order. `along` names fields of related rows to read with them.

    `only` names the fields to read when not all are wanted, the key among them; the others are deferred.
    """

    queryset: QuerySet
    along: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only: tuple[str, ...] = ()

    @property
    def model(self) -> type[Model]:
        return self.queryset.model

    def as_json(self) -> ArraySubquery:
        columns = {one.attname: _column(one) for one in self._fields()}
        for name in self.along:
            columns[f"{name}__"] = JSONObject(
                **{one.attname: _column(one, f"{name}__") for one in self._related(name)}
            )
        return ArraySubquery(self.queryset.values(_row=JSONObject(**columns)))

    def made_of(self, found: list[dict[str, Any]]) -> list[Any]:
        return [self._one(row) for row in found]

    def _one(self, row: dict[str, Any]) -> Model:
        made = _instance(self.model, self._fields(), row)
        for name in self.along:
            there = getattr(made, f"{name}_id") is not None
            fields = self._related(name)
            setattr(made, name, _instance(fields[0].model, fields, row[f"{name}__"]) if there else None)
        return made

    def _fields(self) -> list[Field]:
        return [one for one in self.model._meta.concrete_fields if not self.only or one.name in self.only]

    def _related(self, name: str) -> list[Field]:
        model: Any = self.model._meta.get_field(name).related_model
        return [model._meta.get_field(one) for one in ("id", *self.along[name])]


#: Rows by name, and what was found by the same names.
Parts = dict[str, Rows]
Found = dict[str, list[Any]]


def together(case: Case, groups: dict[str, Parts]) -> dict[str, Found]:
    """The rows of each part of each group: one query, however many there are."""
    asked = [(group, name, rows) for group, parts in groups.items() for name, rows in parts.items()]
    arrays = [rows.as_json() for _, _, rows in asked]
    answer = Case.objects.filter(pk=case.pk).values_list(*arrays).get() if arrays else ()
    found: dict[str, Found] = {group: {} for group in groups}
    for (group, name, rows), array in zip(asked, answer, strict=True):
        found[group][name] = rows.made_of(array or [])
    return found


def alone(case: Case, parts: Parts) -> Found:
    """The rows of one group."""
    return together(case, {"": parts})[""]


def _column(one: Field, path: str = "") -> Any:
    column = F(f"{path}{one.attname}")
    return Cast(column, TextField()) if isinstance(one, DecimalField) else column


def _value(one: Field, found: Any) -> Any:
    """As from a row of its own; what is sealed stays sealed until somebody reads it."""
    return one.as_stored(found) if isinstance(one, SealedTextField) else one.to_python(found)


def _instance(model: type[Model], fields: list[Field], row: dict[str, Any]) -> Model:
    values = [None if row[one.attname] is None else _value(one, row[one.attname]) for one in fields]
    return model.from_db("default", [one.attname for one in fields], values)
