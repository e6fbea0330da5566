"""Addresses of inquiries. The printed one carries its own id and no case's."""

from django.urls import path

from placements.procurement.views import inquiries

INQUIRY = "arenden/<uuid:case_id>/forfragan/<uuid:inquiry_id>"

urlpatterns = [
    path("forfragningar/", inquiries.trails, name="trails"),
    path("forfragningar/<uuid:inquiry_id>/utskrift/", inquiries.inquiry_print, name="inquiry_print"),
    path("arenden/<uuid:case_id>/forfragan/ny/", inquiries.inquiry_new, name="inquiry_new"),
    path(f"{INQUIRY}/", inquiries.inquiry, name="inquiry"),
    path(f"{INQUIRY}/fraga/", inquiries.inquiry_ask, name="inquiry_ask"),
    path(f"{INQUIRY}/valj/", inquiries.inquiry_choose, name="inquiry_choose"),
    path(f"{INQUIRY}/godkann/", inquiries.inquiry_approve, name="inquiry_approve"),
    path("arenden/<uuid:case_id>/offert/<uuid:offer_id>/", inquiries.offer_answer, name="offer_answer"),
]
