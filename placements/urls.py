"""Addresses of this part."""

from django.urls import path

from placements.views import applications, budget, changes, closing, placing, providers, reallocating, stays

STAY = "arenden/<uuid:case_id>/placering/<uuid:placement_id>"
APPLICATION = "arenden/<uuid:case_id>/ansokan/<uuid:grantapplication_id>"

urlpatterns = [
    path("placeringar/", stays.placements, name="placements"),
    path("arenden/<uuid:case_id>/placering/ny/", placing.place, name="place"),
    path(f"{STAY}/", stays.placement, name="placement"),
    path(f"{STAY}/ankomst/", changes.begin, name="placement_begin"),
    path(f"{STAY}/blev-inte-av/", changes.withdraw, name="placement_withdraw"),
    path(f"{STAY}/avsluta/", changes.end, name="placement_end"),
    path(f"{STAY}/avresa/", changes.departure, name="placement_departure"),
    path(f"{STAY}/flytta/", placing.move, name="placement_move"),
    path(f"{STAY}/pris/", changes.price, name="placement_price"),
    path(f"{STAY}/franvaro/", changes.absence, name="placement_absence"),
    path("utforare/", providers.providers, name="providers"),
    path("utforare/ny/", providers.provider_new, name="provider_new"),
    path("utforare/<uuid:provider_id>/", providers.provider, name="provider"),
    path("utforare/<uuid:provider_id>/andra/", providers.provider_edit, name="provider_edit"),
    path("utforare/<uuid:provider_id>/stang/", providers.provider_close, name="provider_close"),
    path("utforare/<uuid:provider_id>/oppna/", providers.provider_reopen, name="provider_reopen"),
    path("utforare/<uuid:provider_id>/ramavtal/", providers.agreement_new, name="agreement_new"),
    path("ramavtal/<uuid:frameworkagreement_id>/avsluta/", providers.agreement_end, name="agreement_end"),
    path("budget/", budget.budget, name="budget"),
    path("budget/ny/", budget.budget_line_new, name="budget_line_new"),
    path("budget/omfordela/", reallocating.budget_reallocate, name="budget_reallocate"),
    path("budget/nasta-ar/", reallocating.budget_next_year, name="budget_next_year"),
    path("budget/<str:month>/", closing.budget_month, name="budget_month"),
    path("budget/<str:month>/stang/", closing.budget_month_close, name="budget_month_close"),
    path("ansokningar/", applications.applications, name="applications"),
    path("arenden/<uuid:case_id>/ansokan/ny/", applications.application_new, name="application_new"),
    path(f"{APPLICATION}/", applications.application, name="application"),
    path(f"{APPLICATION}/belopp/", applications.application_change, name="application_change"),
    path(f"{APPLICATION}/skicka/", applications.application_send, name="application_send"),
    path(f"{APPLICATION}/svar/", applications.application_answer, name="application_answer"),
    path(f"{APPLICATION}/utbetalning/", applications.application_pay, name="application_pay"),
    path(f"{APPLICATION}/slutredovisning/", applications.application_account, name="application_account"),
]
