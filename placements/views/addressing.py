"""Addresses of what belongs to a case carry the case as well: the two must agree."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse


def of_its_case(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Under an access decorator: the object that was found belongs to the address's case.

    Raises:
        Http404: when it belongs to another one.
    """

    @wraps(view)
    def guarded(request: HttpRequest, thing: Model, *, case_id: UUID, **kwargs: Any) -> HttpResponse:
        if thing.case_id != case_id:  # type: ignore[attr-defined]
            raise Http404
        return view(request, thing, **kwargs)

    return guarded
