"""What the database keeps of a second factor opens for its account alone, and in no dump."""

import json
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.db import DatabaseError, transaction
from django.test import RequestFactory

from avhopp.access.context import acting
from avhopp.accounts import factors
from avhopp.accounts.sealed_factors import opened, sealed, secrets_of
from avhopp.kernel.sealing import Unreadable
from tests.accounts.conftest import SECRET, code_now


@pytest.fixture
def request_():
    request = RequestFactory().get("/")
    request.session = {}
    return request


def test_the_row_holds_neither_secret_nor_seed(cast, app_of):
    app_of("asta")
    with acting(cast.asta):
        codes = factors.recovery_codes(cast.asta)
        kept = {factor.type: factor.data for factor in factors.of(cast.asta)}
        seed = opened_seed(cast.asta)
    assert kept["totp"]["secret"].startswith("s1.factors")
    assert kept["recovery_codes"]["seed"].startswith("s1.factors")
    text = json.dumps(kept)
    assert not [secret for secret in (SECRET, seed, *codes) if secret in text]


def opened_seed(user) -> str:
    with secrets_of(user.pk):
        return opened(RecoveryCodes.activate(user).instance.data["seed"])


def test_a_secret_that_is_moved_to_another_account_opens_nothing(cast, app_of, request_):
    """Twin: its own account's code is right."""
    app_of("asta")
    with acting(cast.asta):
        (own,) = factors.of(cast.asta)
        assert factors.check_code(request_, cast.asta, code_now(SECRET, time.time())) == own
    with acting(cast.bo):
        Authenticator.objects.create(user=cast.bo, type="totp", data=own.data)
        with pytest.raises(Unreadable):
            factors.check_code(request_, cast.bo, code_now(SECRET, time.time()))


@pytest.mark.parametrize("data", [{"secret": SECRET}, {"seed": "ab" * 40}, {"migrated_codes": ["12345678"]}])
def test_the_database_takes_no_secret_in_clear(cast, data):
    with acting(cast.asta), pytest.raises(DatabaseError, match="secrets_are_sealed"), transaction.atomic():
        Authenticator.objects.create(user=cast.asta, type="totp", data=data)


def test_what_is_not_sealed_is_not_read(cast):
    with secrets_of(cast.asta.pk):
        assert opened(sealed(SECRET)) == SECRET != sealed(SECRET)
        with pytest.raises(Unreadable):
            opened(SECRET)


def test_whose_secret_it_is_must_be_said(cast):
    with secrets_of(cast.asta.pk):
        kept = sealed(SECRET)
    for act in (sealed, opened):
        with pytest.raises(LookupError):
            act(kept)


def test_recovery_codes_stay_the_same_and_each_works_once(cast, app_of, request_):
    app_of("asta")
    with acting(cast.asta):
        codes = factors.recovery_codes(cast.asta)
        assert factors.recovery_codes(cast.asta) == codes
        assert factors.check_code(request_, cast.asta, codes[0]).type == "recovery_codes"
        assert factors.recovery_codes(cast.asta) == codes[1:]
