"""The folders that the embedded services live in: who may enter, who holds them, what is secret in them."""

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import shutil
import tempfile
import time
from pathlib import Path

from .processes import ServiceError

UNPRIVILEGED = 65534  # "nobody" everywhere
LOCK = "napwps.lock"
TEMPORARY = "napwps-run-"


def server_user():
    """The uid that the servers run as: None (the same) for an ordinary user, 65534 for root."""
    return UNPRIVILEGED if os.geteuid() == 0 else None


def reachable(path, user):
    """Whether a uid in no group but its own may enter every folder down to `path`, and read it if it is a file."""
    path = Path(path).resolve()
    for place in [path, *path.parents]:
        if not place.exists():
            continue
        info = place.stat()
        shift = 6 if info.st_uid == user else 3 if info.st_gid == user else 0
        wanted = 0o1 if place.is_dir() else 0o4
        if not info.st_mode >> shift & wanted:
            return False
    return True


def data_home(folder):
    """Where the servers of `folder` keep their files: in it, unless root's servers cannot get there.

    Example: a clone in /root, which only root may enter. Then a folder of /var/lib is named after this one.
    """
    folder = Path(folder).resolve()
    user = server_user()
    if user is None or reachable(folder.parent, user):
        return folder
    return Path("/var/lib") / f"napwps-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"


def make_folder(path, *, private=True, owner=None):
    """Make a folder which only its owner may enter; not private: others may pass through to what they know."""
    path.mkdir(parents=True, exist_ok=True)
    if owner is not None:
        os.chown(path, owner, owner)
    path.chmod(0o700 if private else 0o711)
    return path


@contextlib.contextmanager
def folder_lock(folder):
    """Hold `folder` for this process. The kernel lets go when the process ends, so a lock is never stale."""
    descriptor = os.open(Path(folder) / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            if problem.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                raise ServiceError(
                    f"{folder} cannot be locked ({problem.strerror}). Use a local disk."
                ) from problem
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            raise ServiceError(
                f"Already running on {folder} (process {holder}). Stop that one first: Ctrl-C in its terminal."
            ) from problem
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def refuse_strange_folder(folder):
    """Raise ServiceError for a folder with files that are not ours: it might be emptied one day."""
    if not (folder / LOCK).exists() and any(folder.iterdir()):
        raise ServiceError(f"{folder} holds other files. Name a folder that is new or empty.")


def empty_folder(folder):
    """Remove everything in `folder` but its lock, and the servers' files if they lie elsewhere."""
    home = data_home(folder)
    if home != Path(folder).resolve() and home.exists():
        shutil.rmtree(home)
    for entry in Path(folder).iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != LOCK:
            entry.unlink()


def write_private(path, text, owner=None):
    """Write a file that nobody but its owner can read, at no moment; it appears whole or not at all."""
    path = Path(path)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    if owner is not None:
        os.chown(draft, owner, owner)
    draft.replace(path)


def kept_secret(path):
    """The random secret in this file, made at the first call; only its owner can read the file."""
    path = Path(path)
    if not path.exists():
        write_private(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


@contextlib.contextmanager
def temporary_folder():
    """A new folder, removed at the end. Those of runs that were killed are removed by the next run."""
    user = server_user()
    places = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 (mkdtemp below)
    place = next((place for place in places if user is None or reachable(place, user)), places[0])
    for old in place.glob(f"{TEMPORARY}*"):
        _remove_abandoned(old)
    folder = make_folder(Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=place)), private=user is None)
    with folder_lock(folder):
        try:
            yield folder
        finally:
            empty_folder(folder)
            shutil.rmtree(folder)


def _remove_abandoned(folder):
    """Remove a temporary folder of ours whose run is over: its lock is older than a minute and free."""
    with contextlib.suppress(OSError, ServiceError):
        lock = folder / LOCK
        if folder.stat().st_uid == os.geteuid() and time.time() - lock.stat().st_mtime > 60:
            with folder_lock(folder):
                empty_folder(folder)
            shutil.rmtree(folder)
