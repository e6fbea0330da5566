"""Sign-in, sign-out and the first page."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from avhopp.access.decorators import WRITE, access_page, public
from avhopp.access.policy import may_in_general
from avhopp.access.requests import UserRequest
from avhopp.access.roles import Can, Role
from avhopp.accounts.demo import CAST, demo_users
from avhopp.accounts.forms import SignInForm

BACKEND = "avhopp.accounts.backends.PasswordBackend"
#: Where each role begins: the first page in the list that the role may open.
START_PAGES = [
    (Can.SEE_DASHBOARD, "dashboard"),
    (Can.SEE_OWN_CASES, "my_cases"),
    (Can.SEE_REPORT, "reports"),
]
#: What the roles without a page of their own have to do here.
WITHOUT_PAGES = {
    Role.LOG_AUDITOR: "Du granskar vem som har läst och gjort vad. Granskningens sidor är inte klara än.",
    Role.SYSTEM_MANAGER: "Du sköter konton, enheter och roller. Kontosidorna är inte klara än.",
}
NOTHING_YET = "Det finns inga sidor för din roll än."


@dataclass(frozen=True)
class DemoCard:
    """One of the cast, who can be signed in as with one press."""

    username: str
    name: str
    title: str
    does: str


def demo_cards() -> list[DemoCard]:
    """The cast's accounts of this part, in the order of the cast; empty outside the demonstration."""
    if not settings.DEMO:
        return []
    usernames = dict(demo_users().values_list("handle", "username"))
    return [DemoCard(usernames[a.handle], a.name, a.title, a.does) for a in CAST if a.handle in usernames]


@public("GET", "HEAD", "POST")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    view = LoginView.as_view(
        template_name="accounts/sign_in.html",
        authentication_form=SignInForm,
        redirect_authenticated_user=True,
        extra_context={"demo_cards": demo_cards()},
    )
    return view(request)


@public("POST")
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One step into the demonstration: only with AVHOPP_DEMO=1, and only into the demo municipality."""
    if not settings.DEMO:
        raise Http404
    user = get_object_or_404(demo_users(), username=request.POST.get("username", ""))
    login(request, user, backend=BACKEND)
    return redirect("start")


@access_page(None, WRITE)
def sign_out(request: UserRequest) -> HttpResponse:
    logout(request)
    response = redirect("sign_in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@access_page(None)
def start(request: UserRequest) -> HttpResponse:
    """To the page where the role's work begins; roles without one are told what they have."""
    for can, name in START_PAGES:
        if may_in_general(request.user, can):
            return redirect(name)
    return render(
        request, "accounts/start.html", {"has": WITHOUT_PAGES.get(Role(request.user.role), NOTHING_YET)}
    )
