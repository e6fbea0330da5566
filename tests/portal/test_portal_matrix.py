"""Every address of the portal, as everybody and in every state of a package: the [portal] part of the matrix.

SR-01 to SR-03 for the police's process, asked as whole requests to the process itself.
"""

import os
import subprocess
import sys
import uuid

import pytest

from avhopp.settings.environment import ROOT
from tests.portal.processes import connect
from tests.proof.oracle import addresses

PASSWORD = "polis-hemligt-2026"
LISTED = addresses("portal")
PATHS = {
    "health": "/halsa",
    "sign_in": "/logga-in/",
    "second_factor": "/logga-in/andra-steget/",
    "one_time_code": "/logga-in/engangskod/",
    "enrol": "/logga-in/ny-app/",
    "start": "/",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.fixture
def packages(social, seeded):
    """One package in each relation to Dag's unit; the first is the allowed twin of all the others."""
    own = social("release", unit="lpo", categories=["insats"])
    revoked = social("release", unit="lpo", categories=["insats"])
    withdrawn = social("release", unit="tom", categories=["insats"])
    other = social("release", unit="noa", categories=["insats"])
    social("recall", package=revoked["id"])
    social("withdraw", consent=withdrawn["consent"])
    over, later = str(uuid.uuid4()), str(uuid.uuid4())
    with connect("admin") as admin:
        for new, begins, ends in ((over, "-2 days", "-1 second"), (later, "1 hour", "1 day")):
            admin.execute(
                "insert into app.collaboration_releasepackage select (jsonb_populate_record(r, "
                "jsonb_build_object('id', %s::text, 'reference', %s::text, "
                "'valid_from', now() + %s::interval, "
                "'valid_to', now() + %s::interval))).* from app.collaboration_releasepackage r where id = %s",
                [new, f"M-{new[:8]}", begins, ends, own["id"]],
            )
    return {
        "released": own["id"],
        "acknowledged": own["acknowledgement"],
        "revoked": revoked["id"],
        "withdrawn consent, another unit": withdrawn["id"],
        "another unit": other["id"],
        "expired": over,
        "future": later,
        "a case": own["case"],
        "a consent": own["consent"],
        "nothing": str(uuid.uuid4()),
    }


@pytest.fixture
def dag(police):
    assert police("sign_in", who="matrix", username="dag@0099", password=PASSWORD)["status"] == 302
    return lambda path, method="GET": police("send", who="matrix", path=path, method=method)


def test_every_address_of_the_portal_is_in_the_matrix(police):
    there, listed = set(police("addresses")), {address.name for address in LISTED}
    assert there == listed, (
        "The police portal's addresses and [portal] in tests/proof/matrix.toml differ. Add a line such as "
        f'`name = "released"`, or take one away: {there ^ listed}'
    )


def test_a_package_is_there_for_its_own_unit_while_it_is_open_and_for_nobody_else(dag, packages):
    paths = {relation: f"/utlamnat/{one}/" for relation, one in packages.items()}
    for method in METHODS:
        answers = {relation: dag(path, method) for relation, path in paths.items()}
        twin, missing = answers.pop("released"), answers["nothing"]
        own = answers.pop("acknowledged")
        if method in ("GET", "HEAD"):
            assert twin["status"] == own["status"] == 200
            assert missing["status"] == 404
        else:
            assert twin["status"] == own["status"] == missing["status"] == 405
        assert {relation: answer == missing for relation, answer in answers.items()} == dict.fromkeys(
            answers, True
        )


def test_the_list_shows_the_open_ones_of_the_unit_and_no_other(dag, packages):
    body = dag("/")["body"]
    shown = {relation for relation, one in packages.items() if one in body}
    assert shown == {"released", "acknowledged"}


def test_other_addresses_take_only_their_own_methods(police, dag):
    for address in LISTED:
        if address.information == "released" or address.name in ("sign_out", "demo_sign_in"):
            continue
        path = PATHS[address.name]
        for method in METHODS:
            taken = method in address.methods or method == "HEAD"
            status = dag(path, method)["status"]
            assert (status == 405) is not taken, (address.name, method, status)


def test_without_sign_in_everything_but_the_public_asks_for_it(police, packages):
    for path in ("/", *(f"/utlamnat/{one}/" for one in packages.values())):
        for method in METHODS:
            answer = police("send", who="nobody at all", path=path, method=method)
            assert answer["status"] == 302, (path, method)
            assert dict(answer["headers"])["Location"].startswith("/logga-in/")


def test_the_social_services_accounts_do_not_sign_in_here(police):
    for username in ("siri@0099", "asta@0099", "siri", "asta"):
        assert police("sign_in", who="staff", username=username, password=PASSWORD)["status"] == 200


@pytest.mark.parametrize(
    "module", ["cases.models", "placements.models", "reports.models", "collaboration.models"]
)
def test_the_portals_process_cannot_load_a_model_of_the_social_services(module):
    """In a fresh process with the portal's settings: its apps do not hold them, so Django refuses."""
    program = (
        "import django, importlib; django.setup(); "
        "import avhopp.urls_portal, collaboration.portal.models\n"
        f"try: importlib.import_module({module!r})\n"
        "except (RuntimeError, LookupError, ImportError) as error: print('refused')"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT, capture_output=True, text=True, check=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "avhopp.settings.portal", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout == "refused\n"


def test_what_the_login_reads_of_the_catalog_is_the_stated_limit(portal_login):
    """PostgreSQL lets every login read its catalog: names of tables and columns, and a guess of their rows.

    That is a limit of one shared database, and stated as such (docs/security.md). No row, no column value and
    no statistic of a value is there.
    """
    named = portal_login.execute("select relname from pg_class where relname like 'cases%' and relkind = 'r'")
    names = {row[0] for row in named.fetchall()}
    assert "cases_case" in names  # the limit: if this ever fails, strike it from the list
    assert portal_login.execute("select * from pg_stats where schemaname = 'app'").fetchall() == []
    assert portal_login.execute("select * from pg_stats_ext").fetchall() == []
    visible = portal_login.execute(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema not in ('pg_catalog', 'information_schema') order by 1"
    ).fetchall()
    assert visible == [("portal.account",), ("portal.package",)]
    columns = portal_login.execute(
        "select distinct table_schema from information_schema.columns where table_schema not in "
        "('pg_catalog', 'information_schema')"
    ).fetchall()
    assert columns == [("portal",)]
