"""The pages of the reports: who sees what, progress, files through the policy, what lists cost."""

import hashlib

import pytest
from django.test import Client
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.kernel import periods
from reports import files
from reports.actions import rendering
from reports.models import MonthlyReport
from tests.cast import BACKEND

PDF = b"%PDF-1.7 a file of the test"


@pytest.fixture
def as_(golden):
    def signed_in(handle):
        client = Client()
        client.force_login(getattr(golden, handle), backend=BACKEND)
        return client

    return signed_in


@pytest.fixture
def folder(settings, tmp_path):
    settings.REPORT_FOLDER = tmp_path
    return tmp_path


@pytest.fixture
def report(golden, december, folder):
    """A finished report whose two files are on disk."""
    golden.request(december)
    claimed = golden.claim()
    with acting(golden.reporter):
        claimed = rendering.freeze_figures(report=claimed, by=golden.reporter)
        return rendering.finish(
            report=claimed, public_sha256=files.store("a", lambda: PDF),
            annex_sha256=files.store("b", lambda: PDF + b"!"),
            by=golden.reporter,
        )  # fmt: skip


def approved(report, as_):
    assert as_("bo").post(reverse("report_approve", args=[report.pk])).status_code == 302


FILES = [
    ("report_public", PDF, "manadsrapport-2022-12-v1.pdf"),
    ("report_annex", PDF + b"!", "bilaga-2022-12-v1.pdf"),
]


@pytest.mark.parametrize(("name", "content", "filename"), FILES)
def test_a_draft_is_for_those_who_see_drafts_and_then_for_all_who_see_reports(
    report, as_, name, content, filename
):
    address = reverse(name, args=[report.pk])
    for handle in ("bo", "siri", "eskil"):
        answer = as_(handle).get(address)
        assert answer.content == content
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"] == f'inline; filename="{filename}"'
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert as_("nils").get(address).status_code == 403
    approved(report, as_)
    assert as_("nils").get(address).content == content


@pytest.mark.parametrize("handle", ["asta", "cleo", "lova", "eva"])
@pytest.mark.parametrize("name", ["report", "report_public", "report_annex"])
def test_without_the_right_a_report_is_as_if_it_did_not_exist(report, as_, handle, name):
    there = as_(handle).get(reverse(name, args=[report.pk]))
    missing = as_(handle).get(reverse(name, args=["00000000-0000-4000-8000-000000000000"]))
    assert there.status_code == missing.status_code == 404
    assert there.content == missing.content
    assert as_("siri").get(reverse(name, args=[report.pk])).status_code == 200


def test_a_file_that_is_gone_or_changed_is_not_served(report, as_, folder):
    files.path_of(report.public_sha256).write_bytes(b"something else")
    files.path_of(report.annex_sha256).unlink()
    for name in ("report_public", "report_annex"):
        answer = as_("siri").get(reverse(name, args=[report.pk]))
        assert answer.status_code == 302
        assert answer.url == reverse("report", args=[report.pk])


def test_ask_for_a_month_and_see_it_wait(golden, as_):
    answer = as_("nils").post(reverse("reports"), {"month": "2022-11"})
    assert answer.status_code == 302
    page = as_("nils").get(answer.url).content.decode()
    assert "Månadsrapport november 2022" in page
    assert "Väntar" in page
    assert 'hx-trigger="every 3s"' in page
    assert "Uppdatera nu" in page  # the way without JavaScript


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("2022-13", "Skriv månaden som"),
        ("", "Välj en månad."),
        ("9999-01", "Månaden är inte slut"),
        ("x' or 1", "Skriv månaden"),
    ],
)
def test_a_month_that_cannot_be_is_refused_on_the_page(golden, as_, sent, text):
    page = as_("nils").post(reverse("reports"), {"month": sent})
    assert page.status_code == 200
    assert text in page.content.decode()


def test_who_may_not_ask_has_no_form_and_is_refused(golden, as_):
    assert "Beställ rapporten" in as_("nils").get(reverse("reports")).content.decode()
    assert "Beställ rapporten" not in as_("eskil").get(reverse("reports")).content.decode()
    assert as_("eskil").post(reverse("reports"), {"month": "2022-11"}).status_code in (200, 403)
    with acting(golden.reporter):
        assert not MonthlyReport.objects.exists()


def test_a_failure_says_why_and_can_be_tried_again(golden, december, as_):
    golden.request(december)
    with acting(golden.reporter):
        failed = rendering.fail(
            report=golden.claim(), reason="Det finns nätter utan pris.", by=golden.reporter
        )
    page = as_("nils").get(reverse("report", args=[failed.pk])).content.decode()
    assert "Det finns nätter utan pris." in page
    assert "Försök igen" in page
    assert (
        "Försök igen"
        not in as_("eskil").get(reverse("report", args=[failed.pk])).content.decode().split("Om rapporten")[1]
    )
    assert as_("nils").post(reverse("report_retry", args=[failed.pk])).status_code == 302
    assert golden.claim() == failed


def test_the_list_costs_the_same_for_one_report_as_for_many(
    golden, december, as_, django_assert_num_queries, django_assert_max_num_queries
):
    client = as_("siri")
    golden.request(december)
    address = reverse("reports")
    client.get(address)
    with django_assert_max_num_queries(15) as few:
        client.get(address)
    for month in range(1, 12):
        golden.request(periods.month(2022, month))
    with django_assert_num_queries(len(few.captured_queries)):
        assert client.get(address).content.decode().count("</tr>") > 11


def test_titles_and_addresses_say_nothing(report, as_):
    page = as_("siri").get(reverse("report", args=[report.pk])).content.decode()
    title = page.split("<title>")[1].split("</title>")[0]
    assert title.strip() == "Månadsrapport – Avhopp"
    assert str(report.pk) in reverse("report", args=[report.pk])


def test_store_leaves_a_whole_file_or_none(folder):
    sha256 = files.store("x", lambda: PDF)
    assert sha256 == hashlib.sha256(PDF).hexdigest()
    assert [path.name for path in folder.iterdir()] == [f"{sha256}.pdf"]

    def breaks():
        assert (folder / "y.part").exists()
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        files.store("y", breaks)
    assert [path.name for path in folder.iterdir()] == [f"{sha256}.pdf"]


def test_sweep_takes_only_what_the_report_left_behind(folder, report):
    mine, other = folder / f"{report.pk}-1-public.part", folder / "another-1-public.part"
    mine.write_bytes(b"half")
    other.write_bytes(b"half")
    files.sweep(report.pk)
    assert not mine.exists()
    assert other.exists()


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63])
def test_only_a_checksum_names_a_file(name):
    with pytest.raises(ValueError, match="SHA-256"):
        files.path_of(name)
