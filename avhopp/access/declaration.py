"""What a view declares about its access. Shared by the social services' part and the police portal."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

from avhopp.access.roles import Can

View = Callable[..., HttpResponseBase]
READ = ("GET", "HEAD")
READ_WRITE = ("GET", "HEAD", "POST")
WRITE = ("POST",)


class Declaration:
    """What a view declared: shown by the access matrix and checked by the middleware."""

    def __init__(
        self, can: "Can | Callable[[Any], Can] | None", model: type[Model] | None, methods: tuple[str, ...]
    ) -> None:
        self.can = can
        self.model = model
        self.methods = methods

    def __repr__(self) -> str:
        who = self.can.value if isinstance(self.can, Can) else "its own right" if self.can else "public"
        return f"{who} on {self.model._meta.label if self.model else 'no object'} by {'/'.join(self.methods)}"


def public(*methods: str) -> Callable[[View], View]:
    """A view without sign-in: the sign-in itself, the health check."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            return view(request, *args, **kwargs)

        allowed = methods or READ
        guarded.access = Declaration(None, None, allowed)  # type: ignore[attr-defined]
        return guarded

    return decorate


def view_name(request: HttpRequest) -> str:
    """The name of the address that was asked for: the reason on the history rows of the request."""
    return request.resolver_match.view_name if request.resolver_match else ""
