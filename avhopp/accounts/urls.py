"""Addresses of sign-in, one's own account and the system manager's accounts."""

from django.urls import path

from avhopp.accounts.views import drafts, factors, managed, own, requests, sign_in, sign_ins

urlpatterns = [
    path("", sign_in.start, name="start"),
    path("logga-in/", sign_in.sign_in, name="sign_in"),
    path("logga-in/demo/", sign_in.demo_sign_in, name="demo_sign_in"),
    path("logga-in/andra-steget/", sign_in.second_factor, name="second_factor"),
    path("logga-in/passkey/", sign_in.passkey_sign_in, name="passkey_sign_in"),
    path("logga-in/engangskod/", sign_in.one_time_code, name="one_time_code"),
    path("logga-in/via/<slug:provider_id>/", sign_in.provider_sign_in, name="openid_connect_login"),
    path("logga-in/via/<slug:provider_id>/svar/", sign_in.provider_answer, name="openid_connect_callback"),
    path("logga-ut/", sign_in.sign_out, name="sign_out"),
    path("bekrafta/", own.confirm_identity, name="confirm_identity"),
    path("konto/", own.account, name="account"),
    path("konto/losenord/", own.password, name="password"),
    path("konto/skydda/", factors.set_up_factors, name="set_up_factors"),
    path("konto/app/", factors.add_app, name="add_app"),
    path("konto/passkey/", factors.add_passkey, name="add_passkey"),
    path("konto/reservkoder/", factors.recovery_codes, name="recovery_codes"),
    path("konto/andra-steg/<slug:mark>/ta-bort/", factors.remove_factor, name="remove_factor"),
    path("konto/logga-ut-overallt/", own.sign_out_everywhere, name="sign_out_everywhere"),
    path("konto/inloggning/<slug:mark>/logga-ut/", own.sign_out_one, name="sign_out_one"),
    path("konto/tid/", drafts.session_time, name="session_time"),
    path("konto/kvar/", drafts.stay, name="stay"),
    path("konto/utkast/", drafts.draft, name="draft"),
    path("konto/utkast/ta-bort/", drafts.discard_draft, name="discard_draft"),
    path("konton/", managed.accounts, name="accounts"),
    path("konton/nytt/", managed.account_new, name="account_new"),
    path("konton/<uuid:user_id>/", managed.account_page, name="account_page"),
    path("konton/<uuid:user_id>/andra/", managed.account_change, name="account_change"),
    path("konton/<uuid:user_id>/engangskod/", managed.account_code, name="account_code"),
    path("konton/<uuid:user_id>/avsluta/", managed.account_end, name="account_end"),
    path("konton/<uuid:user_id>/oppna/", managed.account_reopen, name="account_reopen"),
    path("konton/inloggningar/", sign_ins.sign_ins, name="sign_ins"),
    path("kontobegaran/", requests.account_requests, name="account_requests"),
    path("kontobegaran/<uuid:accountrequest_id>/", requests.account_request, name="account_request"),
    path(
        "kontobegaran/<uuid:accountrequest_id>/godkann/",
        requests.account_request_approve,
        name="account_request_approve",
    ),
    path(
        "kontobegaran/<uuid:accountrequest_id>/avsla/",
        requests.account_request_refuse,
        name="account_request_refuse",
    ),
    path(
        "kontobegaran/<uuid:accountrequest_id>/ta-tillbaka/",
        requests.account_request_withdraw,
        name="account_request_withdraw",
    ),
    path("konton/<uuid:user_id>/logga-ut/", managed.account_sign_out, name="account_sign_out"),
]
