"""Everything that the police portal says, in every way it can say it, holds nothing but what was released.

SR-15, SR-37 to SR-40: a canary in every text column, then a crawl as every unit, with its errors, headers,
addresses, titles, logs, keys and values in Valkey, and mail.
"""

import re
import uuid
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis

from avhopp import services
from avhopp.settings.environment import data_folder
from tests.databases import fresh_database, own_name
from tests.portal.canaries import LONGEST, Planted, plant
from tests.portal.processes import Process, connect

NAME = own_name("avhopp_canary_test")
PASSWORD = "polis-hemligt-2026"
READERS = ["lpo", "noa", "norr", "soder", "oster", "tom"]
VERSION_4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass
class Crawl:
    """All that was answered, by reader: status, address, headers and body of every answer."""

    planted: Planted
    answers: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    log: str = ""
    outbox: list[str] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)
    logs: dict[Path, int] = field(default_factory=dict)  # the servers' logs, and how long they were before

    def of(self, reader: str) -> list[tuple[str, dict[str, Any]]]:
        return [(path, answer) for who, path, answer in self.answers if who == reader]


@pytest.fixture(scope="module")
def crawl(servers: None, tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AVHOPP_REUSE", raising=False)
        fresh_database(NAME)
    social = Process("social.py", "avhopp.settings.web", NAME)
    try:
        social("seed")
        social("golden")
        with connect("admin", NAME) as admin:
            planted = plant(admin, partial(social, "seal"))
            ids = _ids(admin)
    finally:
        social.end()
    logs = {path: path.stat().st_size for path in data_folder().rglob("*.log") if path.is_file()}
    log = tmp_path_factory.mktemp("canaries") / "portal.log"
    with log.open("w", encoding="utf-8") as written:
        police = Process("police.py", "avhopp.settings.portal", NAME, written)
        found = Crawl(planted, ids=ids, logs=logs)
        try:
            for reader in READERS:
                _read_everything(found, police, reader)
            _go_wrong(found, police)
            found.outbox = police("outbox")
        finally:
            police.end()
    found.log = log.read_text(encoding="utf-8")
    return found


def _ids(admin: Any) -> dict[str, list[str]]:
    """Real ids of things that are nobody's in the portal, and of packages by unit."""
    found = {
        "case": "cases_case",
        "person": "cases_person",
        "entry": "cases_journalentry",
        "stay": "placements_placement",
    }
    ids = {word: [str(row[0]) for row in admin.execute(f"select id from app.{table} limit 3").fetchall()]
           for word, table in found.items()}  # fmt: skip
    ids["package"] = [str(row[0]) for row in admin.execute(
        "select id from app.collaboration_releasepackage").fetchall()]  # fmt: skip
    return ids


def _read_everything(found: Crawl, police: Process, reader: str) -> None:
    """Every link from the first page on, every package there is, and every id that is not a package."""
    assert police("sign_in", who=reader, username=f"{reader}@0099", password=PASSWORD)["status"] == 302
    waiting, seen = ["/", "/?sida=2", "/?sida=9999", "/logga-in/", "/halsa"], set()
    waiting += [f"/utlamnat/{one}/" for ids in found.ids.values() for one in ids]
    waiting += [
        "/utlamnat/",
        f"/utlamnat/{uuid.uuid4()}/",
        "/arenden/",
        "/admin/",
        "/utlamnat/1/",
        "/%00",
        "/?q=1",
    ]
    while waiting:
        path = waiting.pop()
        if path in seen or path.startswith("/static/"):
            continue
        seen.add(path)
        answer = police("send", who=reader, path=path)
        found.answers.append((reader, path, answer))
        links = re.findall(r'(?:href|action|src)="([^"]*)"', answer["body"])
        waiting += [urlsplit(link).path for link in links if link.startswith("/")]
    for method in ("HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
        for path in ("/", f"/utlamnat/{found.ids['package'][0]}/"):
            found.answers.append((reader, path, police("send", who=reader, path=path, method=method)))


def _go_wrong(found: Crawl, police: Process) -> None:
    """Refused sign-ins, requests that Django refuses, and a database that fails in the middle of a page."""
    for username in ("lpo@0099", "asta@0099", "finns-inte", "K00001Q"):
        answer = police("sign_in", who="stranger", username=username, password="fel")
        answer["body"] = answer["body"].replace("K00001Q", "")  # what was typed is shown again
        found.answers.append(("stranger", "/logga-in/", answer))
    for extra in ({"HTTP_HOST": "evil.example"}, {"HTTP_COOKIE": "avhopp-portal=nonsense"}, {}):
        for method in ("GET", "POST"):
            answer = police("rough", path="/logga-in/", method=method, extra=extra)
            found.answers.append(("stranger", "/logga-in/", answer))
    with connect("admin", NAME) as admin:
        admin.execute("alter function portal.log_read(uuid, text) rename to lost")
        admin.commit()
        for path in ("/", f"/utlamnat/{found.ids['package'][0]}/"):
            found.answers.append(("lpo", path, police("send", who="lpo", path=path)))
        admin.execute("alter function portal.lost(uuid, text) rename to log_read")
        admin.commit()
        admin.execute("set local session_replication_role = replica")
        admin.execute("update app.collaboration_releasepackage set content_sha256 = repeat('0', 64)")
        admin.commit()
        found.answers.append(("noa", "/", police("send", who="noa", path="/")))


def told(answer: dict[str, Any]) -> str:
    return f"{answer['body']}\n{answer['headers']}"


def test_the_canaries_are_many_and_everywhere(crawl):
    assert len(crawl.planted.places) > 400
    tables = {place.split(".")[0] for place in crawl.planted.places.values()}
    assert {"cases_person", "cases_journalentry", "cases_intake", "placements_provider"} <= tables
    assert {"collaboration_policeassessment", "collaboration_consent", "audit_event"} <= tables
    assert len({table for table in tables if "historical" in table}) > 15
    assert len(next(iter(crawl.planted.places))) == LONGEST


def test_every_unit_finds_exactly_what_was_released_to_it(crawl):
    for reader in READERS:
        text = "\n".join(told(answer) for _, answer in crawl.of(reader))
        released = crawl.planted.released.get(reader, set())
        assert crawl.planted.found_in(text, released) == [], reader
        assert set(crawl.planted.found_in(text)) == released, reader
    assert len([reader for reader in READERS if crawl.planted.released.get(reader)]) >= 4  # the crawl can hit


def test_strangers_and_failures_are_told_nothing(crawl):
    answers = [answer for who, _, answer in crawl.answers if who == "stranger"]
    failed = [answer for _, _, answer in crawl.answers if answer["status"] >= 400]
    statuses = {answer["status"] for answer in failed}
    assert {400, 403, 404, 405, 500} <= statuses, statuses
    assert crawl.planted.found_in("\n".join(told(answer) for answer in [*answers, *failed])) == []


def test_addresses_and_titles_say_nothing(crawl):
    for _, path, answer in crawl.answers:
        title = "".join(re.findall(r"<title>(.*?)</title>", answer["body"]))
        links = " ".join(re.findall(r'(?:href|action|src)="([^"]*)"', answer["body"]))
        location = dict(answer["headers"]).get("Location", "")
        assert crawl.planted.found_in(f"{path} {title} {links} {location}") == []
        for link in re.findall(r'href="/utlamnat/([^"/]*)/"', answer["body"]):
            assert VERSION_4.fullmatch(link)


def test_nothing_but_pages_is_served(crawl):
    """No file, no PDF, no export: only pages, and the one line of the health check."""
    kinds = {dict(answer["headers"]).get("Content-Type", "") for _, _, answer in crawl.answers}
    assert kinds <= {"text/html; charset=utf-8", "text/plain", "text/html", ""}


def test_the_log_holds_no_canary(crawl):
    assert "Not Found" in crawl.log  # it was written
    assert "lost" in crawl.log or "log_read" in crawl.log  # with the failures in it
    assert crawl.planted.found_in(crawl.log) == []


def test_the_servers_logs_hold_no_canary(crawl):
    for path, before in crawl.logs.items():
        written = path.read_bytes()[before:].decode(errors="replace")
        assert crawl.planted.found_in(written) == [], path.name


def test_valkey_holds_no_canary_in_key_or_value(crawl):
    """Sessions, cache and queue: keys and values, of every kind of value."""
    store = redis.Redis.from_url(services.endpoints().redis_url)
    held = []
    for key in store.scan_iter("*"):
        kind = store.type(key)
        value = {
            b"string": store.get, b"hash": store.hgetall, b"set": store.smembers,
            b"list": lambda name: store.lrange(name, 0, -1), b"zset": lambda name: store.zrange(name, 0, -1),
        }[kind](key)  # fmt: skip
        held.append(f"{key!r} {value!r}")
    assert any("session" in one for one in held)
    assert crawl.planted.found_in("\n".join(held)) == []


def test_no_mail_was_sent(crawl):
    assert crawl.outbox == []


def test_the_portals_login_finds_no_canary_in_anything_it_can_read(crawl):
    """In SQL, past the application: without a context, only the police's own accounts."""
    with connect("portal", NAME) as login:
        readable = login.execute(
            "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
            "where c.relkind in ('r', 'v', 'm') and n.nspname not in ('pg_catalog', 'information_schema') "
            "and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') order by 2"
        ).fetchall()
        assert readable == [("portal", "account"), ("portal", "package")]
        text = "".join(str(login.execute(f"select * from portal.{view}").fetchall()) for _, view in readable)
        assert crawl.planted.found_in(text) == []
        statistics = str(login.execute("select * from pg_stats where schemaname = 'app'").fetchall())
        assert statistics == "[]"
