"""The second factors of an account: app, passkeys, recovery codes. The database shows only one's own."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from avhopp.access import throttle
from avhopp.accounts.models import User
from avhopp.accounts.proofs import FACTOR, prove
from avhopp.accounts.sealed_factors import secrets_of
from avhopp.kernel import one_time
from avhopp.kernel.refusal import Refused

#: What stands on its own as a second factor; recovery codes only replace one that is lost.
REAL = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
STEPS_REMEMBERED = (2 * one_time.TOLERANCE + 2) * one_time.STEP_SECONDS


def of(user: User) -> list[Authenticator]:
    """The account's factors, the oldest first."""
    return list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))


def mark_of(factor: Authenticator) -> str:
    """What a page calls a factor: no number that counts, and nothing that opens anything."""
    return salted_hmac("avhopp.accounts.factor", str(factor.pk), algorithm="sha256").hexdigest()[:16]


def marked(user: User, mark: str) -> Authenticator | None:
    return next((factor for factor in of(user) if mark_of(factor) == mark), None)


def has_factor(user: User) -> bool:
    """Whether the account has a second factor to be asked for."""
    return Authenticator.objects.filter(user=user, type__in=REAL).exists()


def has_passkey(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists()


def check_code(request: HttpRequest, user: User, code: str) -> Authenticator:
    """The factor whose code this is: an app's code, once, or a recovery code that was not used before.

    Raises:
        Refused: `wrong_code`, or from the throttle.
    """
    now = time.time()
    guess = throttle.count("code", str(user.pk), request, now)
    for factor in of(user):
        if _is_right(factor, code, now):
            throttle.give_back(guess)
            factor.record_usage()
            prove(request, user, FACTOR, id=factor.pk, type=factor.type)
            return factor
    raise Refused(
        "wrong_code", "Koden stämmer inte. Vänta på nästa kod i appen och försök igen.", field="code"
    )


def add_app(user: User, secret: str, code: str, now: float) -> Authenticator:
    """Register an authenticator app that has just shown the secret's code.

    Raises:
        Refused: `wrong_code`, `has_app`.
    """
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        raise Refused("has_app", "Du har redan en app. Ta bort den först.")
    if one_time.matching_step(secret, code, now) is None:
        raise Refused("wrong_code", "Koden stämmer inte. Skriv den som appen visar just nu.", field="code")
    with secrets_of(user.pk):
        return TOTP.activate(user, secret).instance


def recovery_codes(user: User) -> list[str]:
    """The codes that are left, made the first time."""
    with secrets_of(user.pk):
        return RecoveryCodes.activate(user).get_unused_codes()


def renew_recovery_codes(user: User) -> list[str]:
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    return recovery_codes(user)


def remove(user: User, factor: Authenticator) -> None:
    """Take a factor away. The last real one stays: a lost one is replaced by a one-time code.

    Raises:
        Refused: `last_factor`.
    """
    left = Authenticator.objects.filter(user=user, type__in=REAL).exclude(pk=factor.pk)
    if factor.type in REAL and not left.exists():
        raise Refused("last_factor", "Du kan inte ta bort ditt enda andra steg. Lägg till ett annat först.")
    factor.delete()


def remove_all(user: User) -> None:
    """Everything is lost: the account begins anew."""
    Authenticator.objects.filter(user=user).delete()


def _is_right(factor: Authenticator, code: str, now: float) -> bool:
    if factor.type == Authenticator.Type.RECOVERY_CODES:
        with secrets_of(factor.user_id):
            return bool(factor.wrap().validate_code("".join(code.split())))
    if factor.type != Authenticator.Type.TOTP:
        return False
    with secrets_of(factor.user_id):
        secret = decrypt(factor.data["secret"])
    step = one_time.matching_step(secret, code, now)
    return step is not None and throttle.use_once("step", f"{factor.user_id}|{step}", STEPS_REMEMBERED)
