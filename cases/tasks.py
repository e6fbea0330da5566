"""What the calendar starts for cases. No arguments: what is due stands in the database."""

import logging

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from avhopp.access.context import acting
from avhopp.access.roles import Role
from avhopp.accounts.models import User
from cases.actions.log_review import draw_missing

log = logging.getLogger(__name__)


@shared_task(name="cases.tasks.draw_log_reviews")
def draw_log_reviews() -> None:
    """Draw the months that are over, in every municipality that has an account to count as. Safe twice."""
    accounts = User.objects.filter(role=Role.REPORTER, is_active=True).select_related("municipality")
    for account in accounts.defer("password", "last_login", "provider_id").order_by("username"):
        at = timezone.now()
        with transaction.atomic(), acting(account, reason="loggkontroll"):
            drawn = draw_missing(
                municipality=account.municipality, by=account, at=at, today=timezone.localdate(at)
            )
        if drawn:
            log.info("%d log reviews were drawn", len(drawn))
