"""A list that leaves as a file is written down."""

import io

import openpyxl
import pytest

from avhopp.access.context import acting
from avhopp.access.roles import Can
from avhopp.audit.exports import exported
from avhopp.audit.models import Event, ReadEntry
from avhopp.pages.excel import Field
from cases.models import Case


def taken(user, today, cases=()):
    with acting(user):
        return exported(
            "Årets ärenden", (Field("Ärende"),), [("AVH-1",), ("AVH-2",)],
            by=user, can=Can.SEE_CASE, of=Case, today=today, cases=cases, chosen=[("Läge", "Alla")],
        )  # fmt: skip


def test_the_file_comes_with_a_neutral_name_and_tells_its_filters(cast, today):
    response = taken(cast.siri, today)
    assert f'filename="arets-arenden-{today.isoformat()}.xlsx"' in response["Content-Disposition"]
    assert response["Cache-Control"] == "no-store"
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert ("Läge", "Alla") in list(book["Om filen"].iter_rows(values_only=True))


def test_an_event_says_who_took_how_much(cast, today):
    taken(cast.siri, today)
    with acting(cast.bo):
        event = Event.objects.visible_to(cast.bo).get(kind="uttag_excel")
    assert (event.actor_id, event.requires) == (cast.siri.pk, "see_case")
    assert event.text == "Listan Årets ärenden hämtades som Excelfil: 2 rader."


@pytest.mark.parametrize("rows", [0, 1])
def test_the_reads_are_logged_as_those_of_a_file(cast, today, case, rows):
    taken(cast.siri, today, cases=[case.pk] * rows)
    with acting(cast.lova):
        found = list(ReadEntry.objects.filter(source="export").values_list("actor_id", "case_ids", "shown"))
    assert found == [(cast.siri.pk, [case.pk], 2)] * rows
