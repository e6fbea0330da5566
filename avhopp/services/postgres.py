"""The embedded PostgreSQL: one cluster on one socket, made whole or not at all."""

import functools
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from avhopp.services.addresses import ADMIN, DATABASE
from avhopp.services.binaries import Binaries
from avhopp.services.messages import ServiceProblem, last_lines, server_problem
from avhopp.services.places import Places, ephemeral
from avhopp.services.processes import first_number, started_at, wait_until, works_in
from avhopp.services.secrets import read_secret

MAJOR = "18"
NO_PROCESS = 2**31 - 2  # a process number that no kernel gives out
LIMIT = 60.0  # seconds for a start, recovery after a crash included
DETACHED = 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $! >postgres.started'
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
SETTINGS = """\
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
timezone = 'UTC'
log_timezone = 'UTC'
jit = off
# No personal data in the log: no statements, no parameters, no DETAIL lines.
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
"""
FAST = """\
fsync = off
synchronous_commit = off
full_page_writes = off
"""


class Postgres:
    """Starts, stops and asks the cluster in `servers/postgres`. Call under the servers' lock."""

    def __init__(self, site: Places) -> None:
        self.site = site
        self.folder = site.servers / "postgres"
        self.log = site.servers / "postgres.log"
        self.socket = site.postgres_socket

    def is_running(self) -> bool:
        """Whether a living server works in this very folder."""
        return works_in(first_number(self.folder / "postmaster.pid"), self.folder)

    def start(self, programs: Binaries) -> None:
        """A running server with the database in it, whatever was left behind.

        Raises:
            ServiceProblem: with the reason from the server's log.
        """
        if not self.is_running():
            self._make(programs)
            self._forget_the_dead()
            self._settle_password(programs)
            self._launch(programs)
        self._ensure_database(programs)

    def stop(self, programs: Binaries) -> None:
        """Stops the server; open connections are closed."""
        for mode, patience in (("fast", "60"), ("immediate", "20")):
            if not self.is_running():
                return
            self._run(
                [programs.postgres / "pg_ctl", "-D", self.folder, "-m", mode, "-w", "-t", patience, "stop"]
            )

    def identity(self, programs: Binaries) -> str:
        """Names this cluster and this database: another answer means that it was made anew."""
        return self._ask(
            programs,
            "select s.system_identifier || '/' || d.oid from pg_control_system() s, pg_database d "
            f"where d.datname = '{DATABASE}'",
        )

    def _make(self, programs: Binaries) -> None:
        """initdb into a folder of its own, then one rename: a half-made cluster is never started."""
        for half in self.site.servers.glob("postgres.new-*"):
            shutil.rmtree(half, ignore_errors=True)
        version = self.folder / "PG_VERSION"
        if version.exists():
            if version.read_text().strip() != MAJOR:
                raise ServiceProblem(
                    f"{self.folder} was made by PostgreSQL {version.read_text().strip()}, this is {MAJOR}. "
                    "Move the folder away to start afresh, or dump and restore it with the old version."
                )
            return
        if self.folder.exists():
            raise ServiceProblem(f"{self.folder} is not a database folder. Move it away and try again.")
        making = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.site.servers))
        self.site.user.make_folder(making)
        password_file = making.with_name(f"{making.name}.password")
        password = read_secret("db_admin")
        self.site.user.write(password_file, f"{password}\n")
        try:
            done = self._run(
                [
                    programs.postgres / "initdb",
                    *(
                        "-D",
                        making,
                        "-U",
                        ADMIN,
                        "--auth=scram-sha-256",
                        "--pwfile",
                        password_file,
                        "-E",
                        "UTF8",
                    ),
                    *(
                        "--locale=C",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8",
                        "--no-instructions",
                    ),
                    *(("--no-sync",) if ephemeral() else ()),
                ]
            )
            if done.returncode:
                raise _initdb_problem(done.stdout)
            with (making / "postgresql.conf").open("a", encoding="utf-8") as file:
                file.write("\ninclude 'avhopp.conf'\n")
            self.site.user.write(making / "avhopp.admin", _digest(password))
            making.rename(self.folder)
        finally:
            password_file.unlink(missing_ok=True)
            shutil.rmtree(making, ignore_errors=True)

    def _forget_the_dead(self) -> None:
        """Makes a pid file harmless whose number now belongs to a stranger.

        The file itself stays: PostgreSQL finds in it whether orphaned processes still use the data.
        """
        pid_file = self.folder / "postmaster.pid"
        if first_number(pid_file):
            _, _, rest = pid_file.read_text(encoding="utf-8").partition("\n")
            self.site.user.write(pid_file, f"{NO_PROCESS}\n{rest}")
        for path in (self.socket, self.socket.with_name(f"{self.socket.name}.lock")):
            path.unlink(missing_ok=True)

    def _settle_password(self, programs: Binaries) -> None:
        """Gives the administrator the password of the secret file, when that file was made anew."""
        password, known = read_secret("db_admin"), self.folder / "avhopp.admin"
        if known.exists() and known.read_text(encoding="utf-8") == _digest(password):
            return
        self._configure()
        done = subprocess.run(
            [programs.postgres / "postgres", "--single", "-D", self.folder, "postgres"],
            input=f"alter role {ADMIN} password '{password}'\n".encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.site.servers,
            env=ENVIRONMENT,
            check=False,
            **{key: value for key, value in self.site.user.process().items() if key != "stdin"},
        )
        if done.returncode:
            raise ServiceProblem(
                f"The password in the secret file db_admin is not that of {self.folder}, and it could not "
                "be set. Put the old file back, or move the database folder away."
            )
        self.site.user.write(known, _digest(password))

    def _configure(self) -> None:
        sockets = str(self.site.sockets).replace("'", "''").replace('"', '""')
        text = f"{SETTINGS}unix_socket_directories = '\"{sockets}\"'\n{FAST if ephemeral() else ''}"
        self.site.user.write(self.folder / "avhopp.conf", text)

    def _launch(self, programs: Binaries) -> None:
        self._configure()
        pid_file = self.folder / "postmaster.pid"
        for attempt in range(20):  # after a kill -9, its orphans need a moment to end
            written = self.log.stat().st_size if self.log.exists() else 0
            # Not pg_ctl start: it puts the paths into a shell command, which some characters break.
            self._run(
                ["/bin/sh", "-c", DETACHED, "sh", self.log, programs.postgres / "postgres", "-D", self.folder]
            )
            pid = first_number(self.site.servers / "postgres.started")
            wait_until(functools.partial(_has_settled, pid_file, pid), LIMIT)
            if _is_ready(pid_file, pid):
                return
            if "still in use" not in last_lines(self.log, start=written) or attempt == 19:
                raise server_problem("PostgreSQL", self.log, start=written)
            wait_until(self.is_running, 0.25)

    def _ensure_database(self, programs: Binaries) -> None:
        if self._ask(programs, f"select count(*) from pg_database where datname = '{DATABASE}'") == "0":
            self._ask(programs, f"create database {DATABASE}")

    def _ask(self, programs: Binaries, question: str) -> str:
        done = subprocess.run(
            [
                *(programs.postgres / "psql", "-X", "-w", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"),
                *("-h", self.site.sockets, "-U", ADMIN, "-d", "postgres", "-c", question),
            ],
            env={**ENVIRONMENT, "PGPASSWORD": read_secret("db_admin"), "PGCONNECT_TIMEOUT": "10"},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ServiceProblem(f"The embedded PostgreSQL does not answer: {done.stderr.strip()}")
        return done.stdout.strip()

    def _run(self, command: Sequence[os.PathLike[str] | str]) -> subprocess.CompletedProcess[str]:
        """Runs a program as the servers' user.

        Its output goes through a file: a pipe would stay open as long as the server that it starts.
        """
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.site.servers,
                env=ENVIRONMENT,
                start_new_session=True,  # Ctrl-C at the terminal is not for the server
                check=False,
                **self.site.user.process(),
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, output.read(), "")


def _is_ready(pid_file: Path, pid: int) -> bool:
    """The server writes its state on the eighth line of its pid file."""
    try:
        lines = pid_file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _has_settled(pid_file: Path, pid: int) -> bool:
    return _is_ready(pid_file, pid) or not started_at(pid)


def _digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


def _initdb_problem(output: str) -> ServiceProblem:
    if "No space left" in output:
        return ServiceProblem(
            "The disk is full: the database could not be made. Free some space and try again."
        )
    lines = "\n".join(f"    {line}" for line in output.strip().splitlines()[-6:])
    return ServiceProblem(f"The database could not be made. initdb says:\n{lines}")
