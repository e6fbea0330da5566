"""What one date said before is told apart truthfully: a day that has come was the departure."""

from datetime import date, timedelta
from importlib import import_module

import pytest

from tests.databases import TEST_DATABASE, administrator

MIGRATION = import_module("placements.migrations.0008_departures_that_were_known")


@pytest.mark.parametrize(
    ("begun", "ends_in", "reason", "planned", "left", "resumption"),
    [
        (True, -5, "planerat", -5, -5, ""),
        (True, 0, "", 0, 0, ""),
        (True, 5, "", 5, None, ""),
        (True, None, "", None, None, ""),
        (False, -5, "", -5, None, ""),
        (False, -5, "paborjades_inte", -5, None, ""),
        (True, -5, "avbrott", -5, -5, "okant"),
    ],
)
def test_a_row_from_before(db, today, begun, ends_in, reason, planned, left, resumption):
    def day(offset: int | None) -> date | None:
        return None if offset is None else today + timedelta(days=offset)

    with administrator(TEST_DATABASE) as admin, admin.transaction():
        admin.execute(
            "create temporary table placements_placement (start date, planned_end date, departed date, "
            '"end" date, end_reason text, resumption text) on commit drop'
        )
        admin.execute(
            "insert into placements_placement values (%s, null, null, %s, %s, '')",
            [day(-50) if begun else None, day(ends_in), reason],
        )
        admin.execute(MIGRATION.FORWARD)
        rows = admin.execute("select planned_end, departed, resumption from placements_placement").fetchall()
    assert rows == [(day(planned), day(left), resumption)]
