"""One's own account: second factors, where one is signed in, drafts; and proving again that it is you."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from avhopp.access.declaration import READ_WRITE, WRITE
from avhopp.access.decorators import access_page
from avhopp.access.requests import UserRequest
from avhopp.access.sign_in import NewPasswordForm
from avhopp.accounts import factors
from avhopp.accounts.actions.codes import note
from avhopp.accounts.freshness import ConfirmForm, way_by_provider
from avhopp.accounts.middleware import before_second_factor
from avhopp.accounts.own import change_password, drafts_of, end_own_sessions, end_session, sign_ins_of
from avhopp.accounts.sign_in_log import signed_out
from avhopp.accounts.signing_in import safe


@access_page(None)
def account(request: UserRequest) -> HttpResponse:
    """What protects the account, where it is signed in, and what is kept of unsent forms."""
    context = {
        "factors": [(factors.mark_of(factor), factor) for factor in factors.of(request.user)],
        "sign_ins": sign_ins_of(request.user, request.session.session_key or ""),
        "drafts": drafts_of(request.user),
        "has_password": request.user.has_usable_password(),
    }
    return render(request, "accounts/account.html", context)


@access_page(None, WRITE)
def sign_out_everywhere(request: UserRequest) -> HttpResponse:
    end_own_sessions(request.user)
    note(request.user, by=request.user, kind="sessions_ended", text="Utloggad överallt av kontots ägare.")
    signed_out(request, request.user)
    logout(request)
    response = redirect("sign_in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@access_page(None, WRITE)
def sign_out_one(request: UserRequest, mark: str) -> HttpResponse:
    """End one of one's own sign-ins; the page names them by a mark that opens nothing."""
    if end_session(request.user, mark):
        messages.success(request, "Den webbläsaren är utloggad.")
    return redirect("account")


@access_page(None, READ_WRITE, fresh=True)
def password(request: UserRequest) -> HttpResponseBase:
    form = NewPasswordForm(request.POST if request.POST.get("new_password") else None)
    if form.is_valid():
        change_password(request, form.cleaned_data["new_password"])
        messages.success(request, "Lösenordet är bytt. Andra webbläsare är utloggade.")
        return redirect("account")
    return render(request, "accounts/password.html", {"form": form})


@before_second_factor
@access_page(None, READ_WRITE)
def confirm_identity(request: UserRequest) -> HttpResponseBase:
    """Prove again that it is you, and go on to `next`."""
    onward = safe(request, request.POST.get("next", request.GET.get("next", "")))
    form = ConfirmForm(request, request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect(onward)
    context = {
        "form": form,
        "provider": way_by_provider(request.user),
        "provider_id": settings.OIDC_ID,
        "onward": onward,
        "typed": [("next", onward)],
        "target": request.path,
        "has_files": False,
    }
    return render(request, "accounts/confirm_identity.html", context)
