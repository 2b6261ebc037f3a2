"""The Celery application for test_import_queue.py: `SLOW_SECONDS` makes the saving of every import take so much longer."""

import os
import time

from celery.signals import worker_process_init

from napwps.celery import app

SECONDS = float(os.environ.get("SLOW_SECONDS", "0"))


@worker_process_init.connect
def slow_down(**_signal):
    from frameworks.imports import saving

    announce = saving.announce

    def slowly(**told):
        time.sleep(SECONDS)  # everything is written, and nothing committed
        announce(**told)

    saving.announce = slowly


__all__ = ["app"]
