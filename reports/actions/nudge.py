"""Wake a worker. The database remembers what is due, so a lost nudge costs a minute and nothing else."""

import logging

from django.db import transaction
from kombu.exceptions import OperationalError

from avhopp.celery import app

log = logging.getLogger(__name__)
WORK = "reports.tasks.work"


def nudge() -> None:
    """Ask for a worker when the transaction commits. A broker that is down is logged; the clock's tick follows."""
    transaction.on_commit(send)


def send() -> None:
    """Put one nudge, without arguments, in the queue."""
    try:
        app.send_task(WORK, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("no worker could be nudged (%s); the next tick finds the report", type(error).__name__)
