"""From a finished report to the committee's paragraph, through the pages: who may, and what is locked."""

import json
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.kernel.refusal import Refused
from reports.actions import approval
from reports.models import MonthlyReport
from tests.cast import BACKEND
from tests.reports.conftest import AT, TODAY


@pytest.fixture
def as_(golden):
    def signed_in(handle):
        client = Client()
        client.force_login(getattr(golden, handle), backend=BACKEND)
        return client

    return signed_in


def at(name, report):
    return reverse(name, args=[report.pk])


def now(golden, report):
    with acting(golden.reporter):
        return MonthlyReport.objects.get(pk=report.pk)


def test_the_whole_way_from_draft_to_paragraph(golden, december, as_):
    report = golden.done(december, by=golden.siri)
    assert "Godkänn rapporten" in as_("bo").get(at("report_approve", report)).content.decode()
    assert as_("bo").post(at("report_approve", report)).status_code == 302
    assert now(golden, report).approved_by == golden.bo
    answer = as_("nils").post(
        at("report_paragraph", report), {"paragraph": "12", "paragraph_date": "2023-01-25"}
    )
    assert answer.status_code == 302
    done = now(golden, report)
    assert (done.paragraph, done.paragraph_date) == ("§ 12", date(2023, 1, 25))
    assert "§ 12" in as_("nils").get(reverse("reports")).content.decode()


@pytest.mark.parametrize("handle", ["siri", "eskil", "nils", "asta", "lova", "eva"])
def test_only_the_manager_approves(golden, december, as_, handle):
    report = golden.done(december)
    refused = as_(handle).post(at("report_approve", report))
    assert refused.status_code in (403, 404)
    assert now(golden, report).status == "klar"
    assert as_("bo").post(at("report_approve", report)).status_code == 302


def test_nobody_approves_what_they_prepared(golden, december, as_):
    report = golden.done(december, by=golden.bo)
    page = as_("bo").post(at("report_approve", report))
    assert "Du har själv berett rapporten" in page.content.decode()
    assert now(golden, report).status == "klar"


def test_failed_control_sums_block_approval(golden, december):
    report = golden.done(december)
    broken = json.loads(json.dumps(report.figures))
    broken["figures"]["controls"]["agreement_balance"] = False
    with acting(golden.reporter):
        fresh = MonthlyReport(
            municipality=golden.municipality, month=date(2022, 11, 1), as_of=date(2022, 11, 30),
            requested_at=AT,
            status="klar", figures=broken, public_sha256="a" * 64, annex_sha256="b" * 64,
        )  # fmt: skip
        fresh.save(force_insert=True)
    with acting(golden.bo), pytest.raises(Refused) as refusal:
        approval.approve(report=fresh, by=golden.bo, today=TODAY, at=AT)
    assert refusal.value.code == "control_sums"
    with acting(golden.bo):
        assert approval.approve(report=report, by=golden.bo, today=TODAY, at=AT).is_approved


def test_a_changed_text_makes_both_files_anew_and_the_old_render_is_fenced_off(golden, december, as_):
    report = golden.done(december)
    fence = report.fence
    sent = {"views": "Ny text.", "registry_no": "SN-2022/123.119"}
    assert as_("siri").post(at("report_text", report), sent).status_code == 302
    changed = now(golden, report)
    assert (changed.status, changed.views, changed.public_sha256) == ("vantar", "Ny text.", "")
    assert changed.fence == fence + 1
    assert changed.requested_by == golden.siri
    assert changed.figures_sha256 == report.figures_sha256


def test_a_registry_number_of_another_form_is_refused_and_nothing_typed_is_lost(golden, december, as_):
    report = golden.done(december)
    page = as_("siri").post(at("report_text", report), {"views": "Min långa text.", "registry_no": "12345"})
    assert "Skriv diarienumret så här" in page.content.decode()
    assert "Min långa text." in page.content.decode()


@pytest.mark.parametrize(
    "fields", [{"views": "x"}, {"public_sha256": "f" * 64}, {"status": "klar"}, {"registry_no": "SN-2022/1"}]
)
def test_an_approved_report_is_locked_in_the_database(golden, december, as_, fields):
    report = golden.done(december)
    as_("bo").post(at("report_approve", report))
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), acting(golden.bo):
        MonthlyReport.objects.filter(pk=report.pk).update(**fields)
    assert refusal.value.__cause__.diag.constraint_name == "approved_report_is_locked"


def test_a_correction_is_a_new_version_and_the_old_one_stays(golden, december, as_):
    report = golden.done(december)
    as_("bo").post(at("report_approve", report))
    old = now(golden, report)
    assert as_("siri").post(at("report_correct", report), {"reason": "Ett pris var fel."}).status_code == 302
    with acting(golden.reporter):
        new = MonthlyReport.objects.get(correction_of=report)
    assert (new.version, new.status, new.correction_reason, new.as_of) == (
        2,
        "vantar",
        "Ett pris var fel.",
        old.as_of,
    )
    assert now(golden, report).public_sha256 == old.public_sha256
    page = as_("siri").post(at("report_correct", report), {"reason": "En gång till."}).content.decode()
    assert "redan en rättad version" in page


def test_only_an_approved_report_is_corrected(golden, december, as_):
    page = as_("siri").post(at("report_correct", golden.done(december)), {"reason": "Fel."}).content.decode()
    assert "Bara en godkänd rapport" in page


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"paragraph": "tolv", "paragraph_date": "2023-01-25"}, "Skriv paragrafens nummer"),
        ({"paragraph": "12", "paragraph_date": "2022-12-31"}, "efter rapportens månad"),
        ({"paragraph": "12", "paragraph_date": "2999-01-01"}, "efter i dag"),
    ],
)
def test_a_paragraph_that_cannot_be_is_refused(golden, december, as_, sent, text):
    report = golden.done(december)
    as_("bo").post(at("report_approve", report))
    assert text in as_("nils").post(at("report_paragraph", report), sent).content.decode()
    assert now(golden, report).paragraph == ""


def test_the_committee_does_not_decide_on_a_draft(golden, december, as_):
    sent = {"paragraph": "12", "paragraph_date": "2023-01-25"}
    page = as_("nils").post(at("report_paragraph", golden.done(december)), sent).content.decode()
    assert "först när rapporten är godkänd" in page
