"""The supervisor of bin/test and bin/demo: exit codes, signals, and that nothing outlives a run."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from napwps.embedded.processes import ServiceError, processes
from napwps.supervisor import choose_port, demo_options
from tests.processes import family, gone, own_env

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent


def supervised(*command, servers=True):
    """`napwps.supervisor run -- …` as a process, with its output piped; without servers it is quicker."""
    words = [sys.executable, "-m", "napwps.supervisor", "run", "--", *command]
    environment = own_env() if servers else own_env(DATABASE_URL="postgres://a@b/c", REDIS_URL="redis://d")
    return subprocess.Popen(
        words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


REPORT = """import os, subprocess, sys, time
orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("media", os.environ["MEDIA_ROOT"], orphan.pid, flush=True)"""


def first_report(process):
    """The temporary folder and the orphan's number that REPORT prints; lines before it are skipped."""
    for line in process.stdout:
        words = line.decode().split()
        if words[:1] == ["media"]:
            return Path(words[1]).parent, int(words[2])
    raise AssertionError("the command did not run")


@pytest.mark.parametrize("code", [0, 5, 7])
def test_run_passes_the_exit_code_on_and_ends_what_the_command_left(code):
    process = supervised(sys.executable, "-c", f"{REPORT}; sys.exit({code})", servers=False)
    place, orphan = first_report(process)
    rest = process.communicate(timeout=60)[0].decode()
    assert process.returncode == code
    assert f"Ending what was left behind: {orphan}" in rest
    assert gone([orphan], seconds=1)
    assert not place.exists()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_run_that_is_asked_to_stop_cleans_up(number, code):
    servers = number == signal.SIGTERM
    process = supervised(sys.executable, "-c", f"{REPORT}; time.sleep(600)", servers=servers)
    place, orphan = first_report(process)
    everybody = family([process.pid])
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == code
    assert gone([*everybody, orphan], seconds=1)
    assert not place.exists()


@pytest.mark.parametrize("which", ["outer", "inner"])
def test_run_of_which_one_process_is_killed_leaves_nothing(which):
    process = supervised(sys.executable, "-c", f"{REPORT}; time.sleep(600)")
    _place, orphan = first_report(process)
    everybody = family([process.pid])
    inner = next(pid for pid, (parent, _state) in processes().items() if parent == process.pid)
    assert orphan in everybody
    os.kill(process.pid if which == "outer" else inner, signal.SIGKILL)
    process.communicate(timeout=60)
    assert gone(everybody)


def test_run_of_a_command_that_does_not_exist():
    process = supervised("no-such-command", servers=False)
    said = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 127
    assert "no-such-command" in said


def test_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServiceError, match=f"Port {port} on 127.0.0.1 cannot be used"):
            choose_port("127.0.0.1", port)
        assert choose_port("127.0.0.1", None) != port
    with pytest.raises(ServiceError, match="no address of this machine"):
        choose_port("192.0.2.1", None)  # an address for documentation


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "70000"], ["--port", "x"], ["--nonsense"]])
def test_wrong_options_of_the_demo(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        demo_options(arguments)
    assert end.value.code == 2
    assert "usage: bin/demo" in capsys.readouterr().err
