"""Register checks as occurrences, and deviations: acute ones first, in neutral words."""

from datetime import timedelta

import pytest
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.audit.models import Event
from collaboration.actions.checks import plan_checks
from collaboration.models import Deviation, RegisterCheck


@pytest.fixture
def planned(cast, case, today):
    """`planned(-3, 20)`: checks so many days from today."""

    def plan(*days):
        with acting(cast.siri):
            plan_checks(case=case, days=[today + timedelta(days=n) for n in days], by=cast.siri, today=today)
            return list(RegisterCheck.objects.filter(case=case).order_by("planned"))

    return plan


def reported(cast, today, **changes):
    return {
        "origin": "polis",
        "police_unit": cast.lpo.pk,
        "received": today,
        "channel": "Telefon kl. 9.15",
        "text": "Neutral beskrivning.",
        **changes,
    }


@pytest.fixture
def deviations(cast, case, today):
    """`deviations("akut", "", "lag")`: one of each severity, the empty one not assessed."""

    def made(*severities):
        with acting(cast.siri):
            return [
                Deviation.objects.create(
                    case=case,
                    origin="egen",
                    received=today,
                    text="Neutral.",
                    severity=severity,
                    assessed=today if severity else None,
                )
                for severity in severities
            ]

    return made


def test_an_interval_plans_checks_and_keeps_those_that_are_there(as_, cast, case, planned, today):
    planned(14)
    data = {"first": today, "every_weeks": 2, "last": today + timedelta(days=28)}
    assert as_("siri").post(reverse("check_plan", args=[case.pk]), data).status_code == 302
    with acting(cast.siri):
        days = list(RegisterCheck.objects.order_by("planned").values_list("planned", flat=True))
        assert (
            Event.objects.filter(kind="slagning_planerad").order_by("-at").first().text
            == "2 slagningar planerades."
        )
    assert days == [today, today + timedelta(days=14), today + timedelta(days=28)]
    again = as_("siri").post(reverse("check_plan", args=[case.pk]), data)
    assert "redan en slagning planerad" in again.content.decode()


def test_the_forms_say_that_extracts_stay_out(as_, case, planned):
    check = planned(0)[0]
    for name, arguments in [("check_done", [case.pk, check.pk]), ("deviation_new", [case.pk])]:
        assert (
            "Skriv aldrig av något ur polisens register"
            in as_("siri").get(reverse(name, args=arguments)).content.decode()
        )


@pytest.mark.parametrize(("result", "leads_to"), [("nej", "case_checks"), ("ja", "deviation_new")])
def test_a_check_is_recorded_once(as_, cast, case, planned, today, result, leads_to):
    check = planned(-3)[0]
    address = reverse("check_done", args=[case.pk, check.pk])
    answer = as_("siri").post(address, {"done": today, "deviation": result})
    assert answer.url == reverse(leads_to, args=[case.pk])
    with acting(cast.siri):
        check.refresh_from_db()
    assert (check.done, check.deviation) == (today, result == "ja")
    again = as_("siri").post(address, {"done": today, "deviation": result})
    assert "redan registrerad" in again.content.decode()


def test_a_check_is_not_made_tomorrow(as_, case, planned, today):
    check = planned(0)[0]
    data = {"done": today + timedelta(days=1), "deviation": "nej"}
    answer = as_("siri").post(reverse("check_done", args=[case.pk, check.pk]), data)
    assert "efter i dag" in answer.content.decode()


def test_a_deviation_from_report_to_end(as_, cast, case, today):
    siri = as_("siri")
    answer = siri.post(reverse("deviation_new", args=[case.pk]), reported(cast, today))
    page = siri.get(answer.url).content.decode()
    assert "Ingen har bedömt avvikelsen ännu" in page
    with acting(cast.siri):
        found = Deviation.objects.get()
    here = [case.pk, found.pk]
    refused = siri.post(reverse("deviation_measure", args=here), {"measure": "Ring"})
    assert "Bedöm hur allvarlig" in refused.content.decode()
    refused = siri.post(reverse("deviation_close", args=here))
    assert "Bedöm hur allvarlig" in refused.content.decode()
    assert siri.post(reverse("deviation_assess", args=here), {"severity": "hog"}).status_code == 302
    refused = siri.post(reverse("deviation_close", args=here))
    assert "Skriv vad ni har gjort" in refused.content.decode()
    assert siri.post(reverse("deviation_measure", args=here), {"measure": "Samtal hölls"}).status_code == 302
    assert siri.post(reverse("deviation_close", args=here)).status_code == 302
    with acting(cast.siri):
        found.refresh_from_db()
        kinds = set(Event.objects.filter(object_id=found.pk).values_list("kind", flat=True))
    assert (found.severity, found.assessed, found.measure, found.closed) == (
        "hog",
        today,
        "Samtal hölls",
        today,
    )
    assert kinds == {"avvikelse_inkom", "avvikelse_bedomd", "avvikelse_atgard", "avvikelse_avslutad"}
    late = siri.post(reverse("deviation_assess", args=here), {"severity": "akut"})
    assert "Avvikelsen är avslutad" in late.content.decode()


def test_an_acute_one_says_whom_to_ring(as_, case, deviations):
    found = deviations("")[0]
    address = reverse("deviation_assess", args=[case.pk, found.pk])
    answer = as_("asta").post(address, {"severity": "akut"}, follow=True)
    assert "ring handläggaren och gruppledaren nu" in answer.content.decode()


def test_acute_ones_come_first_and_closed_ones_last(cast, case, deviations, today):
    deviations("lag", "hog", "akut", "", "medel")
    with acting(cast.siri):
        Deviation.objects.filter(severity="lag").update(closed=today)
        order = list(Deviation.objects.most_urgent_first().values_list("severity", flat=True))
    assert order == ["akut", "", "hog", "medel", "lag"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"police_unit": ""}, "Välj vilken polisenhet"),
        ({"text": " "}, "måste fyllas i"),
        ({"channel": ""}, "måste fyllas i"),
    ],
)
def test_a_report_says_from_whom_how_and_what(as_, cast, case, today, changes, said):
    answer = as_("siri").post(reverse("deviation_new", args=[case.pk]), reported(cast, today, **changes))
    assert said in answer.content.decode()
    with acting(cast.siri):
        assert not Deviation.objects.exists()


def test_what_the_provider_reports_has_no_police_unit(as_, cast, case, today):
    as_("siri").post(reverse("deviation_new", args=[case.pk]), reported(cast, today, origin="utforare"))
    with acting(cast.siri):
        assert Deviation.objects.get().police_unit is None


@pytest.mark.parametrize(
    ("handle", "reads", "acts", "registers"),
    [
        ("siri", 200, 200, 200),
        ("asta", 200, 200, 403),
        ("bo", 200, 403, 403),
        ("eskil", 404, 404, 404),
        ("cleo", 404, 404, 404),
        ("eva", 404, 404, 404),
    ],
)
def test_who_reads_who_acts_and_who_registers(as_, case, planned, deviations, handle, reads, acts, registers):
    check, found = planned(0)[0], deviations("lag")[0]
    one = as_(handle)
    assert one.get(reverse("deviation", args=[case.pk, found.pk])).status_code == reads
    assert one.get(reverse("deviation_assess", args=[case.pk, found.pk])).status_code == acts
    assert one.get(reverse("check_done", args=[case.pk, check.pk])).status_code == registers


def test_an_object_is_not_found_under_another_case(as_, planned, deviations):
    check, found = planned(0)[0], deviations("lag")[0]
    assert as_("siri").get(reverse("check_done", args=[check.pk, check.pk])).status_code == 404
    for name in ("deviation", "deviation_assess", "deviation_measure", "deviation_close"):
        assert as_("siri").get(reverse(name, args=[found.pk, found.pk])).status_code == 404
