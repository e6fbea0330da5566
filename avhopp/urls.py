"""Addresses of the social services' part. Ids in them are random."""

from django.urls import include, path

from avhopp.accounts import views as accounts
from avhopp.health import health

urlpatterns = [
    path("halsa", health, name="health"),
    path("logga-in/", accounts.sign_in, name="sign_in"),
    path("logga-in/demo/", accounts.demo_sign_in, name="demo_sign_in"),
    path("logga-ut/", accounts.sign_out, name="sign_out"),
    path("", accounts.start, name="start"),
    path("komponenter/", include("avhopp.pages.urls")),
    path("", include("cases.urls")),
    path("", include("placements.urls")),
    path("", include("collaboration.urls")),
    path("", include("reports.urls")),
]
handler400 = "avhopp.errors.bad_request"
handler403 = "avhopp.errors.forbidden"
handler404 = "avhopp.errors.not_found"
handler500 = "avhopp.errors.failure"
