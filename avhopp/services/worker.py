"""A Celery worker for as long as one command needs it."""

import contextlib
import os
import subprocess
from collections.abc import Iterator

from avhopp.celery import app
from avhopp.services.messages import ServiceProblem, last_lines, say
from avhopp.services.places import ROOT, data_folder, make_data_folder
from avhopp.services.processes import end_group, wait_until

START = 60.0  # seconds until a new worker answers
LAST_TASK = 30.0  # seconds that a task under way gets to finish


@contextlib.contextmanager
def ensure_worker() -> Iterator[None]:
    """A worker answers during the block: one that runs already, else one of our own.

    Call while the queue runs (`running()`, or a command of manage.py).

    Raises:
        ServiceProblem: our own worker did not start.
    """
    if _answers(1.0):
        yield
        return
    make_data_folder(data_folder())
    log = data_folder() / "logs" / "worker-once.log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [ROOT / "bin" / "worker"],
            cwd=ROOT,
            env={key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        say("Starting a worker ...")
        if (
            not wait_until(lambda: worker.poll() is not None or _answers(0.5), START)
            or worker.poll() is not None
        ):
            raise ServiceProblem(f"The worker did not start. The end of {log}:\n{last_lines(log)}")
        yield
    finally:
        if worker.poll() is None:
            end_group(worker.pid, seconds=LAST_TASK)
        worker.wait()


def _answers(seconds: float) -> bool:
    """Whether a worker answers that serves this database's queue."""
    queues = app.control.inspect(timeout=seconds).active_queues() or {}
    return any(queue["name"] == app.conf.task_default_queue for found in queues.values() for queue in found)
