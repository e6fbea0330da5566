"""The head of the portal's pages."""

from typing import Any

from django.http import HttpRequest


def chrome(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)  # an error before sign-in is looked up has none
    if user is None or not user.is_authenticated:
        return {}
    return {"municipality_name": user.municipality_name, "user_name": user.name, "user_role": user.role_label}
