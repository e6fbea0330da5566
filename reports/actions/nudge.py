"""Wake a worker. The database remembers what is due, so a lost nudge costs a minute and nothing else."""

import logging

from django.db import transaction
from kombu.exceptions import OperationalError

from avhopp.celery import WORK, app

log = logging.getLogger(__name__)
#: A person waits for the page: one try, and no long wait for a host that does not answer.
IMPATIENT = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "socket_connect_timeout": 2}


def nudge() -> None:
    """Ask for a worker when the transaction commits. A broker that is down is logged; a tick follows."""
    transaction.on_commit(send)


def send() -> None:
    """Put one nudge, without arguments, in the queue; never waits long for a broker."""
    try:
        with app.connection_for_write(transport_options=IMPATIENT) as connection:
            app.send_task(WORK, connection=connection, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("no worker could be nudged (%s); the next tick finds the report", type(error).__name__)
