"""Addresses of the dashboard and the monthly reports."""

from django.urls import path

from reports.views import application_form, dashboard, files, monthly

urlpatterns = [
    path("oversikt/", dashboard.dashboard, name="dashboard"),
    path("oversikt/att-gora/", dashboard.due_work, name="due_work"),
    path(
        "arenden/<uuid:case_id>/ansokan/<uuid:grantapplication_id>/ansokan.pdf",
        application_form.application_file,
        name="application_file",
    ),
    path("rapporter/", monthly.reports, name="reports"),
    path("rapporter/<uuid:report_id>/", monthly.report, name="report"),
    path("rapporter/<uuid:report_id>/igen/", monthly.retry, name="report_retry"),
    path("rapporter/<uuid:report_id>/text/", monthly.text, name="report_text"),
    path("rapporter/<uuid:report_id>/godkann/", monthly.approve, name="report_approve"),
    path("rapporter/<uuid:report_id>/paragraf/", monthly.paragraph, name="report_paragraph"),
    path("rapporter/<uuid:report_id>/ratta/", monthly.correct, name="report_correct"),
    path("rapporter/<uuid:report_id>/offentlig.pdf", files.public_file, name="report_public"),
    path("rapporter/<uuid:report_id>/bilaga.pdf", files.annex_file, name="report_annex"),
]
