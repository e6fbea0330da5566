"""One-time codes against the published vectors."""

import base64

import pytest

from avhopp.kernel.one_time import STEP_SECONDS, TOLERANCE, code_at, matching_step, new_secret

SEED = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        # RFC 6238, appendix B, the last six of eight digits
        (59, "287082"), (1111111109, "081804"), (1111111111, "050471"),
        (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130"),
    ],
)  # fmt: skip
def test_published_codes(seconds, code):
    assert code_at(SEED, seconds // STEP_SECONDS) == code
    assert matching_step(SEED, code, seconds) == seconds // STEP_SECONDS


@pytest.mark.parametrize("step", range(10))
def test_published_counters(step):
    """RFC 4226, appendix D."""
    codes = [
        "755224",
        "287082",
        "359152",
        "969429",
        "338314",
        "254676",
        "287922",
        "162583",
        "399871",
        "520489",
    ]
    assert code_at(SEED, step) == codes[step]


def test_steps_beside_the_present_one_are_accepted_and_no_others():
    now = 1_800_000_000
    accepted = [
        off
        for off in range(-4, 5)
        if matching_step(SEED, code_at(SEED, now // STEP_SECONDS + off), now) is not None
    ]
    assert accepted == list(range(-TOLERANCE, TOLERANCE + 1))


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "2870822", "２８７０８２"])
def test_what_is_no_code(typed):
    assert matching_step(SEED, typed, 59) is None


def test_spaces_do_not_matter_and_secrets_differ():
    assert matching_step(SEED, " 287 082 ", 59) == 1
    assert len({new_secret() for _ in range(50)}) == 50
    assert len(base64.b32decode(new_secret())) == 20
