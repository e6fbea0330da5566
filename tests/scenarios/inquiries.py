"""An inquiry of the golden scenario, every step taken, and small changes to it."""

import copy
from typing import Any

import pytest

from reports.scenario.document import ScenarioRefused
from reports.scenario.loading import Loaded, load
from tests.scenarios.files import Change, golden, put, read
from tests.scenarios.loaded import AT

Row = dict[str, Any]
SAID: Row = {
    "provider": "hvb-syd", "on": "2021-04-22", "how": "telefon", "answered": "2021-04-24", "rate": "3400",
    "start": "2021-05-01", "fits": True, "distance": "grannlan", "note": "Plats direkt",
}  # fmt: skip
DEARER: Row = {
    "provider": "hvb-vast", "on": "2021-04-22", "how": "saker_epost", "answered": "2021-04-23",
    "rate": "3600", "start": "2021-05-03",
}  # fmt: skip
NO: Row = {
    "provider": "hvb-norr", "on": "2021-04-21", "how": "brev", "answered": "2021-04-25", "declined": True,
}  # fmt: skip
INQUIRY: Row = {
    "case": "A2", "kind": "hvb", "made": "2021-04-21", "made_by": "asta", "age_span": "25_34",
    "needs": ["samtalsstod", "skyddat_lage"], "start_from": "2021-05-01", "start_to": "2021-05-15",
    "months": 12, "county": "utanfor_lanet", "text": "Personen behöver lugn.",
    "asked": [SAID, DEARER, NO],
    "chosen": {"provider": "hvb-syd", "by": "asta", "on": "2021-04-26", "because": "Rätt målgrupp"},
    "approved": {"by": "bo", "on": "2021-04-27", "to": "2022-05-01"},
    "placement": "L2",
}  # fmt: skip
#: The same, as long as nobody had chosen.
WAITING: Row = INQUIRY | {"chosen": None, "approved": None, "placement": None}


def with_inquiries(*rows: Row, changes: tuple[Change, ...] = ()) -> Row:
    return golden(*changes, put("inquiries", copy.deepcopy(list(rows))))


def taken(*rows: Row, changes: tuple[Change, ...] = ()) -> Loaded:
    """The golden file with these inquiries, in the database."""
    return load(scenario=read(with_inquiries(*rows, changes=changes)), at=AT)


def faults(*rows: Row, changes: tuple[Change, ...] = ()) -> list[str]:
    with pytest.raises(ScenarioRefused) as refusal:
        taken(*rows, changes=changes)
    return [fault.path for fault in refusal.value.faults]


def but(**change: object) -> Row:
    return INQUIRY | change


def step(name: str, **change: object) -> Row:
    return INQUIRY | {name: INQUIRY[name] | change}


def first(**change: object) -> Row:
    """What the chosen provider was asked and said, changed."""
    return INQUIRY | {"asked": [SAID | change, DEARER, NO]}


def last(**change: object) -> Row:
    """What the provider that declined was asked and said, changed."""
    return INQUIRY | {"asked": [SAID, DEARER, NO | change]}
