"""Signs of life of long work: a thread that says, again and again, how far a worker is.

The thread has a database connection of its own, so that what it writes is seen while the work's transaction is open. Whose
sign fails to come for long is taken for dead, and its work is given to another worker.
"""

import logging
import threading
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection

log = logging.getLogger(__name__)


@contextmanager
def beating(beat, *, lost, every, name):
    """Calls `beat()` every `every` seconds until the block is left.

    lost: the exception by which `beat` says that the work was given to somebody else; then there is nothing more to say
    (the work itself finds out at its next step). name: of the work, for the log.
    """
    done = threading.Event()

    def beat_on():
        try:
            while not done.wait(every):
                try:
                    beat()
                except lost:
                    return
                except (OperationalError, InterfaceError):
                    log.warning("%s: a sign of life did not reach the database", name)
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=beat_on, name=f"pulse-{name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=10)
