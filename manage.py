#!/usr/bin/env python
"""The one door to the system: every command has --help."""

import os
import sys

from django.core.management import execute_from_command_line

from avhopp import services

MIGRATOR = {
    "setup_database", "migrate", "makemigrations", "showmigrations", "sqlmigrate", "squashmigrations",
    "catalog", "keys", "first_manager",
}  # fmt: skip
WORKER = {"figures", "report", "ledger"}


def settings_for(argv: list[str]) -> str:
    """The settings module, and with it the database login, that a command runs under."""
    command = argv[1] if len(argv) > 1 else ""
    if command in MIGRATOR:
        return "avhopp.settings.migrator"
    if command in WORKER:
        return "avhopp.settings.worker"
    return "avhopp.settings.web"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_for(sys.argv))
    with services.manage_hook(sys.argv):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
