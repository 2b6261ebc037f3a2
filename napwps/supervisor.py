"""What bin/demo and bin/test do once the virtual environment is there: run programs beside embedded services.

    python -m napwps.supervisor demo [--reset] [--port N] [--host ADDRESS] [--folder FOLDER]
    python -m napwps.supervisor test [pytest's arguments]
    python -m napwps.supervisor run -- COMMAND…

Every way out stops what was started, in reverse order: the end of the command, Ctrl-C, SIGTERM, SIGHUP, and even
SIGKILL (`guarded`, `end_with_parent`).
"""

import argparse
import contextlib
import errno
import io
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from napwps.embedded import ServiceError, services
from napwps.embedded.folders import kept_secret, make_folder, temporary_folder, write_private
from napwps.embedded.processes import Child, end_with_parent, guarded, spawn, tail

ROOT = Path(__file__).resolve().parent.parent
PORT = 8000
READY_SECONDS = 60
WORKER_RESTARTS = 3
COMMAND_SECONDS = 30  # that a command has to end after it was told to
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody asked this run to stop. Raised once, wherever the run is; cleaning up is not interrupted."""


def say(text):
    """Print, also when the terminal is gone (then nobody reads it, and the clean-up must go on)."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def raise_when_asked_to_stop():
    """From now on the first SIGINT, SIGTERM or SIGHUP raises Stopped; later ones change nothing."""

    def stop(_number, _frame):
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)
        raise Stopped

    for number in SIGNALS:
        signal.signal(number, stop)


# Tests and other commands


def run_command(command, environment):
    """Run a command in the foreground with stdin, stdout and stderr of ours; its exit code, 128+n for signal n.

    Signals go to the command, which decides (pytest prints what it has). If it does not end in time, it is killed.
    """
    deadline = None
    # The group is its own, so that the command gets one SIGINT for one Ctrl-C: the one passed on here.
    process = subprocess.Popen(  # noqa: S603 (what the caller asked for)
        command, cwd=ROOT, env=environment, process_group=0, preexec_fn=end_with_parent(signal.SIGTERM)
    )

    def pass_on(number, _frame):
        nonlocal deadline
        deadline = time.monotonic() + COMMAND_SECONDS
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM if number == signal.SIGHUP else number)

    for number in SIGNALS:
        signal.signal(number, pass_on)
    while True:
        try:
            code = process.wait(0.2)
            break
        except subprocess.TimeoutExpired:
            if deadline is not None and time.monotonic() > deadline:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
    for number in SIGNALS:
        signal.signal(number, lambda *_: None)
    return code if code >= 0 else 128 - code


def run(command):
    """Run a command beside new, empty services in a temporary folder, all of which is gone afterwards."""
    raise_when_asked_to_stop()
    started = time.monotonic()
    try:
        with temporary_folder() as folder, services(folder / "services", durable=False) as addresses:
            say(f"Services ready in {time.monotonic() - started:.1f} s ({_described(addresses)}).")
            environment = _environment(addresses) | {
                "SECRET_KEY": secrets.token_urlsafe(48),
                "DEBUG": "0",
                "SITE_URL": "http://testserver",
                "MEDIA_ROOT": str(make_folder(folder / "media")),
                "STATIC_ROOT": str(make_folder(folder / "static")),
            }
            environment.pop("DEMO", None)
            return run_command(command, environment)
    except Stopped:
        return 130
    except ServiceError as problem:
        say(str(problem))
        return 1
    except FileNotFoundError as problem:
        say(f"{problem.filename}: no such file or command.")
        return 127


def _environment(addresses):
    return os.environ | addresses | {"DJANGO_SETTINGS_MODULE": "napwps.settings", "PYTHONUNBUFFERED": "1"}


def _described(addresses):
    children = [f"{child.name} {child.process.pid}" for child in addresses.children]
    return ", ".join(children) or "all of them yours"


# The demo


def choose_port(host, wanted):
    """The port to listen on: `wanted` or an error if it is taken; without a wish 8000 or the next free one."""
    for port in [wanted] if wanted else [*range(PORT, PORT + 50), 0]:
        try:
            with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
                return probe.getsockname()[1]
        except OSError as problem:
            if problem.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise ServiceError(
                    f"--host {host} is no address of this machine: {problem.strerror}."
                ) from problem
            if wanted:
                raise ServiceError(
                    f"Port {port} on {host} cannot be used: {problem.strerror}. "
                    "Choose another with --port, or leave --port out."
                ) from problem
    raise AssertionError("port 0 is always free")


def demo(options):
    """The whole application on this machine until somebody stops it. Exit code 0 if it was asked to stop."""
    raise_when_asked_to_stop()
    started = time.monotonic()
    try:
        with contextlib.ExitStack() as stack:
            _demo(options, stack, started)
    except Stopped:
        say("Stopped.")
        return 0
    except ServiceError as problem:
        say(str(problem))
        return 1
    return 1


def _demo(options, stack, started):
    if options.reset and os.environ.get("DATABASE_URL"):
        raise ServiceError(
            "--reset empties the demo's own database only, but DATABASE_URL points to another. Unset DATABASE_URL, "
            "or empty that database yourself."
        )
    port = choose_port(options.host, options.port)
    addresses = stack.enter_context(services(options.folder, durable=True, fresh=options.reset))
    say(f"Services ready after {time.monotonic() - started:.1f} s ({_described(addresses)}).")
    if port != (options.port or PORT):
        say(f"Port {PORT} is in use; using port {port}.")
    environment = _demo_environment(addresses, options, port)
    accounts = _prepare(options.folder, environment)
    say(f"Database ready after {time.monotonic() - started:.1f} s.")
    programs, children = _programs(environment, options, port), {}
    for name, begin in programs.items():
        children[name] = begin()
        # Looked up by name when it stops: a worker may have been restarted by then.
        stack.callback(lambda name=name: children[name].stop())
    stack.callback(lambda: say("Stopping…"))
    _wait_until_ready(children, port, options.host)
    say(f"Ready after {time.monotonic() - started:.1f} s.\n")
    say(accounts.rstrip())
    say(
        f"\n  The tracker: {_address(options.host, port)}\n  Logs: {options.folder / 'logs'}\n  Stop: Ctrl-C\n"
    )
    if options.host not in {"127.0.0.1", "localhost", "::1"}:
        say("  Others on this network can open it, and the demo's passwords are known. Use no real data.\n")
    _watch(children, addresses, programs)


def _address(host, port):
    name = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(host, host)  # noqa: S104 (compared)
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


def _demo_environment(addresses, options, port):
    folder, host = options.folder, options.host
    everywhere = host in {"0.0.0.0", "::"}  # noqa: S104 (the user's own wish, warned about)
    names = ["127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host]
    return _environment(addresses) | {
        "SECRET_KEY": kept_secret(folder / "secret-key"),
        "DEBUG": "0",
        "DEMO": "1",
        "ALLOWED_HOSTS": "*" if everywhere else ",".join(dict.fromkeys(names)),
        "CSRF_TRUSTED_ORIGINS": "",
        "SITE_URL": _address(host, port),
        "MEDIA_ROOT": str(make_folder(folder / "media")),
        "STATIC_ROOT": str(make_folder(folder / "static")),
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO"),
    }


def _prepare(folder, environment):
    """Migrate and load the demo, in one process; the table of accounts. Raises ServiceError with what was said."""
    table, log = folder / "accounts.txt", folder / "logs" / "prepare.log"
    log.unlink(missing_ok=True)
    command = [sys.executable, "-m", "napwps.supervisor", "prepare", table]
    process = spawn(command, log=log, dies_by=signal.SIGTERM, env=environment, cwd=ROOT)
    try:
        code = process.wait()
    finally:
        Child("", process, log, ((signal.SIGTERM, 10),)).stop()
    if code:
        raise ServiceError(
            f"The demo's database could not be prepared:\n{tail(log, 25)}\n\nThe whole log: {log}\n"
            "If the data is of an older version, `bin/demo --reset` starts afresh."
        )
    return table.read_text()


def prepare(table):
    """In a process with Django: migrate, load the demo if it is not there, write the table of accounts."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=1)
    call_command("load_demo")
    accounts = io.StringIO()
    call_command("demo_accounts", stdout=accounts)
    write_private(table, accounts.getvalue())
    return 0


def _programs(environment, options, port):
    """How to start web, worker and beat: {name: function -> Child}. Stopped in reverse order."""
    python = [sys.executable, "-m"]
    bind = f"[{options.host}]:{port}" if ":" in options.host else f"{options.host}:{port}"
    schedule = make_folder(options.folder / "beat") / "schedule"
    gunicorn = [*python, "gunicorn", "napwps.wsgi:application", "--bind", bind, "--workers", "2"]
    gunicorn += [
        "--worker-class",
        "gthread",
        "--threads",
        "4",
        "--graceful-timeout",
        "8",
        "--no-control-socket",
    ]
    gunicorn += ["--access-logfile", "-", "--error-logfile", "-"]
    celery = [*python, "celery", "-A", "napwps"]
    worker = [*celery, "worker", "--concurrency", "2", "--queues", "celery,reports", "--loglevel", "INFO"]
    worker += ["--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--schedule", schedule, "--loglevel", "INFO"]

    def begin(name, command, stops):
        def start():
            log = options.folder / "logs" / f"{name}.log"
            process = spawn(command, log=log, dies_by=stops[0][0], env=environment, cwd=ROOT)
            return Child(name, process, log, stops)

        return start

    return {
        "web": begin("web", gunicorn, ((signal.SIGTERM, 10),)),
        "worker": begin("worker", worker, ((signal.SIGTERM, 12), (signal.SIGQUIT, 5))),
        "beat": begin("beat", beat, ((signal.SIGTERM, 5),)),
    }


def _wait_until_ready(children, port, host):
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compared)
    url = f"{_address(address, port)}healthz/"
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        for child in children.values():
            _fail_if_ended(child)
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 (http)
            if answer.status == 200:
                return
        time.sleep(0.1)
    log = children["web"].log
    raise ServiceError(
        f"The web server did not answer on {url} in {READY_SECONDS} s:\n{tail(log)}\n\nLog: {log}"
    )


def _fail_if_ended(child):
    code = child.process.poll()
    if code is not None:
        raise ServiceError(
            f"{child.name} ended by itself (code {code}):\n{tail(child.log)}\n\nLog: {child.log}"
        )


def _watch(children, addresses, programs):
    """Until a process ends by itself. A worker is restarted a few times: one bad file must not end the demo."""
    restarts = 0
    while True:
        for child in (*children.values(), *addresses.children):
            if child.process.poll() is None:
                continue
            if child.name == "worker" and restarts < WORKER_RESTARTS:
                restarts += 1
                children["worker"] = programs["worker"]()
                say(
                    f"worker ended by itself (code {child.process.poll()}); restart {restarts}/{WORKER_RESTARTS}."
                )
            else:
                _fail_if_ended(child)
        time.sleep(0.3)


# The command line


def _port(text):
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port (1 to 65535)")
    return int(text)


def demo_options(arguments):
    """The options of bin/demo."""
    parser = argparse.ArgumentParser(
        prog="bin/demo", description="Run the NAP WPS Tracker with demo data on this machine, until Ctrl-C."
    )
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away and start afresh")
    parser.add_argument(
        "--port", type=_port, metavar="N", help=f"port of the web pages (default: {PORT} or the next free)"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--folder",
        type=lambda text: Path(text).resolve(),
        default=ROOT / ".demo",
        help="where the demo keeps its data, as a full path (default: .demo, beside bin)",
    )
    return parser.parse_args(arguments)


def in_parallel(arguments):
    """pytest's arguments, with one process a core unless they say how many or ask for a debugger.

    tests/conftest.py says which tests stay together in one process.
    """
    told = ("-n", "--numprocesses", "--pdb", "--trace", "no:xdist")
    if any(argument.startswith(told) for argument in arguments) or (os.cpu_count() or 1) < 2:
        return arguments
    return ["-n", str(min(os.cpu_count(), 4)), "--dist", "loadgroup", *arguments]


def main(arguments):
    """Dispatch; see the top of this file. Returns the exit code."""
    match arguments:
        case ["demo", *rest]:
            options = demo_options(rest)
            return guarded(lambda: demo(options))
        case ["test", *rest]:
            return guarded(lambda: run([sys.executable, "-m", "pytest", *in_parallel(rest)]))
        case ["run", "--", _command, *_]:
            return guarded(lambda: run(arguments[2:]))
        case ["prepare", table]:
            return prepare(table)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
