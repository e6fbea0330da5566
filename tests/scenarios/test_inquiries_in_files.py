"""How a place was found, in a file: kept with every step, once, and refused where it contradicts itself."""

import copy

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.audit.models import Event
from placements.models import Placement
from placements.procurement.models import Inquiry, Offer
from reports.scenario.document import ScenarioRefused
from reports.scenario.loading import load
from tests.scenarios.files import golden, put, read
from tests.scenarios.loaded import AT, account, importer, seen

SAID = {
    "provider": "hvb-syd", "on": "2021-04-22", "how": "telefon", "answered": "2021-04-24", "rate": "3400",
    "start": "2021-05-01", "fits": True, "distance": "grannlan", "note": "Plats direkt",
}  # fmt: skip
DEARER = {
    "provider": "hvb-vast", "on": "2021-04-22", "how": "saker_epost", "answered": "2021-04-23",
    "rate": "3600", "start": "2021-05-03",
}  # fmt: skip
NO = {"provider": "hvb-norr", "on": "2021-04-21", "how": "brev", "answered": "2021-04-25", "declined": True}
INQUIRY = {
    "case": "A2", "kind": "hvb", "made": "2021-04-21", "made_by": "asta", "age_span": "25_34",
    "needs": ["samtalsstod", "bemannat_dygnet_runt"], "start_from": "2021-05-01", "start_to": "2021-05-15",
    "months": 12, "county": "utanfor_lanet", "text": "Personen behöver lugn.",
    "asked": [SAID, DEARER, NO],
    "chosen": {"provider": "hvb-syd", "by": "asta", "on": "2021-04-26", "because": "Rätt målgrupp"},
    "approved": {"by": "bo", "on": "2021-04-27", "to": "2022-05-01"},
    "placement": "L2",
}  # fmt: skip


def with_inquiries(*rows, changes=()):
    return golden(*changes, put("inquiries", copy.deepcopy(list(rows))))


def taken(*rows, changes=()):
    return load(scenario=read(with_inquiries(*rows, changes=changes)), at=AT)


def faults(*rows, changes=()):
    with pytest.raises(ScenarioRefused) as refusal:
        taken(*rows, changes=changes)
    return [fault.path for fault in refusal.value.faults]


def but(**change):
    return INQUIRY | change


def step(name, **change):
    return INQUIRY | {name: INQUIRY[name] | change}


def first(**change):
    """The chosen provider's answer, changed."""
    return INQUIRY | {"asked": [SAID | change, DEARER, NO]}


def test_try(db):
    found = taken(INQUIRY)
    print(dict(found.added))
    for g in found.gaps:
        print(g)
    with acting(importer()):
        for e in Event.objects.filter(object_id=Inquiry.objects.get().pk):
            print(e.kind, e.occurred_on, e.text, e.requires)
    assert not taken(INQUIRY).changed
