"""The head of the portal's pages."""

from typing import Any

from django.http import HttpRequest


def chrome(request: HttpRequest) -> dict[str, Any]:
    user = request.user
    if not user.is_authenticated:
        return {}
    return {"municipality_name": user.municipality_name, "user_name": user.name, "user_role": user.role_label}
