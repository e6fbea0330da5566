"""Addresses of the social services' part. Ids in them are random."""

from django.urls import include, path

from avhopp.health import health

urlpatterns = [
    path("halsa", health, name="health"),
    path("", include("avhopp.accounts.urls")),
    path("komponenter/", include("avhopp.pages.urls")),
    path("", include("cases.urls")),
    path("", include("placements.urls")),
    path("", include("placements.invoices.urls")),
    path("", include("placements.procurement.urls")),
    path("", include("collaboration.urls")),
    path("", include("reports.urls")),
]
handler400 = "avhopp.errors.bad_request"
handler403 = "avhopp.errors.forbidden"
handler404 = "avhopp.errors.not_found"
handler500 = "avhopp.errors.failure"
