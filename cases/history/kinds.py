"""Which tables belong to a case's history, and who may read which of their fields.

Each app names its own in a module `history` and registers them when it starts, as panels do. What is not
named is not shown. A right opens a table and, as avhopp/access/fields.py has it, each of its fields.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Field, Model, QuerySet

from avhopp.access.fields import FIELDS, LINKS, fields_of
from avhopp.access.roles import Can
from avhopp.accounts.models import User
from cases.models import Case

#: Models of which avhopp/access/fields.py lists the fields: one that is missing there is shown to nobody.
LISTED = {model for models in FIELDS.values() for model in models}


def of_case(case: Case) -> dict[str, Any]:
    return {"case_id": case.pk}


def every_row(rows: QuerySet, user: User) -> QuerySet:
    return rows


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The history of one table.

    `area` is what the page's filter calls it. `names` gives the fields that have no Swedish name of their own
    theirs, `values` the words for values that are no choices of the field. `told_by` are the fields that tell
    which row it is, `why` those that hold the reason of a change. `hidden` are fields for the machine. `rows`
    finds the case's rows, and `readable` those of them that a user may read who holds `see`. With `opens`
    sealed texts can be read on a page of their own.
    """

    key: str
    model: type[Model]
    see: Can
    area: str
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    told_by: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    hidden: Collection[str] = ()
    rows: Callable[[Case], dict[str, Any]] = of_case
    readable: Callable[[QuerySet, User], QuerySet] = every_row
    opens: bool = True

    @property
    def name(self) -> str:
        name = str(self.model._meta.verbose_name)
        return name[:1].upper() + name[1:]

    def history(self, case: Case, user: User) -> QuerySet:
        """The rows of history that `user`, who holds `see`, may read of the case; in no order."""
        past: Any = self.model.history.model  # type: ignore[attr-defined]
        return self.readable(past.objects.filter(**self.rows(case)).order_by(), user)

    def fields(self, rights: set[Can]) -> list[Field]:
        """The fields that these rights open, in the order of the model."""
        label = self.model._meta.label
        opened = {name for can in rights for name in fields_of(can)}
        return [
            one
            for one in self.model._meta.concrete_fields
            if one.name not in LINKS
            and one.name not in self.hidden
            and (label not in LISTED or f"{label}.{one.name}" in opened)
        ]

    def name_of(self, one: Field) -> str:
        """What the page calls the field."""
        name = self.names.get(one.name) or str(one.verbose_name)
        return name[:1].upper() + name[1:]


_kinds: dict[str, Kind] = {}


def register_history(kinds: Iterable[Kind]) -> None:
    _kinds.update({kind.key: kind for kind in kinds})


def kinds() -> list[Kind]:
    return list(_kinds.values())


def kinds_for(rights: set[Can]) -> list[Kind]:
    """The tables that these rights open. Of the others nothing is even read."""
    return [kind for kind in kinds() if kind.see in rights]


def areas_of(found: Iterable[Kind]) -> dict[str, str]:
    """What the filter offers: the areas, each once, by the key of the first kind in them."""
    areas: dict[str, str] = {}
    for kind in found:
        if kind.area not in areas.values():
            areas[kind.key] = kind.area
    return areas
