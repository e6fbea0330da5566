"""Addresses of the police portal. Only sign-in and sign-out take POST."""

from django.urls import path

from collaboration.portal import sign_in, views

urlpatterns = [
    path("", views.start, name="start"),
    path("logga-in/", sign_in.sign_in, name="sign_in"),
    path("logga-in/demo/", sign_in.demo_sign_in, name="demo_sign_in"),
    path("logga-in/andra-steget/", sign_in.second_factor, name="second_factor"),
    path("logga-in/engangskod/", sign_in.one_time_code, name="one_time_code"),
    path("logga-in/ny-app/", sign_in.enrol, name="enrol"),
    path("logga-ut/", sign_in.sign_out, name="sign_out"),
    path("utlamnat/<uuid:package_id>/", views.package, name="package"),
]
