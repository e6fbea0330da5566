"""The request as views get it from the access decorators: somebody is signed in."""

from django.http import HttpRequest

from avhopp.accounts.models import User


class UserRequest(HttpRequest):
    """The type of `request` in every view under `access` and `access_page`. Nothing is made of this class."""

    user: User
