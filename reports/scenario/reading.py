"""From the bytes of a scenario file to values: strict about keys, types and values. No database, no clock.

Refused here is what has the wrong form; what cannot be true together is found by `contradictions`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.scenario import values as read
from reports.scenario import vocabulary as words
from reports.scenario.document import (
    AgreementRow,
    ApplicationRow,
    AssessmentRow,
    BudgetLineRow,
    CaseRow,
    CheckRow,
    ConsentRow,
    DecisionRow,
    MunicipalityRow,
    PersonRow,
    PlacementRow,
    PoliceUnitRow,
    ProviderRow,
    RateRow,
    ReallocationRow,
    Row,
    Scenario,
    ScenarioFault,
    ScenarioRefused,
    UnitRow,
    UserRow,
)  # fmt: skip

#: A county's 250 cases take about half a megabyte. What is larger than this is never read into the memory.
MAX_BYTES = 50 * 1024 * 1024
MAX_FAULTS = 50  # what a person can work through; the rest show when these are mended
WHOLE_FILE = "$"

REQUIRED: Any = object()


@dataclass(frozen=True, slots=True)
class Key:
    """How one key is read. Left out, or null, it is `default`; without a default it must be there."""

    read: Callable[[object], Any]
    default: Any = REQUIRED
    name: str | None = None  # the field, where the row calls it something else


KEYS: dict[str, tuple[type[Row], Mapping[str, Key]]] = {
    "municipality": (
        MunicipalityRow,
        {
            "code": Key(read.municipality_code),
            "name": Key(read.text(100)),
            "board": Key(read.text(100)),
            "registry_prefix": Key(read.text(5)),
        },
    ),
    "units": (UnitRow, {"ref": Key(read.ref), "name": Key(read.text(100))}),
    "police_units": (
        PoliceUnitRow,
        {
            "ref": Key(read.ref),
            "name": Key(read.text(100)),
            "kind": Key(read.one_of(words.POLICE_UNIT_KINDS)),
        },
    ),
    "users": (
        UserRow,
        {
            "username": Key(read.username),
            "role": Key(read.one_of(words.USER_ROLES)),
            "unit": Key(read.ref, None),
            "police_unit": Key(read.ref, None),
        },
    ),
    "budget_lines": (
        BudgetLineRow,
        {
            "ref": Key(read.ref),
            "year": Key(read.year),
            "kind": Key(read.one_of(words.BUDGET_KINDS)),
            "amount": Key(read.money(12)),
            "decided": Key(read.day),
            "decision_ref": Key(read.optional_text(200), None),
        },
    ),
    "reallocations": (
        ReallocationRow,
        {
            "ref": Key(read.ref),
            "source": Key(read.ref),
            "target": Key(read.ref),
            "amount": Key(read.money(12)),
            "decided": Key(read.day),
            "decision_ref": Key(read.text(200)),
        },
    ),
    "providers": (
        ProviderRow,
        {"ref": Key(read.ref), "name": Key(read.text(120)), "kind": Key(read.one_of(words.MEASURE_KINDS))},
    ),
    "agreements": (
        AgreementRow,
        {
            "ref": Key(read.ref),
            "provider": Key(read.ref),
            "start": Key(read.day),
            "end": Key(read.day, None),
            "rate": Key(read.money(10)),
            "charges_departure_day": Key(read.truth, False),
        },
    ),
    "persons": (
        PersonRow,
        {
            "ref": Key(read.ref),
            "identity": Key(read.identity, None),
            "birth_year": Key(read.year, None),
            "sex": Key(read.one_of(words.SEXES), "okant"),
            "children": Key(read.children, 0),
            "protection": Key(read.one_of(words.PROTECTION_LEVELS), "ingen"),
        },
    ),
    "cases": (
        CaseRow,
        {
            "ref": Key(read.ref),
            "person": Key(read.ref),
            "unit": Key(read.ref),
            "handler": Key(read.username, None),
            "received": Key(read.day),
            "source": Key(read.one_of(words.SOURCES)),
            "closed": Key(read.day, None),
            "closing_reason": Key(read.one_of(words.CLOSING_REASONS), None),
        },
    ),
    "assessments": (
        AssessmentRow,
        {
            "case": Key(read.ref),
            "police_unit": Key(read.ref),
            "received": Key(read.day),
            "valid_to": Key(read.day),
            "crime_degree": Key(read.one_of(words.CRIME_DEGREES)),
            "threat": Key(read.one_of(words.THREATS)),
            "protection_need": Key(read.one_of(words.PROTECTION_NEEDS)),
            "preliminary": Key(read.truth, False),
        },
    ),
    "consents": (
        ConsentRow,
        {
            "case": Key(read.ref),
            "recipient": Key(read.ref),
            "categories": Key(read.categories),
            "start": Key(read.day),
            "end": Key(read.day),
            "withdrawn": Key(read.day, None),
        },
    ),
    "decisions": (
        DecisionRow,
        {
            "ref": Key(read.ref),
            "case": Key(read.ref),
            "kind": Key(read.one_of(words.MEASURE_KINDS)),
            "decided": Key(read.day),
            "end": Key(read.day, None),
            "enforced": Key(read.day, None),
        },
    ),
    "placements": (
        PlacementRow,
        {
            "ref": Key(read.ref),
            "case": Key(read.ref),
            "decision": Key(read.ref),
            "provider": Key(read.ref),
            "agreement": Key(read.ref, None),
            "outside_reason": Key(read.long_text, ""),
            "planned_start": Key(read.day, None),
            "start": Key(read.day, None),
            "end": Key(read.day, None),
            "moved_from": Key(read.ref, None),
            "prices": Key(read.a_list, ()),
            "absences": Key(read.a_list, ()),
        },
    ),
    "applications": (
        ApplicationRow,
        {
            "ref": Key(read.ref),
            "case": Key(read.ref),
            "sent": Key(read.day),
            "applied": Key(read.money(10)),
            "status": Key(read.one_of(words.APPLICATION_STATUSES)),
            "decided": Key(read.day, None),
            "granted": Key(read.money(10), None),
            "paid": Key(read.money(10), None),
        },
    ),
    "checks": (
        CheckRow,
        {
            "case": Key(read.ref),
            "planned": Key(read.day),
            "done": Key(read.day, None),
            "deviation": Key(read.truth, False),
        },
    ),
}
RATE_KEYS = {
    "from": Key(read.day, name="start"),
    "to": Key(read.day, None, name="end"),
    "rate": Key(read.money(10)),
}


def read_file(path: Path) -> Scenario:
    """The scenario in a file.

    Raises:
        ScenarioRefused: with every fault of form, the first 50.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)  # never more, whatever the path leads to
    return read_bytes(content)


def read_bytes(content: bytes) -> Scenario:
    """The scenario in the bytes of a file; raises ScenarioRefused as `read_file`."""
    if len(content) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise _whole(f"Filen är större än {limit} MB och läses inte. Dela den i flera filer.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _whole(
            f"Filen är inte skriven i UTF-8 (byte {error.start}). Spara den med teckenkodningen UTF-8."
        ) from None
    try:
        found = json.loads(
            text,
            object_pairs_hook=_Pairs,
            parse_int=read.written_integer,
            parse_float=read.Unreadable,
            parse_constant=read.Unreadable,
        )
    except json.JSONDecodeError as error:
        raise _whole(f"Filen är inte giltig JSON: fel på rad {error.lineno}, tecken {error.colno}.") from None
    except RecursionError:
        raise _whole("Filen är inte en scenariofil: den har för många nivåer.") from None
    return _Reading().scenario(found)


class _Pairs:
    """A JSON object as it was written, so that a key that stands twice is seen."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        self.pairs = pairs


class _Reading:
    """One reading, and the faults found so far."""

    def __init__(self) -> None:
        self.faults: list[ScenarioFault] = []

    def scenario(self, found: object) -> Scenario:
        parts = self._object(found, "", set(KEYS))
        if parts.get("municipality") is None and isinstance(found, _Pairs):
            self._fault("municipality", "Nyckeln saknas.")
        rows = {name: self._part(name, value) for name, value in parts.items()}
        if self.faults:
            raise ScenarioRefused(self.faults[:MAX_FAULTS])
        return Scenario(**{name: value for name, value in rows.items() if value is not None})

    def _part(self, name: str, value: object) -> Any:
        row, keys = KEYS[name]
        if value is None:
            return None
        if name == "municipality":
            return self._row(row, keys, value, name)
        return self._rows(row, keys, value, name)

    def _rows(self, row: type[Row], keys: Mapping[str, Key], value: object, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            self._fault(path, "Här ska stå en lista.")
            return ()
        return tuple(self._row(row, keys, one, f"{path}[{place}]") for place, one in enumerate(value))

    def _row(self, row: type[Row], keys: Mapping[str, Key], value: object, path: str) -> Row | None:
        before = len(self.faults)
        written = self._object(value, path, set(keys))
        if len(self.faults) > before and not written:
            return None
        found = {key.name or name: self._value(key, written, path, name) for name, key in keys.items()}
        if row is PlacementRow:
            self._placement(found, written, path)
        return row(path=path, **found) if len(self.faults) == before else None

    def _placement(self, found: dict[str, Any], written: dict[str, object], path: str) -> None:
        for name in ("prices", "absences"):
            found[name] = self._rows(RateRow, RATE_KEYS, list(found[name] or ()), f"{path}.{name}")
        if written.get("planned_start") is None:
            found["planned_start"] = found["start"]
        if written.get("planned_start") is None and written.get("start") is None:
            self._fault(
                f"{path}.planned_start", "Datum saknas: en plats som inte är påbörjad har en planerad dag."
            )

    def _value(self, key: Key, written: dict[str, object], path: str, name: str) -> Any:
        value = written.get(name)
        if value is None:
            if key.default is REQUIRED:
                text = "Värdet saknas." if name in written else "Nyckeln saknas."
                self._fault(f"{path}.{name}", text)
                return None
            return key.default
        try:
            return key.read(value)
        except read.BadValue as bad:
            self._fault(f"{path}.{name}{bad.where}", bad.text)
            return None

    def _object(self, value: object, path: str, known: set[str]) -> dict[str, object]:
        if not isinstance(value, _Pairs):
            self._fault(path or WHOLE_FILE, "Här ska stå ett objekt, {…}.")
            return {}
        found: dict[str, object] = {}
        for name, part in value.pairs:
            where = f"{path}.{read.shown(name)}" if path else read.shown(name)
            if name in found:
                self._fault(where, "Nyckeln står två gånger.")
            elif name not in known:
                self._fault(where, "Okänd nyckel.")
            else:
                found[name] = part
        return found

    def _fault(self, path: str, text: str) -> None:
        self.faults.append(ScenarioFault(path, text))
        if len(self.faults) > 20 * MAX_FAULTS:
            raise ScenarioRefused(self.faults[:MAX_FAULTS])


def _whole(text: str) -> ScenarioRefused:
    return ScenarioRefused([ScenarioFault(WHOLE_FILE, text)])
