"""The portal's only way to a view. The order is always the same: signed in, method, the signed context, the
package among those released to the reader's unit (miss: 404), the read log, the view.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from avhopp.access.context import acting
from avhopp.access.declaration import READ, Declaration, View, view_name
from avhopp.access.unlogged import ReadNotLogged
from collaboration.portal.models import Package, PoliceUser

NOT_RELEASED = "P0002"  # no_data_found: log_read finds no open package of the reader's unit


class PoliceRequest(HttpRequest):
    """The type of `request` in every view below. Nothing is made of this class."""

    user: PoliceUser  # type: ignore[assignment]  # the portal's own model of accounts


def portal_page(methods: tuple[str, ...] = READ) -> Callable[[View], View]:
    """A page for anybody signed in to the portal."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: PoliceRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return _guarded(request, methods, lambda: view(request, *args, **kwargs))

        guarded.access = Declaration(None, None, methods)  # type: ignore[attr-defined]
        return guarded

    return decorate


def portal_package(view: View) -> View:
    """A page about one package, which the view gets as second argument. Read-only.

    Raises:
        Http404: there is no such package for this reader now; another unit's looks the same as none.
    """

    @wraps(view)
    def guarded(request: PoliceRequest, package_id: UUID) -> HttpResponseBase:
        def show() -> HttpResponseBase:
            package = Package.objects.visible_to(request.user).filter(pk=package_id).first()
            if package is None:
                raise Http404
            log_opened(package)
            return view(request, package)

        return _guarded(request, READ, show)

    guarded.access = Declaration(None, Package, READ)  # type: ignore[attr-defined]
    return guarded


def log_opened(package: Package) -> None:
    """Write the read log before anything is shown. A package closed this very moment is not there."""
    try:
        with transaction.atomic():  # the error leaves a transaction in which the context can be taken away
            package.log_read("see_release")
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) == NOT_RELEASED:
            raise Http404 from None
        raise ReadNotLogged from error


def log_listed(packages: Iterable[Package]) -> None:
    """Write the read log before the list is shown."""
    try:
        with transaction.atomic():
            for package in packages:
                package.log_read("list_release")
    except DatabaseError as error:
        raise ReadNotLogged from error


def _guarded(
    request: PoliceRequest, methods: tuple[str, ...], show: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.method not in methods:
        return HttpResponseNotAllowed(methods)
    with acting(request.user, reason=view_name(request)):
        return show()
