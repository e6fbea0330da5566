"""The portal as it runs: a process of its own, read-only, with what was released to the reader's unit."""

import json
import re
import uuid

import pytest
import redis

from avhopp import services
from avhopp.access.sign_in import WRONG
from avhopp.settings.environment import ROOT
from tests.portal.processes import connect

PASSWORD = "polis-hemligt-2026"
PERSON = "Person Påhittad"
FORBIDDEN_MODULES = (
    "cases",
    "placements",
    "reports",
    "collaboration.models",
    "collaboration.actions",
    "collaboration.facts",
    "avhopp.accounts",
    "avhopp.audit.models",
    "avhopp.audit.events",
    "avhopp.audit.reading",
    "simple_history",
    "guardian",
)


@pytest.fixture
def signed_in(police):
    """`signed_in("dag")` is a browser in which Dag is signed in: it gives status, headers and body."""

    def enter(handle):
        assert police("sign_in", who=handle, username=f"{handle}@0099", password=PASSWORD)["status"] == 302
        return lambda path, method="GET", **data: police(
            "send", who=handle, path=path, method=method, data=data
        )

    return enter


def package(identifier):
    return f"/utlamnat/{identifier}/"


def test_dag_and_nora_see_different_things(social, signed_in):
    for_dag = social("release", unit="lpo", categories=["identitet", "insats"], name="Dags Person")
    for_nora = social("release", unit="noa", categories=["insats"], name="Noras Person")
    dag, nora = signed_in("dag"), signed_in("nora")
    assert for_dag["reference"] in dag("/")["body"]
    assert "Dags Person" in dag("/")["body"]
    assert for_nora["reference"] not in dag("/")["body"]
    assert for_nora["reference"] in nora("/")["body"]
    assert "Person</" not in nora("/")["body"].replace(
        ">Person</th>", ""
    )  # nobody's name was released to NOA
    assert dag(package(for_dag["id"]))["status"] == nora(package(for_nora["id"]))["status"] == 200
    assert dag(package(for_nora["id"]))["status"] == nora(package(for_dag["id"]))["status"] == 404


VIEWS = ROOT / "collaboration" / "portal" / "views.sql"


def rebuild_view(statements):
    with connect("admin") as admin:
        admin.execute("set role avhopp_owner")
        admin.execute("select set_config('client_min_messages', 'error', true)")
        admin.execute(statements)


def test_the_application_alone_keeps_the_units_apart(social, signed_in):
    """The database's own condition is taken away: list and page still show nothing of another unit."""
    for_dag = social("release", unit="lpo", categories=["insats"])
    for_nora = social("release", unit="noa", categories=["identitet"], name="Noras Person")
    whole = VIEWS.read_text(encoding="utf-8")
    condition = "r.recipient_id = (select portal.my_unit())"
    assert whole.count(condition) == 1
    dag = signed_in("dag")
    rebuild_view(whole.replace(condition, "true"))
    try:
        with connect("portal") as login:
            rows = login.execute("select reference from portal.package").fetchall()
            assert (for_nora["reference"],) in rows  # the wall is down
        assert for_dag["reference"] in dag("/")["body"]
        assert for_nora["reference"] not in dag("/")["body"]
        assert dag(package(for_nora["id"]))["status"] == 404
    finally:
        rebuild_view(whole)
    with connect("portal") as login:
        assert login.execute("select reference from portal.package").fetchall() == []


def test_a_package_shows_what_was_released_and_says_that_reading_is_logged(social, signed_in):
    given = social("release", unit="lpo", categories=["identitet", "insats", "kontakt"], name="Dags Person")
    page = signed_in("dag")(package(given["id"]))["body"]
    for said in (
        "Dags Person",
        "Beslut om insats finns",
        "Samtycke till er enhet",
        "Siri",
        "Gemensam planering",
        "10 kap. 1 § och 12 kap. 2 § OSL",
        "Din läsning är loggad",
        "A999.111/2026",
    ):
        assert said in page, said
    assert "ODEFINIERAD" not in page
    assert "Mottagaren behöver uppgifterna" not in page  # the harm test stays with us
    assert "AVH-" not in page


def test_the_acknowledgement_shows_the_three_parts_as_registered(social, signed_in):
    given = social("release", unit="lpo", categories=["insats"])
    page = signed_in("dag")(package(given["acknowledgement"]))["body"]
    for said in (
        "Registrerad så här",
        "Grad av kriminalitet",
        "Hotbild",
        "Behov av skydd",
        "Ja, placering på annan ort",
        "Polisens egna ord om saken.",
        "A999.111/2026",
    ):
        assert said in page, said
    assert PERSON not in page


def test_withdrawn_consent_empties_the_view_at_once(social, signed_in):
    given = social("release", unit="tom", categories=["identitet"], name="Toms Person")
    tom = signed_in("tom")
    assert given["reference"] in tom("/")["body"]
    assert tom(package(given["id"]))["status"] == tom(package(given["acknowledgement"]))["status"] == 200
    assert social("withdraw", consent=given["consent"]) == 2
    emptied = tom("/")["body"]
    assert "Inget är utlämnat till er just nu" in emptied
    assert "Toms Person" not in emptied
    assert tom(package(given["id"]))["status"] == tom(package(given["acknowledgement"]))["status"] == 404


def test_a_recalled_package_is_gone_at_once(social, signed_in):
    given = social("release", unit="lpo", categories=["insats"])
    dag = signed_in("dag")
    assert dag(package(given["id"]))["status"] == 200
    assert social("recall", package=given["id"]) == 1
    assert dag(package(given["id"]))["status"] == 404


def test_what_is_not_theirs_is_byte_for_byte_what_does_not_exist(social, seeded, signed_in):
    dag = signed_in("dag")
    for_nora = social("release", unit="noa", categories=["insats"])
    closed = next(row["id"] for row in seeded["packages"] if row["unit"] == "lpo" and row["closed"])
    missing = dag(package(uuid.uuid4()))
    assert missing["status"] == 404
    for hidden in (
        for_nora["id"],
        for_nora["acknowledgement"],
        closed,
        for_nora["case"],
        for_nora["consent"],
    ):
        assert dag(package(hidden)) == missing


def test_opening_is_logged_and_gives_the_coordinator_a_receipt(social, signed_in):
    given = social("release", unit="noa", categories=["insats"])
    nora = signed_in("nora")
    nora("/")
    assert social("reads", packages=[given["id"]]) == {}  # a line in a list is logged, and is no opening
    nora(package(given["id"]))
    assert set(social("reads", packages=[given["id"]])) == {given["id"]}
    with connect("admin") as admin:
        kinds = admin.execute(
            "select what from app.audit_readentry where object_id = %s order by at", [given["id"]]
        ).fetchall()
    assert kinds == [("list_release",), ("see_release",)]


def test_a_content_that_does_not_match_its_checksum_is_not_shown(social, signed_in):
    given = social("release", unit="soder", categories=["identitet"], name="Falsk Person")
    soder = signed_in("soder")
    assert soder(package(given["id"]))["status"] == 200
    with connect("admin") as admin:
        admin.execute("set local session_replication_role = replica")
        admin.execute(
            "update app.collaboration_releasepackage set content_sha256 = repeat('0', 64) where id = %s",
            [given["id"]],
        )
    for path in (package(given["id"]), "/"):
        answer = soder(path)
        assert answer["status"] == 500
        assert "Falsk" not in answer["body"]
    social("recall", package=given["id"])


def test_a_content_that_was_moved_from_another_package_is_not_shown(social, signed_in):
    given = [social("release", unit="soder", categories=["identitet"], name=f"Falsk {i}") for i in "AB"]
    soder = signed_in("soder")
    with connect("admin") as admin:
        admin.execute("set local session_replication_role = replica")
        admin.execute(
            "update app.collaboration_releasepackage a set (content, content_sha256) ="
            " (select content, content_sha256 from app.collaboration_releasepackage where id = %s)"
            " where a.id = %s",
            [given[0]["id"], given[1]["id"]],
        )
    assert soder(package(given[0]["id"]))["status"] == 200
    answer = soder(package(given[1]["id"]))
    assert answer["status"] == 500
    assert "Falsk" not in answer["body"]
    for one in given:
        social("recall", package=one["id"])


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_pages_only_read(social, signed_in, method):
    given = social("release", unit="lpo", categories=["insats"])
    dag = signed_in("dag")
    assert dag("/", method)["status"] == dag(package(given["id"]), method)["status"] == 405
    assert dag(package(given["id"]))["status"] == 200


def test_every_answer_is_private_and_carries_the_policy(social, signed_in, police):
    given = social("release", unit="lpo", categories=["insats"])
    dag = signed_in("dag")
    answers = [
        dag("/"),
        dag(package(given["id"])),
        dag(package(uuid.uuid4())),
        police("send", who="x", path="/logga-in/"),
    ]
    for answer in answers:
        headers = dict(answer["headers"])
        assert "no-store" in headers["Cache-Control"]
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "same-origin"  # with "no-referrer" browsers send "Origin: null"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", answer["body"])


def test_titles_and_addresses_name_nobody(social, signed_in):
    given = social("release", unit="lpo", categories=["identitet"], name="Dags Person")
    for path in ("/", package(given["id"])):
        body = signed_in("dag")(path)["body"]
        title = re.search(r"<title>(.*?)</title>", body).group(1)
        assert "Person" not in title
        assert given["reference"] not in title
        assert not [url for url in re.findall(r'href="([^"]*)"', body) if "Person" in url or "D-" in url]


def test_nothing_is_counted(social, signed_in):
    """More than a page of packages: links to older ones, and no number of them anywhere."""
    dag = signed_in("dag")
    for _ in range(3):
        social("release", unit="lpo", categories=["insats"])
    body = dag("/")["body"]
    assert not re.search(r"\d+\s*(–|av)\s*\d+", re.sub(r"\d{4}-\d\d-\d\d", "", body.split("<main")[1]))
    assert "fler" not in body
    assert (
        dag("/?sida=999")["status"]
        == dag("/?sida=x")["status"]
        == dag("/?sida=-1")["status"]
        == dag("/?sida=" + 5000 * "9")["status"]
        == 200
    )


# Sign-in


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("dag@0099", "fel"),
        ("finns-inte@0099", PASSWORD),
        ("ended@0099", PASSWORD),
        ("later@0099", PASSWORD),
        ("closed@0099", PASSWORD),
        ("asta@0099", PASSWORD),  # the social services do not sign in here
        ("siri@0099", PASSWORD),
    ],
)
def test_one_sentence_and_the_same_work_for_every_failure(police, username, password):
    answer = police("sign_in", who="nobody", username=username, password=password)
    assert answer["status"] == 200
    assert answer["body"].count(WRONG) >= 1
    assert answer["hashes"] == 1
    assert police("send", who="nobody", path="/")["status"] == 302
    good = police("sign_in", who="nobody", username="dag@0099", password=PASSWORD)
    assert (good["status"], good["hashes"]) == (302, 1)


def test_failures_differ_only_in_what_was_typed(police):
    def shown(username):
        body = police("sign_in", who="nobody", username=username, password="fel-losenord")["body"]
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", body).replace(username, "", 1)

    assert shown("dag@0099") == shown("finns-inte@0099") == shown("closed@0099")


def test_short_names_sign_in_as_well(police):
    assert police("sign_in", who="short", username=" DAG ", password=PASSWORD)["status"] == 302


def test_an_account_that_is_closed_is_out_with_the_next_click(social, signed_in):
    oster = signed_in("oster")
    assert oster("/")["status"] == 200
    social("account", handle="oster", is_active=False)
    assert oster("/")["status"] == 302
    social("account", handle="oster", is_active=True)


def test_nobody_gets_in_without_signing_in(police, social):
    given = social("release", unit="lpo", categories=["insats"])
    for path in ("/", package(given["id"]), package(uuid.uuid4())):
        answer = police("send", who="stranger", path=path)
        assert answer["status"] == 302
        assert dict(answer["headers"])["Location"].startswith("/logga-in/?next=")


def test_the_demonstration_lets_its_own_police_in_by_one_step(police):
    page = police("send", who="guest", path="/logga-in/")["body"]
    assert "Dag Polis" in page
    assert "Nora Polis" in page
    assert "Konto" not in page
    assert (
        police("send", who="guest", path="/logga-in/demo/", method="POST", data={"username": "asta@0099"})[
            "status"
        ]
        == 404
    )
    entered = police(
        "send", who="guest", path="/logga-in/demo/", method="POST", data={"username": "dag@0099"}
    )
    assert entered["status"] == 302
    assert "Dag Polis" in police("send", who="guest", path="/")["body"]


def test_sign_out_takes_everything_along(signed_in):
    dag = signed_in("dag")
    assert dag("/logga-ut/")["status"] == 405
    answer = dag("/logga-ut/", "POST")
    assert answer["status"] == 302
    assert dict(answer["headers"])["Clear-Site-Data"] == '"cache", "storage"'
    assert dag("/")["status"] == 302


# The process itself


def test_no_code_of_the_social_services_is_loaded(signed_in, police):
    signed_in("dag")("/")
    loaded = police("modules")
    assert "collaboration.portal.models" in loaded
    assert [name for name in loaded if name.startswith(FORBIDDEN_MODULES)] == []


def test_sessions_in_valkey_hold_no_name(social, signed_in, police, seeded):
    given = social("release", unit="lpo", categories=["identitet"], name="Dags Person")
    dag = signed_in("dag")
    dag(package(given["id"]))
    stored = redis.Redis.from_url(services.endpoints().redis_url)
    keys = list(stored.scan_iter("*"))
    mine = [key for key in keys if police("session", who="dag").encode() in key]
    assert len(mine) == 1
    assert 0 < stored.ttl(mine[0]) <= 15 * 60
    assert seeded["accounts"]["dag"][0] == json.loads(stored.get(mine[0]))["_auth_user_id"]  # and no pickle
    for key in keys:
        held = key + (stored.get(key) or b"" if stored.type(key) == b"string" else b"")
        for word in ("Dag Polis", "dag@0099", "Polis lpo", "Dags Person", given["reference"], given["id"]):
            assert word.encode() not in held


def test_what_cannot_be_logged_is_not_shown_and_the_page_is_neutral(social, signed_in):
    given = social("release", unit="soder", categories=["identitet"], name="Olast Person")
    soder = signed_in("soder")
    with connect("admin") as admin:
        admin.execute("alter function portal.log_read(uuid, text) rename to lost")
        admin.commit()
        try:
            answers = [soder(path) for path in (package(given["id"]), "/")]
        finally:
            admin.execute("alter function portal.lost(uuid, text) rename to log_read")
            admin.commit()
    for answer in answers:
        assert answer["status"] == 503
        assert "Olast" not in answer["body"]
    assert soder(package(given["id"]))["status"] == 200
    social("recall", package=given["id"])
