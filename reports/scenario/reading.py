"""From the bytes of a scenario file to values: strict about keys, types and values. No database, no clock.

Refused here is what has the wrong form; what cannot be true together is found by `contradictions`.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from reports.scenario import values as read
from reports.scenario.document import (
    ExtensionRow,
    InvoiceLineRow,
    InvoiceRow,
    PlacementRow,
    RateRow,
    Row,
    Scenario,
    ScenarioFault,
    ScenarioRefused,
    StepRow,
)  # fmt: skip
from reports.scenario.inquiry_rows import ApprovedRow, AskedRow, ChosenRow, InquiryRow
from reports.scenario.keys import (
    APPROVED_KEYS,
    ASKED_KEYS,
    CHOSEN_KEYS,
    EXTENSION_KEYS,
    KEYS,
    LINE_KEYS,
    RATE_KEYS,
    REQUIRED,
    STEP_KEYS,
    STEPS,
    Key,
)  # fmt: skip

#: A county's 250 cases take about half a megabyte. What is larger than this is never read into the memory.
MAX_BYTES = 50 * 1024 * 1024
MAX_FAULTS = 50  # what a person can work through; the rest show when these are mended
WHOLE_FILE = "$"
DAYS_TO_PAY = timedelta(days=30)


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
        if row is InvoiceRow:
            self._invoice(found, path)
        if row is InquiryRow:
            self._inquiry(found, path)
        return row(path=path, **found) if len(self.faults) == before else None

    def _placement(self, found: dict[str, Any], written: dict[str, object], path: str) -> None:
        for name in ("prices", "absences"):
            found[name] = self._rows(RateRow, RATE_KEYS, list(found[name] or ()), f"{path}.{name}")
        changes = list(found["extensions"] or ())
        found["extensions"] = self._rows(ExtensionRow, EXTENSION_KEYS, changes, f"{path}.extensions")
        if written.get("planned_start") is None:
            found["planned_start"] = found["start"]
        if written.get("planned_start") is None and written.get("start") is None:
            self._fault(
                f"{path}.planned_start", "Datum saknas: en plats som inte är påbörjad har en planerad dag."
            )

    def _invoice(self, found: dict[str, Any], path: str) -> None:
        found["lines"] = self._rows(InvoiceLineRow, LINE_KEYS, list(found["lines"] or ()), f"{path}.lines")
        for name in STEPS:
            if found[name] is not None:
                found[name] = self._row(StepRow, STEP_KEYS, found[name], f"{path}.{name}")
        if found["due"] is None and found["dated"] is not None:
            found["due"] = found["dated"] + DAYS_TO_PAY

    def _inquiry(self, found: dict[str, Any], path: str) -> None:
        found["asked"] = self._rows(AskedRow, ASKED_KEYS, list(found["asked"] or ()), f"{path}.asked")
        for name, row, keys in (("chosen", ChosenRow, CHOSEN_KEYS), ("approved", ApprovedRow, APPROVED_KEYS)):
            if found[name] is not None:
                found[name] = self._row(row, keys, found[name], f"{path}.{name}")
        if found["start_to"] is None:
            found["start_to"] = found["start_from"]

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
