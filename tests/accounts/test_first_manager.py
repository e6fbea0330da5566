"""A municipality's first hour: one command, a one-time code, and pages that answer."""

import os
import re
import subprocess
import sys

import pytest
from django.test import Client
from django.urls import reverse

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.actions.codes import digest
from avhopp.accounts.models import Municipality
from avhopp.accounts.teams import prepare_municipality
from avhopp.settings.environment import ROOT
from cases.models import CaseUserGrant
from tests.cast import BACKEND, add_person
from tests.databases import administrator, fresh_database, own_name

DATABASE = own_name("avhopp_first")
NEW = ("0197", "vera", "Vera Ny")


@pytest.fixture(scope="module")
def empty():
    fresh_database(DATABASE)


def first_manager(*words: str) -> subprocess.CompletedProcess[str]:
    """The command as it is given at the console: a process of its own, with the login of set-up."""
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    environment |= {"AVHOPP_DATABASE": DATABASE}
    command = [sys.executable, "manage.py", "first_manager", *words]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.roles
def test_the_command_opens_the_municipality_once(empty):
    nameless = first_manager(*NEW)
    assert nameless.returncode != 0
    assert "no such municipality" in nameless.stderr
    opened = first_manager(*NEW, "--municipality", "Nykommun")
    assert opened.returncode == 0, opened.stderr
    assert "vera@0197" in opened.stdout
    again = first_manager(*NEW, "--municipality", "Nykommun")
    assert again.returncode != 0
    assert "already" in again.stderr
    second = first_manager("0197", "viveka", "Viveka Ny")
    assert second.returncode == 0, second.stderr
    third = first_manager("0197", "vilma", "Vilma Ny")
    assert third.returncode != 0
    assert "two system managers already" in third.stderr
    with administrator(DATABASE) as admin:
        accounts = dict(admin.execute("select username, role from app.accounts_user").fetchall())
        kept = [found for (found,) in admin.execute("select digest from app.accounts_onetimecode")]
    assert accounts == {
        "vera@0197": "systemforvaltare", "viveka@0197": "systemforvaltare",
        "rapportering@0197": "rapportering", "inlasning@0197": "inlasning",
    }  # fmt: skip
    codes = [re.search(r"three days: (\S+)", said.stdout) for said in (opened, second)]
    assert sorted(kept) == sorted(digest(code[1]) for code in codes if code)
    assert len(kept) == len(codes)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.UNIT_MANAGER])
def test_the_overview_of_a_new_municipality_answers(role):
    home = Municipality.objects.create(code="0197", name="Nykommun", board="Nämnden", registry_prefix="SN")
    prepare_municipality(home)
    with acting(home.users.get(role=Role.IMPORTER)):
        user = add_person(home, "ny", role, password="!")
    client = Client()
    client.force_login(user, backend=BACKEND)
    assert client.get(reverse("dashboard")).status_code == 200
    assert not CaseUserGrant.objects.exists()
