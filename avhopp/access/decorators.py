"""The only way to a view: declare the access, get the object already checked.

A view without a declaration is refused by the middleware. The order is always the same: signed in, method,
the object among the visible rows (miss: 404), the right (lack: 403), the read log, the view.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from avhopp.access.context import acting
from avhopp.access.declaration import READ, READ_WRITE, WRITE, Declaration, View, public, view_name
from avhopp.access.policy import drop_grants, hold_grants, may, may_in_general
from avhopp.access.roles import Can
from avhopp.accounts.freshness import confirm_first
from avhopp.audit.reading import log_read

__all__ = ["READ", "READ_WRITE", "WRITE", "access", "access_page", "public"]


def case_of(thing: Model) -> UUID | None:
    """The id of the case that `thing` is or belongs to."""
    return thing.pk if hasattr(thing, "grants_to") else getattr(thing, "case_id", None)


def access_page(
    can: Can | None, methods: tuple[str, ...] = READ, *, fresh: bool = False
) -> Callable[[View], View]:
    """A page about the operation, for whose role the right is enough; None: anybody signed in.

    `fresh`: whoever has not proved within five minutes that it is they is asked first.

    Raises:
        PermissionDenied: when the role lacks the right.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if can is not None and not may_in_general(request.user, can):
                raise PermissionDenied
            with acting(request.user, reason=view_name(request), whole_request=True):
                asked = confirm_first(request) if fresh else None
                return asked or view(request, *args, **kwargs)

        guarded.access = Declaration(can, None, methods)  # type: ignore[attr-defined]
        return guarded

    return decorate


def access(
    model: type[Model],
    can: Can | Callable[[Any], Can],
    methods: tuple[str, ...] = READ,
    *,
    id: str | None = None,
    fresh: bool = False,
) -> Callable[[View], View]:
    """A page about one object. The view gets it as second argument, found among the rows the user may see.

    `can` may be a function that says which right this object needs. `id` is the URL's keyword for the
    object's id, by default `<model name>_id`. `fresh`: whoever has not proved within five minutes that it is
    they is asked first, and nothing is read before that.

    Raises:
        Http404: the object does not exist, or must seem not to.
        PermissionDenied: the object is visible, and the right is missing.
    """
    keyword = id or f"{model._meta.model_name}_id"

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            with acting(request.user, reason=view_name(request), whole_request=True):
                rows = model.objects.visible_to(request.user)  # type: ignore[attr-defined]
                found = rows.filter(pk=kwargs.pop(keyword)).first()
                if found is None:
                    raise Http404
                if kwargs.get("case_id", case_of(found)) != case_of(found):
                    raise Http404  # the object of another case
                needed = can if isinstance(can, Can) else can(found)
                hold_grants(request.user, found)
                if not may(request.user, needed, found):
                    raise PermissionDenied
                if fresh and (asked := confirm_first(request)):
                    return asked
                log_read(request.user, needed, found)
                if request.method not in READ:
                    drop_grants(found)
                return view(request, found, *args, **kwargs)

        guarded.access = Declaration(can, model, methods)  # type: ignore[attr-defined]
        return guarded

    return decorate
