"""Whatever is listed by name is listed in Swedish order, never by the bytes of the name."""

import re

import pytest
from django.apps import apps

from avhopp.settings.environment import ROOT
from tests.repository.test_rules import tracked

BY_BYTES = re.compile(r'(order_by\([^)\n]*|Column\([^\n]*)(?<!SwedishKey\()"-?(\w+__)?(name|name_key)"')
OURS = ("accounts", "audit", "cases", "placements", "collaboration", "portal", "reports", "sealing")
SOURCE = [
    name
    for name in tracked(".py")
    if "migrations/" not in name and not name.startswith(("tests/", "benchmarks/"))
]


def test_no_model_orders_by_the_bytes_of_a_name():
    found = [
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.ordering
        if isinstance(field, str) and field.rpartition("__")[2].lstrip("-") in ("name", "name_key")
    ]
    assert found == []


def test_no_list_orders_by_the_bytes_of_a_name():
    lines = [
        f"{name}: {line.strip()}"
        for name in SOURCE
        for line in (ROOT / name).read_text().splitlines()
        if BY_BYTES.search(line)
    ]
    assert lines == []


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ('rows.order_by("name", "id")', True),
        ('rows.order_by("-unit__name")', True),
        ('Column("Person", "person", ("person__name_key", "case_no"))', True),
        ('Column("Namn", "namn", (SwedishKey("name"),))', False),
        ('rows.order_by("username")', False),
        ('rows.order_by(SwedishKey("name"), "id").values_list("id", "name")', False),
        ('Column("Namn", "namn", ("case_no",))', False),
    ],
)
def test_what_orders_by_the_bytes_of_a_name_is_caught(line, caught):
    assert bool(BY_BYTES.search(line)) is caught
