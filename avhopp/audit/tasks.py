"""The worker's part of the history: its head is anchored outside the database several times a day."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from avhopp import services
from avhopp.audit.ledger import LedgerBroken, anchor

log = logging.getLogger(__name__)


@shared_task(name="avhopp.audit.tasks.anchor_ledger")
def anchor_ledger() -> None:
    """Write an anchor. A ledger that does not fit the last one is told in the log, and the task fails."""
    try:
        made = anchor(settings.ANCHOR_FOLDER, services.read_secret("ledger_anchor").encode(), timezone.now())
    except LedgerBroken as broken:
        log.critical("the history does not fit its anchor: %s", broken)
        raise
    log.info("anchor %d at entry %d", made.number, made.seq)
