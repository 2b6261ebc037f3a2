"""The embedded PostgreSQL: one cluster, one database, one role, over TCP with a password (SCRAM)."""

import contextlib
import os
import shutil
import signal
import sys
import time

from .folders import kept_secret, make_folder, write_private
from .processes import Child, ServiceError, run_quietly, server_env, spawn, start_on_free_port, working_in
from .programs import postgres_programs, version_of

NAME = "napwps"  # of the database and of its role
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a deep folder would make a socket's path too long
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
}
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def start_postgres(folder, home, user, durable):
    """Start the server on `home`/postgres, which is made if missing: (Child, DATABASE_URL)."""
    programs = postgres_programs(home, user)
    version = version_of(programs / "postgres")
    password = kept_secret(folder / "postgres-secret")
    data = home / "postgres"
    if not data.exists():
        _make_cluster(programs, version, home, user, password)
    made_by = (data / "PG_VERSION").read_text().strip()
    if made_by != version.split(".")[0]:
        raise ServiceError(
            f"The data in {data} was made by PostgreSQL {made_by}, but this is PostgreSQL {version}. "
            f"Start afresh (bin/demo --reset), or run it with PostgreSQL {made_by}."
        )
    _clear_stale_server(data)
    settings = SETTINGS if durable else SETTINGS | UNSAFE
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    # SIGINT: "fast" shutdown, with a checkpoint. SIGQUIT: at once; the next start replays the log.
    stops = ((signal.SIGINT, 20), (signal.SIGQUIT, 8)) if durable else ((signal.SIGQUIT, 8),)
    log = folder / "logs" / "postgres.log"

    def begin(port):
        command = [programs / "postgres", "-D", data, "-p", port, *options]
        process = spawn(command, log=log, dies_by=stops[0][0], user=user, env=server_env())
        return Child("PostgreSQL", process, log, stops)

    def ready(child, _port):
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(child.process.pid) and lines[7].strip() == "ready"

    child, port = start_on_free_port(begin, ready, log)
    return child, f"postgres://{NAME}:{password}@127.0.0.1:{port}/{NAME}"


def _make_cluster(programs, version, home, user, password):
    """initdb and the one database, in a folder beside the real one that is renamed when all is done."""
    draft = home / "postgres.new"
    if draft.exists():
        shutil.rmtree(draft)
    make_folder(draft, owner=user)
    password_file = home / "postgres-password"
    write_private(password_file, password, owner=user)
    initdb = [programs / "initdb", "-D", draft, "-U", NAME, f"--pwfile={password_file}"]
    initdb += ["--auth=scram-sha-256", "--encoding=UTF8"]
    if int(version.split(".")[0]) >= 17:  # sorts without asking the machine for a locale
        initdb += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    else:
        initdb += ["--locale=C.UTF-8"]
    # Unsynced even if durable: a thousand small files can take ten seconds, and there is nothing to lose in them yet.
    initdb += ["--no-sync"]
    create = [programs / "postgres", "--single", "-D", draft, "-c", "fsync=off", "postgres"]
    try:
        for command, text in ((initdb, ""), (create, f'CREATE DATABASE "{NAME}"\n')):
            code, said = run_quietly(command, user=user, env=server_env(), text=text)
            if code or "ERROR:" in said:
                raise ServiceError(f"PostgreSQL's {command[0].name} failed in {draft}:\n{said}")
    finally:
        password_file.unlink(missing_ok=True)
    draft.rename(home / "postgres")


def _clear_stale_server(data):
    """Make way for a new server after a crash, a kill or a reboot.

    A server whose parent was killed is on its way out: wait for it, then end it. Its pid file may name a process
    that got the same number since, and PostgreSQL would take the stranger for itself: so the file is removed as
    soon as nobody works in `data`. Every process of a server has its data folder as working folder.
    """
    pid_file = data / "postmaster.pid"
    if not pid_file.exists() or sys.platform != "linux":
        return
    left = []
    for number, seconds in ((None, 10), (signal.SIGINT, 10), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
        deadline = time.monotonic() + seconds
        if number is not None:
            with contextlib.suppress(OSError, ValueError):
                server = int(pid_file.read_text().split("\n", 1)[0])
                if server in left:
                    os.kill(server, number)
        while left := working_in(data):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        if not left:
            pid_file.unlink(missing_ok=True)
            return
    raise ServiceError(
        f"Another PostgreSQL (process {left[0]}) works in {data} and does not stop. End it first."
    )
