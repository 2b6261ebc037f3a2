"""The embedded Valkey (or Redis): broker and cache, in memory only."""

import contextlib
import secrets
import signal
import socket
import subprocess

from .folders import make_folder
from .processes import Child, server_env, spawn, start_on_free_port
from .programs import valkey_program


def start_valkey(folder, home, user):
    """Start the server: (Child, REDIS_URL). Nothing is kept between starts, so neither is the password."""
    program = valkey_program(home, user)
    password = secrets.token_urlsafe(24)
    place = make_folder(home / "valkey", owner=user)
    quoted = str(place).replace("\\", "\\\\").replace('"', '\\"')
    settings = [f"requirepass {password}", "bind 127.0.0.1", 'save ""', "appendonly no", "daemonize no"]
    settings += ["maxmemory-policy noeviction", f'dir "{quoted}"']
    log = folder / "logs" / "valkey.log"

    def begin(port):
        # "-": the settings come through standard input, where nobody else can read the password.
        process = spawn(
            [program, "-"],
            log=log,
            dies_by=signal.SIGKILL,
            user=user,
            env=server_env(),
            stdin=subprocess.PIPE,
        )
        with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
            stdin.write("\n".join([*settings, f"port {port}", ""]).encode())
        return Child("Valkey", process, log, ((signal.SIGTERM, 8),))

    child, port = start_on_free_port(begin, lambda _child, port: _pings(port, password), log)
    return child, f"redis://:{password}@127.0.0.1:{port}/0"


def _pings(port, password):
    """Whether the server on `port` is ours, which means that it knows the password, and answers."""
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            while answer.count(b"\r\n") < 2:
                received = connection.recv(256)
                if not received:
                    return False
                answer += received
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
