"""The two addresses of `make run`: PORT and PORTAL_PORT, checked before anything starts."""

import errno
import os
import socket

from avhopp.services.messages import ServiceProblem


def chosen(name: str, default: int) -> int:
    """The port in the environment variable `name`.

    Raises:
        ServiceProblem: it is not a port number.
    """
    text = os.environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise ServiceProblem(f"{name}={text} is not a port number. Give one between 1 and 65535.")
    return int(text)


def require_free(name: str, port: int) -> None:
    """Raises ServiceProblem when nobody can listen on `port`."""
    with socket.socket(socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("BIND") or "127.0.0.1", port))
        except OSError as error:
            other = port + 10 if port < 65000 else port - 10
            match error.errno:
                case errno.EADDRINUSE:
                    reason = f"Port {port} is taken by another program."
                case errno.EACCES:
                    reason, other = f"Port {port} needs root.", port + 8000
                case _:
                    reason = f"Port {port} cannot be used: {error.strerror}."
            raise ServiceProblem(f"{reason} Choose another: make run {name}={other}") from error
