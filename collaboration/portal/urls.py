"""Addresses of the police portal. Only sign-in and sign-out take POST."""

from django.urls import path

from collaboration.portal import views

urlpatterns = [
    path("", views.start, name="start"),
    path("logga-in/", views.sign_in, name="sign_in"),
    path("logga-in/demo/", views.demo_sign_in, name="demo_sign_in"),
    path("logga-ut/", views.sign_out, name="sign_out"),
    path("utlamnat/<uuid:package_id>/", views.package, name="package"),
]
