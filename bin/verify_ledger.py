#!/usr/bin/env python3
"""Kontrollerar att historiken inte har ändrats i efterhand. Fristående: ingen del av systemet används.

Mot databasen (inloggningen avhopp_auditor; libpq:s PGHOST, PGUSER, PGPASSWORD, PGDATABASE):
    verify_ledger.py --anchors MAPP --key FIL
Med radernas innehåll i stället för databasens egna kontrollsummor (inloggningen avhopp_backup):
    verify_ledger.py --content
Utan databas, mot filer som gjorts med de kommandon som --commands skriver ut:
    verify_ledger.py --dump MAPP

Slutar med 0 när allt stämmer, 1 när något har ändrats och 2 när kontrollen inte kunde göras.
Så räknas kontrollsummorna: docs/ledger.md.
"""

import argparse
import csv
import hashlib
import hmac
import json
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

try:
    import psycopg
except ImportError:  # a dump needs no driver
    psycopg = None  # type: ignore[assignment]

csv.field_size_limit(1 << 30)
SOUND, BROKEN, NOT_CHECKED = 0, 1, 2
SHOWN = 20  # breaks that are told one by one

HEAD = "select seq, encode(hash, 'hex') from audit.ledger_head"
ENTRIES = """select seq, (extract(epoch from at) * 1000000)::bigint, relation, row_id, width,
 encode(payload, 'hex'), encode(prev, 'hex'), encode(hash, 'hex'){salt} from audit.ledger order by seq"""
SALT = ", encode(salt, 'hex')"
ERASURES = "select relation, row_id, seq from audit.erasure"
DIGESTS = "select row_id, seq, encode(digest, 'hex') from audit.row_digests('{relation}')"
CONTENT = """select t.{key}, l.seq, case l.width {forms} end from {relation} t
 left join audit.ledger l on l.relation = '{relation}' and l.row_id = t.{key}"""
TRIGGERS = """select tgrelid::regclass, tgenabled = 'O' from pg_trigger
 where tgname = 'ledger' and not tgisinternal order by 1"""
SOURCES = """select proname, encode(sha256(convert_to(prosrc, 'UTF8')), 'hex') from pg_proc
 where pronamespace = 'audit'::regnamespace and proname in ('key_of', 'row_digests', 'width_of')"""
TABLES = """select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind = 'r'"""
SETTINGS = (
    "set search_path = ''; set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'postgres';"
    " set bytea_output = 'hex'; set extra_float_digits = 1;"
)

#: The functions that digest rows for a reader who may not see them: SHA-256 of their source as released.
RELEASED = {
    "key_of": "84decb4c4fcdf356bacf5548dea98125697190c18e82c5a990ca8df928628fe0",
    "row_digests": "9cb64311fb2e9a57a69aff4ec67d2036676a4571598fec7a69a3e56eb3a37379",
    "width_of": "9abb37e7ab2d0d749d39b85923141cf7e6c8c14d63ec34f9f86eedcc1c185a55",
}


class CannotCheck(Exception):
    """The check could not be made; the sentence says why."""


class Findings(list[tuple[int, str]]):
    """Everything that does not add up, with the number of the entry that it concerns (0: none)."""

    def add(self, seq: int, text: str) -> None:
        self.append((seq, text))

    def told(self) -> list[str]:
        """Swedish lines, the first break first."""
        ordered = sorted(self, key=lambda each: (each[0] == 0, each[0]))
        first, *more = [f"post {seq}: {text}" if seq else text for seq, text in ordered[:SHOWN]]
        lines = [f"Första felet: {first}", *(f"  även: {place}" for place in more)]
        return [*lines, f"HISTORIKEN ÄR ÄNDRAD: {len(self)} fel."]


class Ledger:
    """What the chain says, entry by entry: table, row id, payload and salt, close together in memory."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {"": 0}
        self.tables = array("H", [0])
        self.rows, self.payloads, self.salts = bytearray(16), bytearray(32), bytearray(16)
        self.seen = bytearray(1)
        self.moved: dict[int, int] = {}  # number -> place, where numbers are missing before it
        self.hashes: dict[int, str] = {}
        self.genesis, self.last, self.last_hash = "", 0, ""

    def add(self, seq: int, relation: str, row: str, payload: str, salt: str) -> None:
        if seq != len(self.seen):
            self.moved[seq] = len(self.seen)
        self.tables.append(self.names.setdefault(relation, len(self.names)))
        self.rows += raw(row, 16)
        self.payloads += raw(payload, 32)
        if salt:
            self.salts += bytes(16 * len(self.seen) - len(self.salts)) + raw(salt, 16)
        self.seen.append(0)

    def place(self, seq: int, relation: str, row: str) -> int:
        """Where the entry stands, when it is about this row of this table; otherwise 0."""
        at = self.moved.get(seq, seq)
        known = 0 < at < len(self.seen) and self.tables[at] == self.names.get(relation)
        return at if known and self.rows[16 * at : 16 * at + 16] == raw(row, 16) else 0

    def salt(self, at: int) -> bytes:
        return bytes(self.salts[16 * at : 16 * at + 16])

    def payload(self, at: int) -> str:
        return self.payloads[32 * at : 32 * at + 32].hex()


def raw(text: str, length: int) -> bytes:
    """Bytes of hex or of a UUID; zeros for anything else, whose hash is then found wrong."""
    try:
        found = bytes.fromhex(text.replace("-", ""))
    except ValueError:
        found = b""
    return found if len(found) == length else bytes(length)


def check_chain(entries: Iterable[list[str]], wanted: set[int], findings: Findings) -> Ledger:
    """Follow the chain from its beginning; keeps the hashes of the wanted numbers."""
    ledger, sha256, last, before = Ledger(), hashlib.sha256, 0, ""
    for number, micros, relation, row, width, payload, prev, stored, *salt in entries:
        seq = int(number)
        if seq != last + 1:
            gone = f"post {last + 1}" if seq == last + 2 else f"posterna {last + 1}–{seq - 1}"
            findings.add(last + 1, f"{gone} saknas i liggaren.")
        if before and prev != before:
            findings.add(seq, f"posten hänger inte ihop med posten före ({relation}, rad {row}).")
        line = f"{number}|{micros}|{relation}|{row}|{width}|{payload}|{prev}"
        if sha256(line.encode()).hexdigest() != stored:
            findings.add(seq, f"posten är ändrad: kontrollsumman stämmer inte ({relation}, rad {row}).")
        ledger.genesis = ledger.genesis or prev
        ledger.add(seq, relation, row, payload, salt[0] if salt else "")
        if seq in wanted:
            ledger.hashes[seq] = stored
        last, before = seq, stored
    ledger.last, ledger.last_hash = last, before
    return ledger


def check_head(ledger: Ledger, head: list[str], findings: Findings) -> None:
    if not ledger.last and head[0] == "0":
        ledger.genesis = ledger.last_hash = head[1]
    elif (int(head[0]), head[1]) != (ledger.last, ledger.last_hash):
        told = f"den sista posten ska vara {head[0]} men är {ledger.last}, eller en annan"
        findings.add(ledger.last, f"liggarens slut stämmer inte: {told}.")


def check_rows(source: "Database | Dump", relation: str, ledger: Ledger, findings: Findings) -> int:
    """Each row against its entry; returns how many rows the table has."""
    count, content = 0, source.content
    for row, number, found in source.rows(relation):
        count += 1
        at = ledger.place(int(number), relation, row) if number else 0
        if not at:
            findings.add(int(number or 0), f"en rad i {relation} saknar post i liggaren (rad {row}).")
            continue
        ledger.seen[at] = 1
        if content:
            found = hashlib.sha256(ledger.salt(at) + found.encode()).hexdigest() if found else ""
        if found != ledger.payload(at):
            findings.add(int(number), f"innehållet är ändrat i {relation} (rad {row}).")
    return count


def check_missing(ledger: Ledger, erasures: Iterable[list[str]], findings: Findings) -> Counter[str]:
    """Entries whose row is gone without an erasure; returns the number of erasures per table."""
    erased: Counter[str] = Counter()
    names, numbers = list(ledger.names), {at: seq for seq, at in ledger.moved.items()}
    for relation, row, number in erasures:
        at = ledger.place(int(number), relation, row)
        if not at:
            findings.add(int(number), f"en gallring gäller en annan rad än posten ({relation}, rad {row}).")
        elif ledger.seen[at]:
            findings.add(int(number), f"raden står som gallrad men finns kvar ({relation}, rad {row}).")
        ledger.seen[at] = 1
        erased[relation] += 1
    at = ledger.seen.find(0, 1)
    while at != -1:
        row = ledger.rows[16 * at : 16 * at + 16].hex()
        told = f"raden är borttagen utan gallring ({names[ledger.tables[at]]}, rad {row})."
        findings.add(numbers.get(at, at), told)
        at = ledger.seen.find(0, at + 1)
    return erased


def read_anchors(path: Path | None) -> list[dict[str, Any]]:
    if path is None:
        return []
    try:
        text = (path / "anchors.jsonl" if path.is_dir() else path).read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines() if line]
    except (OSError, ValueError) as error:
        raise CannotCheck(f"Förankringarna kan inte läsas ({path}): {error}") from None


def anchor_mac(anchor: dict[str, Any], key: bytes) -> str:
    """HMAC-SHA256 in hex over the anchor's fields with a bar between each."""
    names = ("number", "at", "genesis", "seq", "hash", "entries", "before")
    return hmac.new(key, "|".join(str(anchor[name]) for name in names).encode(), hashlib.sha256).hexdigest()


def check_anchors(anchors: list[dict[str, Any]], key: bytes | None, genesis: str, findings: Findings) -> None:
    """The file itself: in order, each on the one before, signed, and about this chain."""
    before = ""
    for place, anchor in enumerate(anchors, start=1):
        told = f"förankring {anchor['number']} ({anchor['at']})"
        if anchor["number"] != place or anchor["before"] != before:
            findings.add(0, f"{told} följer inte på den före: filen med förankringar är ändrad.")
        before = anchor["mac"]
        if key is not None and not hmac.compare_digest(anchor_mac(anchor, key), before):
            findings.add(0, f"{told} är inte signerad med nyckeln: filen med förankringar är ändrad.")
        if anchor["genesis"] != genesis:
            findings.add(0, f"{told} gäller en annan liggare än databasens: hela kedjan är utbytt.")


def check_mark(seq: int, stored: str, who: str, ledger: Ledger, findings: Findings) -> None:
    """Something outside the database once said that an entry had this hash."""
    if seq > ledger.last:
        findings.add(ledger.last, f"slutet är bortklippt: {who} säger att post {seq} fanns.")
    elif seq and ledger.hashes.get(seq) != stored:
        findings.add(seq, f"kedjan är omräknad: {who} säger en annan kontrollsumma.")


class Database:
    """The living database, in one transaction that sees one moment."""

    def __init__(self, dsn: str, content: bool) -> None:
        if psycopg is None:
            raise CannotCheck("Python-paketet psycopg saknas. Använd --dump, eller installera det.")
        self.content, self.failure = content, psycopg.Error
        try:
            self.connection = psycopg.connect(dsn, application_name="verify_ledger")
            self.connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            self.connection.read_only = True
            self.connection.execute(SETTINGS)
        except psycopg.Error as error:
            raise CannotCheck(f"Databasen svarar inte: {error}") from None

    def close(self) -> None:
        self.connection.close()

    def _copied(self, query: str) -> Iterator[list[str]]:
        with self.connection.cursor().copy(f"copy ({query}) to stdout (format csv)") as stream:
            yield from csv.reader(bytes(block).decode() for block in stream)

    def head(self) -> list[str]:
        return next(self._copied(HEAD), [])

    def entries(self) -> Iterator[list[str]]:
        return self._copied(ENTRIES.format(salt=SALT if self.content else ""))

    def erasures(self) -> Iterator[list[str]]:
        return self._copied(ERASURES)

    def rows(self, relation: str) -> Iterator[list[str]]:
        return self._copied((self.content_query if self.content else DIGESTS.format)(relation=relation))

    def content_query(self, relation: str) -> str:
        """The rows' text, each with the columns that its entry counted."""
        names = f"""select quote_ident(attname) from pg_attribute where attrelid = '{relation}'::regclass
            and attnum > 0 and not attisdropped order by attnum"""
        columns = [name for (name,) in self._copied(names)]
        widths = self._copied(f"select distinct width from audit.ledger where relation = '{relation}'")
        texts = ((width, ", ".join(f"t.{name}" for name in columns[: int(width)])) for (width,) in widths)
        forms = " ".join(f"when {width} then row({text})::text" for width, text in texts)
        key = "history_id" if "history_id" in columns else "id"
        return CONTENT.format(key=key, relation=relation, forms=forms or "when 0 then null")

    def relations(self, findings: Findings) -> tuple[set[str], set[str]]:
        """The chained tables, and all there are. Tells of what is switched off or not as released."""
        found = list(self._copied(TRIGGERS))
        for relation in (name for name, enabled in found if enabled != "t"):
            findings.add(0, f"utlösaren som för liggaren är avstängd på {relation}.")
        if not self.content and dict(self._copied(SOURCES)) != RELEASED:
            findings.add(0, "databasens kontrollfunktioner är inte de utgivna; kontrollera med --content.")
        return {relation for relation, _ in found}, {name for (name,) in self._copied(TABLES)}


class Dump:
    """Files in a folder: head.csv, entries.csv, erasures.csv and rows/<table>.csv."""

    content, failure = True, OSError

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (folder / "entries.csv").is_file():
            raise CannotCheck(f"Ingen liggare i {folder}: filen entries.csv saknas.")

    def close(self) -> None: ...

    def _read(self, name: str) -> Iterator[list[str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            yield from csv.reader(file)

    def head(self) -> list[str]:
        return next(self._read("head.csv"), [])

    def entries(self) -> Iterator[list[str]]:
        return self._read("entries.csv")

    def erasures(self) -> Iterator[list[str]]:
        return self._read("erasures.csv")

    def rows(self, relation: str) -> Iterator[list[str]]:
        return self._read(f"rows/{relation}.csv")

    def relations(self, findings: Findings) -> tuple[set[str], set[str]]:
        found = {path.stem for path in (self.folder / "rows").glob("*.csv")}
        return found, found


def check(source: Database | Dump, arguments: argparse.Namespace) -> tuple[Findings, list[str]]:
    """Everything there is to check; returns what is wrong, and lines that sum up."""
    findings, anchors = Findings(), read_anchors(arguments.anchors)
    key = arguments.key.read_text(encoding="utf-8").strip().encode() if arguments.key else None
    marks = [(each["seq"], each["hash"], f"förankring {each['number']} ({each['at']})") for each in anchors]
    marks += [(*_mark(text), "den angivna kontrollsumman") for text in arguments.head]
    ledger = check_chain(source.entries(), {seq for seq, *_ in marks}, findings)
    check_head(ledger, source.head() or ["0", ""], findings)
    chained, existing = source.relations(findings)
    names = chained | (set(ledger.names) - {""})
    for relation in sorted(names - existing):
        findings.add(0, f"tabellen {relation} finns inte men har poster i liggaren.")
    rows = {name: check_rows(source, name, ledger, findings) for name in sorted(names & existing)}
    erased = check_missing(ledger, source.erasures(), findings)
    check_anchors(anchors, key, ledger.genesis, findings)
    for mark in marks:
        check_mark(*mark, ledger, findings)
    entries = Counter(ledger.tables)
    lines = [f"{len(ledger.seen) - 1} poster, {sum(rows.values())} rader, {sum(erased.values())} gallrade."]
    for name in (name for name in rows if name in ledger.names):
        number = entries[ledger.names[name]]
        lines.append(f"  {name}: {number} poster, {rows[name]} rader, {erased[name]} gallrade")
    lines.append(f"Sista posten: {ledger.last}:{ledger.last_hash}")
    if not marks:
        lines.append("Utan --anchors, eller --head från en månadsrapport, syns inte ett bortklippt slut.")
    return findings, lines


def _mark(text: str) -> tuple[int, str]:
    number, _, told = text.partition(":")
    if not number.isdecimal() or len(told) != 64:
        raise CannotCheck("--head skrivs NUMMER:KONTROLLSUMMA, som i månadsrapportens bilaga.")
    return int(number), told.lower()


def commands(source: Database) -> list[str]:
    """What psql is to run, as avhopp_backup, to make the files that --dump reads."""
    files = {"head.csv": HEAD, "entries.csv": ENTRIES.format(salt=SALT), "erasures.csv": ERASURES}
    files |= {
        f"rows/{name}.csv": source.content_query(name) for name in sorted(source.relations(Findings())[0])
    }
    copies = [f"\\copy ({' '.join(query.split())}) to '{name}' (format csv)" for name, query in files.items()]
    begin = "begin isolation level repeatable read read only;"
    return ["\\! mkdir -p rows", begin, SETTINGS, *copies, "commit;"]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--dsn", default="", help="databasen; annars libpq:s miljövariabler")
    parser.add_argument(
        "--dump", type=Path, metavar="MAPP", help="kontrollera filer i stället för en databas"
    )
    parser.add_argument("--content", action="store_true", help="räkna om summorna ur radernas innehåll")
    parser.add_argument("--anchors", type=Path, metavar="MAPP", help="mappen, eller filen, med förankringar")
    parser.add_argument("--key", type=Path, metavar="FIL", help="nyckeln som de är signerade med")
    parser.add_argument("--head", action="append", default=[], metavar="NR:SUMMA", help="ur en månadsrapport")
    parser.add_argument("--commands", action="store_true", help="skriv kommandona som gör filerna")
    arguments = parser.parse_args(argv)
    try:
        opened = Dump(arguments.dump) if arguments.dump else Database(arguments.dsn, arguments.content)
        with closing(opened) as source:
            try:
                if arguments.commands and isinstance(source, Database):
                    return _say(commands(source), SOUND)
                findings, lines = check(source, arguments)
            except (source.failure, OSError, ValueError, KeyError, TypeError) as error:
                raise CannotCheck(f"Liggaren kan inte läsas: {error}") from None
    except CannotCheck as problem:
        sys.stderr.write(f"{problem}\n")
        return NOT_CHECKED
    lines += findings.told() if findings else ["Historiken är hel."]
    return _say(lines, BROKEN if findings else SOUND)


def _say(lines: list[str], code: int) -> int:
    sys.stdout.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
