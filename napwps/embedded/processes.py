"""Starting, stopping and watching processes, so that none is ever left behind. Standard library only."""

import contextlib
import ctypes
import dataclasses
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from pathlib import Path

START_SECONDS = 120  # PostgreSQL may have a crash to recover from
PORT_TRIES = 5
PORT_TAKEN = ("could not bind", "address already in use", "could not create any tcp/ip", "failed listening")

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class ServiceError(RuntimeError):
    """A service cannot be started; the text is meant for the person at the terminal."""


@dataclasses.dataclass
class Child:
    """A running process: what to call it, the process, its log, and how it is asked to stop.

    `stops` is a sequence of (signal, seconds to wait for the end after it); SIGKILL follows by itself.
    """

    name: str
    process: subprocess.Popen
    log: Path
    stops: tuple[tuple[signal.Signals, float], ...]

    def stop(self):
        """Ask, ask harder, kill. Does nothing if the process has ended."""
        for number, seconds in self.stops:
            if self.process.poll() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def end_with_parent(number, user=None):
    """A preexec_fn: become `user` (a uid), and receive signal `number` when the parent ends, even by SIGKILL.

    The kernel (Linux) forgets the wish when the user changes, hence the order; the parent may have ended before
    the wish was made, hence the second look.
    """
    parent = os.getpid()

    def prepare():
        if user is not None:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def spawn(command, *, log, dies_by, user=None, env=None, cwd="/", stdin=subprocess.DEVNULL):
    """Start a long-lived child that writes to `log`, in its own session: Ctrl-C in the terminal must not reach it."""
    if log.exists() and log.stat().st_size > 5_000_000:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 (our own commands)
            [str(word) for word in command],
            stdin=stdin,
            stdout=out,
            stderr=out,
            cwd=cwd,
            env=env,
            start_new_session=True,
            preexec_fn=end_with_parent(dies_by, user),
        )


def run_quietly(command, *, user=None, env=None, text="", timeout=None):
    """Run a short command to its end, with `text` as its input: (exit code, all that it said)."""
    done = subprocess.run(  # noqa: S603 (our own commands)
        [str(word) for word in command],
        input=text.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=env,
        timeout=timeout,
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGKILL, user),
    )
    return done.returncode, done.stdout.decode(errors="replace")


def server_env():
    """The servers' environment: nothing is inherited, so PGDATA, PGOPTIONS or LD_LIBRARY_PATH change nothing."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def tail(log, lines=20, start=0):
    """The last lines of a log, from byte `start` on."""
    try:
        with Path(log).open("rb") as file:
            file.seek(start)
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.rstrip().splitlines()[-lines:])


def free_port():
    """A TCP port of 127.0.0.1 that nobody holds at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_on_free_port(begin, ready, log):
    """Start a server and wait until it is ready; on another port if that one was taken in between.

    begin(port) returns a Child, ready(child, port) says whether it answers. Returns the child and its port.
    """
    for attempt in range(1, PORT_TRIES + 1):
        start = log.stat().st_size if log.exists() else 0
        port = free_port()
        child = begin(port)
        try:
            deadline = time.monotonic() + START_SECONDS
            while child.process.poll() is None and time.monotonic() < deadline:
                if ready(child, port):
                    return child, port
                time.sleep(0.02)
        except BaseException:
            child.stop()
            raise
        code = child.process.poll()
        child.stop()
        said = tail(log, start=start if log.stat().st_size >= start else 0)
        if code is None:
            raise ServiceError(f"{child.name} was not ready after {START_SECONDS} seconds:\n{said}")
        if attempt == PORT_TRIES or not any(words in said.lower() for words in PORT_TAKEN):
            raise ServiceError(f"{child.name} ended while starting (code {code}):\n{said}")
    raise AssertionError("the last try returns or raises")


def processes():
    """Every process of this machine that /proc shows: {pid: (parent's pid, state)}."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = entry.read_text(errors="replace").rpartition(")")[2].split()[:2]
            found[int(entry.parent.name)] = (int(parent), state)
    return found


def descendants(pid):
    """The living processes below `pid`, nearest first. Zombies are not living."""
    table = processes()
    below, level = [], [pid]
    while level:
        level = [child for child, (parent, _state) in table.items() if parent in level]
        below += level
    return [child for child in below if table[child][1] != "Z"]


def working_in(folder):
    """Processes whose working folder is `folder`: for a data folder, the server on it and its children."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if Path(os.readlink(entry)) == folder:
                found.append(int(entry.parent.name))
    return found


def command_of(pid):
    """The command line of a process, shortened, for a message."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return words.strip()[:100]
    return ""


def adopt_orphans():
    """Become the parent of every descendant whose own parent ends (Linux), so that none gets away."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_descendants(patience=1.0, say=lambda text: None):
    """End whatever still runs below this process and wait for it. Those that end within `patience` are not told of."""
    told = False
    for number, seconds in ((None, patience), (signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            _reap()
            left = descendants(os.getpid())
            if not left:
                return
            if number is None:
                time.sleep(0.05)
                continue
            if not told:
                told = True
                say("Ending what was left behind: " + "; ".join(f"{pid} {command_of(pid)}" for pid in left))
            for pid in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
            time.sleep(0.2)


def _reap():
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def guarded(work):
    """Run work() -> exit code in a child in a session of its own; return the exit code.

    This process only passes signals on and cleans up: killed, it takes the child with it; if the child is killed,
    it ends whatever the child had started. So nothing outlives both, however one of them ends.
    """
    adopt_orphans()
    passed_on = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, passed_on)
    prepare = end_with_parent(signal.SIGTERM)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setsid()
            prepare()
            adopt_orphans()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, passed_on)
            code = work()
        except BaseException:
            traceback.print_exc()
        with contextlib.suppress(BaseException):
            end_descendants(say=lambda text: print(text, file=sys.stderr))
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)

    def pass_on(number, _frame):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)

    for number in passed_on:
        signal.signal(number, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, passed_on)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    end_descendants(patience=3)  # the servers were told by the kernel and may have a checkpoint to write
    return code if code >= 0 else 128 - code
