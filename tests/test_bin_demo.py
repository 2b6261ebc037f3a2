"""bin/demo from start to Ctrl-C, on a folder and a port of its own."""

import os
import re
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest

from napwps.embedded.folders import temporary_folder
from napwps.embedded.processes import command_of, descendants, free_port, processes

ROOT = Path(__file__).resolve().parent.parent
UNSET = {
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "MEDIA_ROOT",
    "STATIC_ROOT",
    "DEBUG",
    "DEMO",
    "ALLOWED_HOSTS",
    "SITE_URL",
}


@pytest.fixture
def demo():
    """Start bin/demo with more arguments on one and the same folder: (process, port, what it said until ready)."""
    started = []
    with temporary_folder() as place:

        def begin(*more):
            port = free_port()
            process = subprocess.Popen(
                [ROOT / "bin/demo", "--folder", str(place / "demo"), "--port", str(port), *more],
                env={name: value for name, value in os.environ.items() if name not in UNSET},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            started.append(process)
            said = ""
            for line in process.stdout:
                said += line
                if "Stop: Ctrl-C" in line:
                    return process, port, said
            raise AssertionError(said)

        yield begin
        for process in started:
            process.terminate()
            process.communicate(timeout=60)


def running(parent, words):
    """The first process below `parent` whose command has these words."""
    return next(pid for pid in descendants(parent) if words in command_of(pid))


def status(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
        return answer.status


@pytest.mark.slow
def test_demo_starts_survives_a_killed_worker_stops_and_keeps_its_data(demo):
    process, port, said = demo()
    assert f"http://127.0.0.1:{port}/" in said
    assert status(port, "/healthz/") == 200
    assert status(port, "/") == 200
    everybody = descendants(process.pid)
    assert len(everybody) > 10

    worker = running(process.pid, "celery -A napwps worker")
    os.kill(worker, signal.SIGKILL)
    assert process.stdout.readline() == "\n"
    assert "worker ended by itself (code -9); restart 1/3." in process.stdout.readline()
    newcomers = set(descendants(process.pid)) - set(everybody)
    assert any("celery -A napwps worker" in command_of(pid) for pid in newcomers)

    everybody += descendants(process.pid)
    process.send_signal(signal.SIGINT)
    rest = process.communicate(timeout=60)[0]
    assert process.returncode == 0, rest
    assert rest.endswith("Stopping…\nStopped.\n")
    assert not set(everybody) & set(processes())

    process, port, said = demo()
    log = Path(re.search(r"Logs: (.+)", said).group(1)) / "prepare.log"
    assert "The demo is there already; nothing was changed." in log.read_text()

    os.kill(running(process.pid, "celery -A napwps beat"), signal.SIGKILL)
    rest = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert "beat ended by itself (code -9):" in rest


def test_demo_refuses_a_port_that_was_asked_for_and_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [ROOT / "bin/demo", "--port", port], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in done.stdout


@pytest.mark.parametrize("script", ["setup", "demo", "test", "lock", "../.ci/run"])
def test_scripts_are_executable_and_well_formed(script):
    path = ROOT / "bin" / script
    assert os.access(path, os.X_OK)
    assert subprocess.run(["bash", "-n", str(path)], capture_output=True).returncode == 0


@pytest.mark.parametrize("script", ["setup", "demo"])
def test_scripts_have_help(script):
    done = subprocess.run([ROOT / "bin" / script, "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    assert len(done.stdout) > 80
