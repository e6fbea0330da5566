"""Expected and actual departures apart; extensions and nights without a decision as rows of their own."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from cases.actions.decision import standard_delegation
from cases.panels import due_in
from placements.actions.beginning import withdraw_plan
from placements.actions.ending import end_placement
from placements.actions.extending import change_departure, record_overstay
from placements.actions.plans import set_plans
from placements.models import Placement, PlacementExtension, Stage
from tests.placements.words import count, errors, save


def address(name: str, stay: Placement) -> str:
    return reverse(name, args=[stay.case_id, stay.pk])


def reread(cast, stay: Placement) -> Placement:
    with acting(cast.asta):
        return Placement.objects.with_terms().with_extensions().get(pk=stay.pk)


def said(day: date, **more: str) -> dict[str, str]:
    return {"end": day.isoformat(), "reason": "Behöver längre tid", **more}


def due_labels(cast, stay: Placement, today: date) -> dict[str, date]:
    with acting(cast.asta):
        return {row.label: row.due for row in due_in([stay.case_id], cast.asta, today)}


# Expected and actual


def test_a_departure_ahead_is_expected_and_one_that_has_come_is_real(cast, placed, decision, today):
    ahead = today + timedelta(days=10)
    stay = placed(decision, days_ago=100, end=ahead)
    assert (stay.planned_end, stay.departed, stay.end) == (ahead, None, ahead)
    with acting(cast.asta):
        end_placement(
            placement=stay, end=today - timedelta(days=3), reason="egen_begaran", destination="anhorig",
            by=cast.asta, today=today,
        )  # fmt: skip
    stay = reread(cast, stay)
    assert (stay.planned_end, stay.departed, stay.end) == (ahead, *[today - timedelta(days=3)] * 2)
    assert (stay.stage(today), stay.destination) == (Stage.ENDED, "anhorig")


def test_an_expected_departure_that_passed_is_asked_about_until_it_is_confirmed(
    as_, cast, placed, decision, today
):
    stay = placed(decision, days_ago=100, end=today + timedelta(days=1))
    tomorrow = today + timedelta(days=1)
    assert reread(cast, stay).stage(tomorrow) is Stage.OVERDUE
    assert due_labels(cast, stay, tomorrow)["Bekräfta avresan, eller registrera fler dygn"] == tomorrow
    with acting(cast.asta):
        end_placement(placement=stay, end=tomorrow, reason="planerat", by=cast.asta, today=tomorrow)
    assert reread(cast, stay).stage(tomorrow) is Stage.ENDED
    assert "Bekräfta avresan, eller registrera fler dygn" not in due_labels(cast, stay, tomorrow)


def test_a_withdrawn_plan_has_no_departure(cast, placed, decision, today):
    plan = placed(decision, days_ago=10, end=today, planned=True)
    with acting(cast.asta):
        withdraw_plan(placement=plan, reason="Kom inte", by=cast.asta, today=today)
    plan = reread(cast, plan)
    assert (plan.planned_end, plan.departed, plan.end) == (plan.planned_start, None, plan.planned_start)


@pytest.mark.parametrize(
    "wrong",
    [
        "planned_end = null",
        '"end" = null',
        'departed = "end" - 1',
        '"end" = "end" + 1',
        'departed = "end", start = null',
    ],
)
def test_the_database_keeps_the_end_that_counts_true(cast, placed, decision, today, wrong):
    stay = placed(decision, days_ago=100, end=today + timedelta(days=10))
    statement = f"update placements_placement set {wrong} where id = %s"
    with (
        acting(cast.asta),
        pytest.raises(IntegrityError, match="end_is_the_departure"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [stay.pk])


def test_only_an_interruption_resumes_and_then_the_clock_of_three_months_runs(cast, placed, decision, today):
    stay = placed(decision, days_ago=100)
    with acting(cast.asta):
        end_placement(
            placement=stay, end=today - timedelta(days=70), reason="avbrott", by=cast.asta, today=today
        )
    assert reread(cast, stay).resumption == "okant"
    assert "Avbruten vård har inte återupptagits" in due_labels(cast, stay, today)
    placed(decision, days_ago=20)
    assert "Avbruten vård har inte återupptagits" not in due_labels(cast, stay, today)


def test_an_interruption_that_is_over_has_no_clock(cast, placed, decision, today):
    stay = placed(decision, days_ago=100)
    with acting(cast.asta):
        end_placement(
            placement=stay, end=today - timedelta(days=70), reason="avbrott", resumption="nej", by=cast.asta,
            today=today,
        )  # fmt: skip
    assert "Avbruten vård har inte återupptagits" not in due_labels(cast, stay, today)


# Extensions


def test_an_extension_is_a_row_and_rests_on_the_decision_that_was_made_for_it(
    as_, cast, placed, decide, today
):
    first = decide("hvb", end=today + timedelta(days=20))
    stay = placed(first, days_ago=100, end=today + timedelta(days=20))
    later = today + timedelta(days=50)
    assert "Beslutet gäller till" in errors(
        count(as_("asta"), address("placement_departure", stay), said(later))
    )
    second = decide("hvb", decided=today, start=today + timedelta(days=20), end=today + timedelta(days=60))
    page = address("placement_departure", stay)
    assert save(as_("asta"), page, said(later, on=str(second.pk))).status_code == 302
    stay = reread(cast, stay)
    (row,) = stay.extensions.all()
    assert (row.kind, row.old_end, row.new_end) == ("forlangd", today + timedelta(days=20), later)
    assert (row.decision, row.reason, row.made_by_id) == (second, "Behöver längre tid", cast.asta.pk)
    assert (stay.planned_end, stay.covered_to, stay.decision) == (later, second.end, first)
    with acting(cast.asta):
        second.refresh_from_db()
    assert second.enforced == today


@pytest.mark.parametrize(
    ("kind", "starts_in", "sentence"),
    [("stodboende", 20, "Same"), ("hvb", 21, "det förra slutade")],
)
def test_a_decision_that_does_not_fit_is_refused(cast, placed, decide, today, kind, starts_in, sentence):
    stay = placed(decide("hvb", end=today + timedelta(days=20)), days_ago=100)
    other = decide(kind, decided=today, start=today + timedelta(days=starts_in))
    with acting(cast.asta), pytest.raises(Refused) as refused:
        change_departure(
            placement=stay, end=today + timedelta(days=60), reason="Längre", decision=other, by=cast.asta,
            today=today,
        )  # fmt: skip
    assert refused.value.code == ("other_kind" if kind == "stodboende" else "decision_gap")


def test_a_dearer_price_than_the_new_decision_allows_is_refused(cast, placed, decide, today):
    stay = placed(decide("hvb", end=today + timedelta(days=20)), days_ago=100)
    other = decide("hvb", decided=today, start=today + timedelta(days=20), max_rate=Decimal(2999))
    with acting(cast.asta), pytest.raises(Refused, match="above_max_rate"):
        change_departure(placement=stay, end=None, reason="X", decision=other, by=cast.asta, today=today)


def test_what_was_shortened_stands_as_well(cast, placed, decision, today):
    stay = placed(decision, days_ago=100, end=today + timedelta(days=20))
    with acting(cast.asta):
        change_departure(
            placement=stay, end=today + timedelta(days=5), reason="Går bra", by=cast.asta, today=today
        )
    (row,) = reread(cast, stay).extensions.all()
    assert (row.kind, row.old_end - row.new_end) == ("kortad", timedelta(days=15))


# Nights without a decision


def test_nights_without_a_decision_are_alerted_the_day_before(as_, cast, placed, decide, today):
    stay = placed(decide("hvb", end=today + timedelta(days=1)), days_ago=100)
    label = f"Beslut saknas för natten från {today + timedelta(days=1)}"
    assert due_labels(cast, stay, today - timedelta(days=1)).keys() & {label} == set()
    assert due_labels(cast, stay, today)[label] == today
    for page in (stay.case.url, address("placement", stay)):
        assert label in as_("asta").get(page).content.decode()


def test_an_overstay_is_a_row_that_moves_the_expected_departure(as_, cast, placed, decide, today):
    ends = today - timedelta(days=2)
    stay = placed(decide("hvb", end=ends), days_ago=100, end=ends)
    with acting(cast.asta):  # nobody had confirmed that the person left
        Placement.objects.filter(pk=stay.pk).update(departed=None)
    until = today + timedelta(days=3)
    form = {"until": until.isoformat(), "authorised": "nej", "reason": "Väntar på beslut"}
    assert save(as_("asta"), address("placement_overstay", stay), form).status_code == 302
    stay = reread(cast, stay)
    (row,) = stay.extensions.all()
    assert (row.kind, row.old_end, row.new_end, row.authorised) == ("overliggande", ends, until, False)
    assert (stay.planned_end, stay.departed, stay.end, stay.covered_to) == (until, None, until, ends)
    label = f"Beslut saknas för natten från {ends}"
    assert label in due_labels(cast, stay, today)
    page = as_("asta").get(address("placement", stay)).content.decode()
    assert "Dygn utan beslut" in page
    assert "inte godkända" in page


def test_whoever_lets_nights_pass_may_decide_so_long_a_stay(cast, placed, decide, today):
    with acting(cast.inlasare):
        standard_delegation(cast.municipality, today - timedelta(days=1000))
    stay = placed(decide("hvb", end=today), days_ago=121)
    about = {"placement": stay, "authorised": True, "reason": "X", "by": cast.asta, "today": today}
    with acting(cast.asta), pytest.raises(Refused, match="beyond_delegation"):
        record_overstay(until=today + timedelta(days=3), **about)
    with acting(cast.asta):
        record_overstay(until=today + timedelta(days=2), **about)


def test_nights_that_somebody_let_pass_wait_for_the_next_one(cast, placed, decide, today):
    with acting(cast.inlasare):
        standard_delegation(cast.municipality, today - timedelta(days=1000))
    stay = placed(decide("hvb", end=today - timedelta(days=2)), days_ago=100)
    with acting(cast.asta):
        record_overstay(
            placement=stay, until=today + timedelta(days=5), authorised=True, reason="Enligt chefen",
            by=cast.asta, today=today,
        )  # fmt: skip
    assert not any(label.startswith("Beslut saknas") for label in due_labels(cast, stay, today))
    late = today + timedelta(days=4)
    assert f"Beslut saknas för natten från {today + timedelta(days=5)}" in due_labels(cast, stay, late)


@pytest.mark.parametrize(
    ("until", "code"), [(-2, "overstay_empty"), (-3, "overstay_empty"), (8, "overstay_too_far")]
)
def test_overstays_that_cannot_be_are_refused(cast, placed, decide, today, until, code):
    stay = placed(decide("hvb", end=today - timedelta(days=2)), days_ago=100)
    with acting(cast.asta), pytest.raises(Refused, match=code):
        record_overstay(
            placement=stay, until=today + timedelta(days=until), authorised=False, reason="X", by=cast.asta,
            today=today,
        )  # fmt: skip


def test_leaving_after_the_decision_ended_leaves_the_nights_between_as_a_row(cast, placed, decide, today):
    stay = placed(decide("hvb", end=today - timedelta(days=5)), days_ago=100)
    with acting(cast.asta):
        end_placement(placement=stay, end=today, reason="planerat", by=cast.asta, today=today)
    (row,) = reread(cast, stay).extensions.all()
    assert (row.old_end, row.new_end, row.authorised) == (today - timedelta(days=5), today, False)


def test_extensions_are_only_added(cast, placed, decision, today):
    stay = placed(decision, days_ago=100, end=today + timedelta(days=20))
    with acting(cast.asta):
        change_departure(placement=stay, end=None, reason="X", by=cast.asta, today=today)
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            PlacementExtension.objects.filter(placement=stay).update(made_on=today - timedelta(days=1))


# Plans


def test_a_plan_that_is_dated_is_no_longer_missing(cast, placed, decision, today):
    stay = placed(decision, days_ago=40)
    with acting(cast.asta):
        set_plans(placement=stay, care_plan=None, implementation_plan=today, by=cast.asta, today=today)
        with pytest.raises(Refused, match="in_the_future"):
            set_plans(
                placement=stay, care_plan=today + timedelta(days=1), implementation_plan=None, by=cast.asta,
                today=today,
            )  # fmt: skip
    assert reread(cast, stay).implementation_plan == today
