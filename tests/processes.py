"""What the tests of real processes share: starting them alone, and seeing that they are gone."""

import json
import os
import time

import psycopg

from napwps.embedded.processes import command_of, processes


def own_env(**more):
    """The environment without addresses of services, so that a scenario starts its own."""
    return {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}
    } | more


def told(process):
    """What a script says on its first line."""
    line = process.stdout.readline()
    assert line, process.stderr.read().decode()
    return json.loads(line)


def finish(process):
    """Let a holding script go on to its end: its exit code."""
    process.communicate(timeout=60)
    return process.returncode


def living(pids):
    """Those of the processes that live. One that waits for its parent to ask for its end does not."""
    table = processes()
    return [pid for pid in pids if pid in table and table[pid][1] != "Z"]


def family(pids):
    """The processes and all below them, at this moment."""
    table, found = processes(), list(pids)
    for pid in found:
        found += [child for child, (parent, _state) in table.items() if parent == pid]
    return found


def gone(pids, seconds=15):
    """Whether all of the processes end in time."""
    deadline = time.monotonic() + seconds
    while living(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert living(pids) == [], [command_of(pid) for pid in living(pids)]
    return True


def query(url, statement):
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None
