"""The Celery application: it nudges, PostgreSQL remembers."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "avhopp.settings.worker")

WORK = "reports.tasks.work"

app = Celery("avhopp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    # Never between two and three, when the clock may jump. Whatever was missed is caught up by any tick.
    "monthly-reports": {
        "task": "reports.tasks.close_months",
        "schedule": crontab(minute="10", hour="4", day_of_month="1"),
    },
    "unfinished-reports": {"task": WORK, "schedule": 60.0, "options": {"expires": 55.0}},
}


@worker_init.connect
def refuse_unless_sound(**_: object) -> None:
    """A worker with the wrong database login or with walls missing does not start."""
    from avhopp.checks import refuse_unless_sound as check  # noqa: PLC0415 - Django is set up first

    check()


@worker_ready.connect
def look_for_work(**_: object) -> None:
    """A worker that starts looks at once for what was left undone."""
    app.send_task(WORK)
