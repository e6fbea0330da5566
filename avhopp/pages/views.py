"""The page that shows every component, for those who build pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from avhopp.pages import samples
from avhopp.pages.paging import page_of, sorting


def components(request: HttpRequest) -> HttpResponse:
    """Every component with invented data. Shows nothing that comes from the database."""
    order = sorting(samples.COLUMNS, request, default="frist")
    context = {
        "today": samples.TODAY,
        "protected": True,
        "columns": order.columns,
        "page": page_of(samples.case_rows(str(order.order_by[0])), request, per_page=8),
        "form": samples.PlacementForm(),
        "faulty": samples.PlacementForm({"fel-rate": "dyrt", "fel-start": "i går"}, prefix="fel"),
        "filter_form": samples.FilterForm(),
        "confirm_form": samples.ReasonForm(prefix="avslut"),
        "tones": ("neutral", "info", "success", "warning", "danger"),
        **samples.pieces(),
        "charts": samples.charts(),
    }
    return render(request, "pages/components.html", context)
