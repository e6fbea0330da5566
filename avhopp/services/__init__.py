"""The embedded PostgreSQL and Valkey for run, demo and tests; addresses and secrets of any installation.

Imports nothing of Django and nothing of this project. `python -m avhopp.services` lists its commands.
"""

from avhopp.services.addresses import Endpoints, admin_url, endpoints
from avhopp.services.hook import manage_hook
from avhopp.services.lifecycle import running
from avhopp.services.messages import ServiceProblem
from avhopp.services.preparation import prepare
from avhopp.services.secrets import (
    add_secret_line,
    keep_last_secret_line,
    make_secrets,
    read_secret,
)

__all__ = [
    "Endpoints",
    "ServiceProblem",
    "add_secret_line",
    "admin_url",
    "endpoints",
    "keep_last_secret_line",
    "make_secrets",
    "manage_hook",
    "prepare",
    "read_secret",
    "running",
]
