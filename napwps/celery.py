"""The Celery application: `celery -A napwps worker`, `celery -A napwps beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "napwps.settings")

app = Celery("napwps")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
