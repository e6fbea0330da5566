"""What leaves PostgreSQL: messages that say nothing, and ids that nobody can guess (SR-38, SR-40)."""

import base64
import inspect
import json
import uuid

import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.db import models

from avhopp import services
from avhopp.celery import app
from reports.actions.nudge import send

OURS = {"accounts", "audit", "cases", "placements", "collaboration", "reports"}
#: Arguments that a task may take: the id of a run, and nothing about anybody.
RUN_IDS = {"run_id", "report_id"}


@pytest.fixture
def queue():
    store, name = redis.Redis.from_url(services.endpoints().redis_url), settings.CELERY_TASK_DEFAULT_QUEUE
    held = store.lrange(name, 0, -1)
    store.delete(name)
    yield lambda: [json.loads(one) for one in store.lrange(name, 0, -1)]
    store.delete(name)
    if held:
        store.rpush(name, *held)


def test_a_message_in_the_queue_holds_no_argument(queue):
    send()
    (message,) = queue()
    args, kwargs, _ = json.loads(base64.b64decode(message["body"]))
    assert (args, kwargs) == ([], {})
    assert message["headers"]["argsrepr"] == "()"
    assert message["headers"]["kwargsrepr"] == "{}"
    assert message["content-type"] == "application/json"
    uuid.UUID(message["headers"]["id"])


def test_no_task_can_be_given_anything_but_a_runs_id():
    app.loader.import_default_modules()
    tasks = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    assert len(tasks) >= 3
    taken = {(task.name, word) for task in tasks for word in inspect.signature(task.run).parameters}
    assert {(name, word) for name, word in taken if word not in RUN_IDS} == set()
    assert all(task.ignore_result or settings.CELERY_TASK_IGNORE_RESULT for task in tasks)


def test_every_row_of_ours_has_a_random_id():
    """UUID of version 4 from the application; nothing counts up, in an address or anywhere else."""
    counted = []
    for model in apps.get_models():
        key = model._meta.pk
        if model._meta.app_label not in OURS or key.name == "session_key" or not model._meta.managed:
            continue  # an unmanaged model reads a view, which makes no rows
        is_random = isinstance(key, models.UUIDField) and key.default is uuid.uuid4
        if not (is_random or key.is_relation or model._meta.auto_created):
            counted.append(model._meta.label)
    assert counted == []
