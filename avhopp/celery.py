"""The Celery application: it nudges, PostgreSQL remembers."""

import os
from typing import Any

from celery import Celery, Task
from celery.exceptions import Ignore
from celery.schedules import crontab
from celery.signals import worker_init, worker_ready

from avhopp.access.watch import walls

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "avhopp.settings.worker")

WORK = "reports.tasks.work"
WATCH = "avhopp.access.tasks.watch_walls"


class WatchedTask(Task):
    """Nothing is done while a wall is missing; what is due stands in the database and waits."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.name != WATCH and walls.differences():
            raise Ignore
        return super().__call__(*args, **kwargs)


app = Celery("avhopp", task_cls=WatchedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    # Never between two and three, when the clock may jump. Whatever was missed is caught up by any tick.
    "monthly-reports": {
        "task": "reports.tasks.close_months",
        "schedule": crontab(minute="10", hour="4", day_of_month="1"),
    },
    # Every night, so that a month that was missed is drawn all the same; before the month's report.
    "log-reviews": {"task": "cases.tasks.draw_log_reviews", "schedule": crontab(minute="40", hour="3")},
    "ledger-anchor": {
        "task": "avhopp.audit.tasks.anchor_ledger",
        "schedule": crontab(minute="20", hour="5,11,17,23"),
    },
    "walls": {"task": WATCH, "schedule": 300.0, "options": {"expires": 290.0}},
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
