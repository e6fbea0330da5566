"""The embedded Valkey: on a socket only. It carries nudges; what must last is in PostgreSQL."""

import contextlib
import os
import signal
import socket
import subprocess
from pathlib import Path

from avhopp.services.binaries import Binaries
from avhopp.services.messages import server_problem
from avhopp.services.places import Places, ephemeral
from avhopp.services.processes import first_number, wait_until, works_in

LIMIT = 10.0  # seconds to start or to stop


class Valkey:
    """Starts and stops the server in `servers/valkey`. Call under the servers' lock."""

    def __init__(self, site: Places) -> None:
        self.site = site
        self.folder = site.servers / "valkey"
        self.log = site.servers / "valkey.log"
        self.pid_file = site.servers / "valkey.pid"
        self.socket = site.valkey_socket

    def is_running(self) -> bool:
        """Whether a living server works in this very folder."""
        return works_in(first_number(self.pid_file), self.folder)

    def start(self, programs: Binaries) -> None:
        """A server that answers.

        Raises:
            ServiceProblem: with the reason from the server's log.
        """
        if self.is_running() and self._answers():
            return
        self.stop()
        self.site.user.make_folder(self.folder)
        for left in (self.pid_file, self.socket):
            left.unlink(missing_ok=True)
        written = self.log.stat().st_size if self.log.exists() else 0
        configuration = self.site.servers / "valkey.conf"
        self.site.user.write(configuration, self._configuration())
        launched = subprocess.run(
            [programs.valkey, configuration],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.site.servers,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            start_new_session=True,
            check=False,
            **self.site.user.process(),
        )
        if launched.returncode or not wait_until(self._answers, LIMIT):
            hint = f"It holds nothing that is not in the database: {self.folder} may be removed."
            raise server_problem("Valkey", self.log, start=written, hint=hint)

    def stop(self) -> None:
        """Stops the server and waits until it is gone."""
        pid = first_number(self.pid_file)
        if not works_in(pid, self.folder):
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            if wait_until(lambda: not works_in(pid, self.folder), LIMIT):
                return

    def _configuration(self) -> str:
        lines = [
            "port 0",
            f"unixsocket {_quoted(self.socket)}",
            "unixsocketperm 700",
            "daemonize yes",
            f"pidfile {_quoted(self.pid_file)}",
            f"logfile {_quoted(self.log)}",
            f"dir {_quoted(self.folder)}",
            'save ""',
            f"appendonly {'no' if ephemeral() else 'yes'}",
            "appendfsync everysec",
            "maxmemory-policy noeviction",
        ]
        return "\n".join(lines) + "\n"

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1.0)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
