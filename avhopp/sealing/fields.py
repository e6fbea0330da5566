"""Model fields whose column holds ciphertext.

The plain text exists in Python only, and is made when somebody reads the attribute: a list that does not show
the value never opens it. A row's own id is bound to the ciphertext, so a sealed field is written row by row
(`save`, `bulk_create`); `update()` and `bulk_update()` are refused. Only emptiness can be asked for; an equal
text keeps its ciphertext, so that saving what was not changed leaves no history.
"""

import json
from typing import Any

from django.db import models
from django.db.models.expressions import BaseExpression
from django.db.models.query_utils import DeferredAttribute

from avhopp.kernel.sealing import Sealed, seal, seal_bytes, unseal, unseal_bytes
from avhopp.sealing.keyfiles import RINGS
from avhopp.sealing.rings import current_key, index_now, key_called


class SealedAttribute(DeferredAttribute):
    """Opens the value when it is read. A row of history opens with the original row's id, which it keeps."""

    field: "SealedTextField"

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        return self.field.opened(value, instance.id) if isinstance(value, Sealed) else value  # type: ignore[attr-defined]

    def __set__(self, instance: models.Model, value: Any) -> None:
        before = instance.__dict__.get(self.field.attname)
        is_text = bool(value) and not isinstance(value, Sealed)
        if is_text and isinstance(before, Sealed) and self.__get__(instance) == value:
            return
        instance.__dict__[self.field.attname] = value


class SealedTextField(models.TextField):
    """`place` is the column's name for ever: bound to every ciphertext, kept when it is renamed."""

    descriptor_class = SealedAttribute

    def __init__(self, *args: Any, ring: str = "case", place: str = "", **kwargs: Any) -> None:
        if ring not in RINGS:
            raise ValueError(f"{ring} is not a ring of keys")
        self.ring, self.place = ring, place
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "ring": self.ring, "place": self.place}

    def opened(self, sealed: Sealed, row: object) -> Any:
        """What was sealed for this column of the row.

        Raises:
            Unreadable: it was changed or moved, or this process lacks the key.
        """
        return self.from_text(unseal(sealed, key_called(sealed.key_id), place=self.place, row=row))

    def sealed(self, value: Any, row: object) -> Sealed:
        return seal(self.to_text(value), current_key(self.ring), place=self.place, row=row)

    def to_text(self, value: Any) -> str:
        return str(value)

    def from_text(self, text: str) -> Any:
        return text

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return self.as_stored(value)

    def as_stored(self, value: str | None) -> Sealed | str | None:
        """The column's content, read from a row or from JSON."""
        return Sealed(value) if value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if value in (None, "") or isinstance(value, Sealed):
            return value
        sealed = self.sealed(value, model_instance.id)  # type: ignore[attr-defined]
        model_instance.__dict__[self.attname] = sealed
        return sealed

    def get_db_prep_save(self, value: Any, connection: Any) -> str | None:
        if isinstance(value, Sealed):
            return value.token
        if value in (None, ""):
            return value
        raise TypeError(f"{self.name} is sealed for its row: write it with save() or bulk_create().")

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, BaseExpression) or value not in (None, ""):
            raise TypeError(f"{self.name} is sealed: it can be asked only whether it is empty.")
        return value

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name in ("exact", "isnull") else None


class SealedJSONField(SealedTextField):
    """The same, for a value that JSON can say."""

    _pyi_private_set_type: Any  # for the type checker, which would take it for text
    _pyi_private_get_type: Any

    def to_text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def from_text(self, text: str) -> Any:
        return json.loads(text)


class SealedBytesField(models.BinaryField):
    """Bytes, sealed for the row when it is saved: a piece of a file. Written once, with the row.

    What is read from the database stays sealed until `plain` is asked for.
    """

    def __init__(self, *args: Any, ring: str = "case", place: str = "", **kwargs: Any) -> None:
        if ring not in RINGS:
            raise ValueError(f"{ring} is not a ring of keys")
        self.ring, self.place = ring, place
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "ring": self.ring, "place": self.place}

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes:
        plain = model_instance.__dict__[self.attname]
        return seal_bytes(plain, current_key(self.ring), place=self.place, row=model_instance.id)  # type: ignore[attr-defined]

    def plain(self, row: models.Model) -> bytes:
        """What the row, read from the database, holds.

        Raises:
            Unreadable: it was changed or moved, or this process lacks the key.
        """
        sealed = bytes(row.__dict__[self.attname])
        return unseal_bytes(sealed, key_called, place=self.place, row=row.id)  # type: ignore[attr-defined]

    def get_lookup(self, lookup_name: str) -> Any:
        return None


class BlindIndexField(models.CharField):
    """The blind index of an identity number in the row's municipality, always that of the field `of`.

    Searches, uniqueness and duplicates compare it. Save it together with its field.
    """

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        self.of = of
        kwargs.update(max_length=60, null=True, blank=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for given in ("max_length", "null", "blank", "editable"):
            del kwargs[given]
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        number = getattr(model_instance, self.of)
        index = index_now(number, model_instance.municipality_id) if number else None  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, index)
        return index
