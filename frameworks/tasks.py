"""What workers do for the framework. Every task takes ids, calls one function and is safe to run twice (DESIGN.md, rule 11)."""

from celery import shared_task
from django.utils import timezone

from frameworks.imports.run import run_import
from frameworks.operations import importing, mail

#: Seconds after which an import is stopped with words, and without. Both lie below the broker's visibility timeout, so that
#: one that is still being saved is not handed to a second worker.
SOFT_LIMIT, HARD_LIMIT = 600, 660


@shared_task(
    name="frameworks.tasks.apply_import", acks_late=True, soft_time_limit=SOFT_LIMIT, time_limit=HARD_LIMIT
)
def apply_import(upload_id):
    """Saves one import; the import itself records how it went."""
    run_import(upload_id, clock=timezone.now)


@shared_task(name="frameworks.tasks.rescue_stopped_imports", acks_late=True)
def rescue_stopped_imports():
    """Imports whose worker died; beat calls it every minute."""
    importing.rescue_stopped(at=timezone.now())


@shared_task(name="frameworks.tasks.write_and_send_mail", acks_late=True)
def write_and_send_mail():
    """Writes the mails that are to be written, and sends what waits. Beat calls it every minute, urgent notices at once."""
    at = timezone.now()
    mail.gather(at=at)
    mail.send_waiting(at=at)
