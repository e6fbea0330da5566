"""Addresses of the police portal."""

from django.urls import include, path

from avhopp.health import health

urlpatterns = [
    path("halsa", health, name="health"),
    path("", include("collaboration.portal.urls")),
]
handler400 = "avhopp.errors.bad_request"
handler403 = "avhopp.errors.forbidden"
handler404 = "avhopp.errors.not_found"
handler500 = "avhopp.errors.failure"
