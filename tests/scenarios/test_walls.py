"""The database refuses by itself what the checks of the file refuse, and that is a fault, no traceback."""

from datetime import UTC, datetime

import pytest

from avhopp.accounts.models import Municipality
from reports.scenario import loading
from reports.scenario.document import ScenarioRefused
from reports.scenario.loading import load
from tests.scenarios.files import golden, put, read
from tests.scenarios.test_bad_files import CONTRADICTIONS

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

#: What is checked when a row is written names the row; what is checked at the end does not.
STOPPED_AT = {
    "two-open-cases": "cases[8].received",
    "two-checks-on-a-day": "checks[36].planned",
    "stays-overlap-by-a-night": "placements[1].start",
    "double-ref": "providers[6]",
    "decision-ends-before-start": "decisions[0]",
    "consent-withdrawn-before-start": "consents[0]",
    "granted-above-applied": "applications[0]",
    "paid-above-granted": "applications[0]",
    "reason-without-closing": "cases[4]",
    "reason-inside-framework": "placements[0]",
    "police-in-a-unit": "users[8]",
    "price-overlap": "$",
    "price-gap-inside": "$",
    "no-price": "$",
    "absence-after-the-stay": "$",
    "absences-overlap": "placements[0].absences[1].absences",
    "stay-before-the-case": "$",
    "stay-that-runs-on-in-a-closed-case": "$",
    "decision-of-another-case": "$",
    "deviation-of-a-check-not-made": "checks[17]",
}


@pytest.mark.parametrize("name", STOPPED_AT)
def test_the_database_stands_alone(db, monkeypatch, name):
    change, _ = CONTRADICTIONS[name]
    scenario = read(golden(change))
    with monkeypatch.context() as unchecked:
        unchecked.setattr(loading, "contradictions", lambda scenario, stored: [])
        with pytest.raises(ScenarioRefused) as refusal:
            load(scenario=scenario, at=AT)
    assert [fault.path for fault in refusal.value.faults] == [STOPPED_AT[name]]
    assert "DETAIL" not in str(refusal.value)
    assert not Municipality.objects.filter(code="0199").exists()  # and the same connection still works


def test_a_refused_row_among_many_is_found(db, monkeypatch):
    scenario = read(
        golden(put("applications[3].granted", "900000"), put("applications[3].decided", "2022-06-01"))
    )
    monkeypatch.setattr(loading, "contradictions", lambda scenario, stored: [])
    with pytest.raises(ScenarioRefused) as refusal:
        load(scenario=scenario, at=AT)
    assert [fault.path for fault in refusal.value.faults] == ["applications[3]"]
    monkeypatch.undo()
    assert load(scenario=read(golden()), at=AT).changed  # what was refused is in nobody's way
