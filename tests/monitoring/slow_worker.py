"""The Celery application for test_worker.py: `SLOW_SECONDS` makes the layout of every report take so much longer."""

import os
import time

from celery.signals import worker_process_init

from napwps.celery import app

SECONDS = float(os.environ.get("SLOW_SECONDS", "0"))


@worker_process_init.connect
def slow_down(**_signal):
    from monitoring.reports import run

    render = run.render_pdf

    def slowly(report, **options):
        time.sleep(SECONDS)
        return render(report, **options)

    run.render_pdf = slowly


__all__ = ["app"]
