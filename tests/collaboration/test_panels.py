"""What the case page and the lists show: panels, due items that say nothing of threat, read receipts."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.kernel.workdays import add_workdays
from cases.models import Case, Decision
from cases.panels import due_in, panels, panels_for
from cases.together import together
from collaboration.actions.checks import plan_checks
from collaboration.models import Deviation
from collaboration.models.release import police_reads
from collaboration.panels import PANELS, compare, due_collaboration
from tests.markup import words

FORBIDDEN = ["hot", "hög", "akut", "kriminalitet", "gäng", "skydd"]


def due(user, case, today):
    with acting(user):
        return due_collaboration(user, today)


def test_the_panels_and_the_due_source_are_registered():
    assert set(PANELS) <= set(panels())


@pytest.mark.parametrize("name", ["case", "collaboration"])
def test_no_panel_sees_another_ones_names(as_, cast, case, assess, today, name):
    """Each template is rendered with what its own panel gives, and what is the same for all."""
    assess(received=today, valid_to=today + timedelta(days=50))
    with acting(cast.siri):
        of = {panel: panel.rows(case, cast.siri) for panel in panels_for(cast.siri, case)}
        found = together(case, {panel.key: rows for panel, rows in of.items()})
        given = {panel: set(panel.load(case, cast.siri, today, found[panel.key])) for panel in of}
    response = as_("siri").get(reverse(name, args=[case.pk]))
    drawn = {
        panel: set(context.flatten())
        for template, context in zip(response.templates, response.context, strict=True)
        for panel in given
        if template.name == panel.template
    }
    assert len(drawn) > 1
    for panel, names in drawn.items():
        others = set().union(*(said for other, said in given.items() if other is not panel))
        assert names & (others - given[panel] - {"case", "today"}) == set()


def test_nothing_is_due_in_a_case_without_anything(cast, case, today):
    assert due(cast.siri, case, today) == []


@pytest.mark.parametrize(
    ("left", "label"),
    [(15, None), (14, "Polisens bedömning går ut"), (0, "Polisens bedömning går ut"), (-1, "gått ut")],
)
def test_an_assessment_is_due_fourteen_days_before_it_ends(cast, case, assess, today, left, label):
    assess(received=today - timedelta(days=50), valid_to=today + timedelta(days=left))
    found = due(cast.siri, case, today)
    if label is None:
        assert found == []
    else:
        assert label in found[0].label
        assert (found[0].due, len(found)) == (today + timedelta(days=left), 1)


def test_a_missing_assessment_is_due_from_the_day_of_the_first_placing_decision(cast, case, today):
    with acting(cast.asta):
        Decision.objects.create(case=case, kind="oppenvard", decided=today - timedelta(days=9))
    assert due(cast.asta, case, today) == []
    with acting(cast.asta):
        Decision.objects.create(case=case, kind="hvb", decided=today - timedelta(days=5))
        Decision.objects.create(case=case, kind="hvb", decided=today - timedelta(days=2))
    found = due(cast.asta, case, today)
    assert [(item.label, item.due) for item in found] == [
        ("Polisens bedömning saknas: be om en", today - timedelta(days=5))
    ]
    assert due(cast.eskil, case, today) == []  # he sees decisions, and would not have seen the assessment


def test_everything_else_that_is_due(cast, case, assess, agree, today):
    assess()
    assess(threat="ingen_eller_forhojd")
    agree("insats", end=today + timedelta(days=30))
    agree("insats", recipient=cast.noa, end=today + timedelta(days=5))
    agree("insats", recipient=cast.noa, end=today + timedelta(days=90))  # renewed
    with acting(cast.siri):
        plan_checks(
            case=case,
            days=[today - timedelta(days=1), today, today + timedelta(days=7)],
            by=cast.siri,
            today=today,
        )
        Deviation.objects.create(case=case, origin="egen", received=today, text="Neutral.")
    found = {item.label: item.due for item in due(cast.siri, case, today)}
    assert found == {
        "Andra läsning av polisens bedömning": add_workdays(today, 1),
        "Samtycke går ut: fråga om det ska förnyas": today + timedelta(days=30),
        "Hör efter med polisen om planerad kontroll": today - timedelta(days=1),
        "Bedöm avvikelse": add_workdays(today, 1),
    }
    with acting(cast.siri):
        assert set(found) <= {item.label for item in due_in([case.pk], cast.siri, today)}
    assert not [label for label in found for word in FORBIDDEN if word in label.lower()]


@pytest.mark.parametrize("handle", ["cleo", "eva", "nils"])
def test_nothing_is_due_for_those_who_do_not_see_the_case(cast, case, assess, today, handle):
    assess(received=today - timedelta(days=50), valid_to=today)
    assert due(cast.siri, case, today) != []
    assert due(cast.people[handle], case, today) == []


def test_a_closed_case_has_nothing_due(cast, case, assess, today):
    assess(received=today - timedelta(days=50), valid_to=today)
    assert due(cast.siri, case, today) != []
    with acting(cast.asta):
        Case.objects.filter(pk=case.pk).update(closed=today, state="avslutad", closing_reason="avbrott")
    assert due(cast.siri, case, today) == []


def test_what_is_due_costs_the_same_for_one_case_as_for_many(
    cast, case, assess, today, django_assert_num_queries
):
    for _ in range(2):
        with acting(cast.siri), django_assert_num_queries(1):
            due_collaboration(cast.siri, today)
        assess(valid_to=today)


def test_versions_stand_side_by_side_with_changes_in_words(cast, assess):
    versions = [assess(), assess(crime_degree="lag"), assess(crime_degree="lag", threat="ej_bedomd")][::-1]
    rows = {row[0]: row[1:] for row in compare(versions)}
    assert rows["Grad av kriminalitet"] == ["Låg", "Låg (ändrad)", "Hög"]
    assert rows["Hotbild"] == ["Ej bedömd (ändrad)", "Hög", "Hög"]
    assert rows["Andra läsning"] == ["Väntar", "Behövs inte", "Behövs inte"]


def test_the_case_page_shows_the_panels_to_those_who_may_see_them(as_, case, assess, agree, give):
    assess()
    agree("insats")
    package = give()
    page = as_("asta").get(reverse("case", args=[case.pk])).content.decode()
    assert "Samtycke och utlämnanden" in page
    assert package.reference in page
    for_eskil = as_("eskil").get(reverse("case", args=[case.pk])).content.decode()
    assert package.reference not in for_eskil
    assert "Slagningar och avvikelser" not in for_eskil


# The two lists


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("utgar", {"LPO Prov"}),
        ("utgangna", set()),
        ("alla", {"LPO Prov"}),
        ("vantar", set()),
        ("annat", {"LPO Prov"}),
    ],
)
def test_list_of_assessments_by_what_to_do(as_, assess, today, chosen, shown):
    assess(received=today - timedelta(days=50), valid_to=today + timedelta(days=3))
    page = words(as_("siri").get(reverse("assessments"), {"visa": chosen}))
    assert {name for name in ("LPO Prov", "NOA") if name in page} == shown
    assert "Person Påhittad" not in page
    assert "Hög" not in page  # a work list tells no level


def test_list_of_releases_by_state(as_, cast, give, today):
    kept, gone = give(), give()
    as_("siri").post(reverse("release_recall", args=[gone.case_id, gone.pk]))
    seen = {}
    for chosen in ("oppna", "stangda", "alla", "annat"):
        page = as_("siri").get(reverse("releases"), {"visa": chosen}).content.decode()
        seen[chosen] = [package for package in (kept, gone) if package.reference in page]
    assert seen == {"oppna": [kept], "stangda": [gone], "alla": [kept, gone], "annat": [kept]}


@pytest.mark.parametrize("name", ["assessments", "releases"])
@pytest.mark.parametrize(
    ("handle", "status", "rows"),
    [("asta", 200, True), ("cleo", 200, False), ("eskil", 403, False), ("eva", 403, False)],
)
def test_lists_show_only_cases_with_a_grant(as_, case, assess, today, name, handle, status, rows):
    assess(valid_to=today + timedelta(days=1))
    answer = as_(handle).get(reverse(name))
    assert answer.status_code == status
    assert (case.case_no in answer.content.decode()) is rows


@pytest.mark.parametrize("name", ["assessments", "releases"])
def test_lists_cost_the_same_for_one_row_as_for_several(
    as_, assess, today, name, django_assert_max_num_queries
):
    counts = []
    for _ in range(3):
        assess(valid_to=today + timedelta(days=1))
        browser = as_("siri")
        with django_assert_max_num_queries(40) as queries:
            browser.get(reverse(name), {"visa": "alla"})
        counts.append(len(queries))
    assert len(set(counts[1:])) == 1, counts


def test_the_receipt_tells_when_and_only_to_those_who_see_the_release(cast, case, give):
    package = give()
    at = timezone.now()
    with acting(cast.nora), connection.cursor() as cursor:
        cursor.execute(
            "insert into audit_readentry (id, at, actor_id, role, municipality_id, case_id, what,"
            " object_type, object_id, ground, source)"
            " values (gen_random_uuid(), %s, %s, 'polis', %s, %s, 'see_release',"
            " 'releasepackage', %s, 'utlamnat', 'portal')",
            [at, cast.nora.pk, cast.municipality.pk, case.pk, package.pk],
        )
    for handle in ("siri", "asta", "bo"):
        with acting(cast.people[handle]):
            assert police_reads([package.pk]) == {package.pk: at}
    for handle in ("cleo", "eskil", "eva", "lova"):
        with acting(cast.people[handle]):
            assert police_reads([package.pk]) == {}
