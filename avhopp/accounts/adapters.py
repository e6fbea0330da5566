"""What django-allauth asks of us: nobody registers, and the provider finds accounts."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect

from avhopp.accounts.models import User
from avhopp.accounts.proofs import FRESH_SECONDS, PROVIDER
from avhopp.accounts.sealed_factors import opened, sealed
from avhopp.accounts.signing_in import begin, working_account

NOT_LET_IN = "Kommunens inloggning gick inte att använda här. Kontakta systemförvaltaren."


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by the system manager alone. Re-authentication: avhopp.accounts.freshness."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        return False  # the views ask for it themselves, and so do those of the other apps


class FactorAdapter(DefaultMFAAdapter):
    """The second factors bear the user name, and no e-mail address."""

    def _get_user_identifier(self, user: User) -> str:  # type: ignore[override]
        return user.username

    def encrypt(self, text: str) -> str:
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        return opened(encrypted_text)

    def generate_authenticator_name(self, user: User, type: Any) -> str:  # type: ignore[override]
        return "Passkey"


class ProviderAdapter(DefaultSocialAccountAdapter):
    """The municipality's identity provider signs in to accounts that exist, and never makes one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Ends allauth's own flow: from here on it is our sign-in, with our second factor and our account.

        Raises:
            ImmediateHttpResponse: always, with where to go next.
        """
        said = sociallogin.account.extra_data.get("id_token") or {}
        user = working_account(provider_id=str(said.get(settings.OIDC_CLAIM) or ""))
        if user is None:
            messages.error(request, NOT_LET_IN)
            raise ImmediateHttpResponse(redirect("sign_in"))
        onward, two = sociallogin.state.get("next") or "", counts_as_two(said)
        remembered = time.time() - float(said.get("auth_time") or 0) > FRESH_SECONDS
        onto = begin(request, user, onward, PROVIDER, second_factor=two, remembered=remembered)
        raise ImmediateHttpResponse(onto)

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Said no, or was cancelled: back to our own page, which tells nothing of why.

        Raises:
            ImmediateHttpResponse: always.
        """
        messages.error(request, NOT_LET_IN)
        raise ImmediateHttpResponse(redirect("sign_in"))


class CheckedProvider(OpenIDConnectOAuth2Adapter):
    """The provider's answer, believed only with its signature: allauth would trust the connection alone."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        self.did_fetch_access_token = False
        said = super()._decode_id_token(app, id_token)
        if not said.get("sub"):
            raise OAuth2Error("the provider names nobody")
        return said


def counts_as_two(said: dict[str, Any]) -> bool:
    """Whether the provider tells of a sign-in that the settings accept in place of our second factor."""
    methods = said.get("amr") or []
    told = {str(method) for method in (methods if isinstance(methods, list) else [methods])}
    return bool((told | {str(said.get("acr") or "")}) & set(settings.OIDC_SECOND_FACTOR))
