"""What the settings promise: nothing for Django's deployment check to say, no demo in production."""

import os
import subprocess
import sys

import pytest

from avhopp.settings.environment import ROOT


def check(settings: str, **environment: str) -> subprocess.CompletedProcess:
    of_the_tests = ("DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE")
    given = {name: value for name, value in os.environ.items() if name not in of_the_tests}
    given |= {"PYTHONPATH": str(ROOT), "AVHOPP_HTTPS": "1", "ALLOWED_HOSTS": "a.example"} | environment
    command = [sys.executable, "-W", "ignore", "-m", "django", "check", "--deploy"]
    command += ["--settings", f"avhopp.settings.{settings}"]
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("settings", ["web", "portal"])
def test_the_deployment_check_finds_nothing(settings):
    done = check(settings, AVHOPP_DEMO="0")
    assert done.returncode == 0, done.stderr
    assert "identified no issues" in done.stderr + done.stdout


def test_the_demonstration_never_runs_with_https():
    done = check("web", AVHOPP_DEMO="1")
    assert done.returncode != 0
    assert "AVHOPP_DEMO" in done.stderr


@pytest.mark.parametrize("value", ["-1", "many", "1.5"])
def test_the_number_of_proxies_is_a_number(value):
    done = check("web", AVHOPP_DEMO="0", AVHOPP_PROXIES=value)
    assert done.returncode != 0
    assert "AVHOPP_PROXIES" in done.stderr
