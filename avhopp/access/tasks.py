"""The watch over the walls where nobody asks for a page: at night the alarm comes from here."""

from celery import shared_task

from avhopp.access.watch import walls


@shared_task(name="avhopp.access.tasks.watch_walls")
def watch_walls() -> int:
    """Compare the walls with the committed list; gives the number of differences, logged as critical."""
    return len(walls.look())
