"""The product's own settings name handlers and tasks that exist."""

from __future__ import annotations

import inspect

from django.conf import settings

from config.celery import app
from outbox.subscribers import handler_named, known_handlers


def test_every_handler_in_the_settings_exists_and_takes_keys() -> None:
    for name in known_handlers():
        assert list(inspect.signature(handler_named(name)).parameters) == ["keys"], name


def test_every_doorbell_and_every_periodic_task_exists() -> None:
    app.loader.import_default_modules()
    named = {task for tasks in settings.DOORBELLS.values() for task in tasks}
    named |= {str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert named - set(app.tasks) == set()
