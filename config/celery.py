"""The Celery application: queues floor, orders, channels, rules, bulk (design section 5)."""

import os

from celery import Celery

from config import liveness, watching

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("house")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["freeze_rules"], related_name="sensor_tasks")
liveness.watch()
watching.watch_tasks()
