"""The password file: names with hashed passwords, one a line.

A line is `name:scrypt:N:r:p:salt:hash`, the last two in hexadecimal; nobody can read a password
from it, and each guess costs about a third of a second and 32 MB. The file is for its owner's eyes
alone. It is read once, when the page is opened.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from briefqa.errors import ServeError, UsageError

SHORTEST = 8
"""Characters a password has at least."""
LONGEST = 200
"""Characters a name or a password has at most."""

_N, _R, _P = 2**15, 8, 3
_MOST_MEMORY = 2**28
_MOST_WORK = 2**23


@dataclass(frozen=True, slots=True)
class _Hashed:
    """A password that can be checked and not be read."""

    n: int
    r: int
    p: int
    salt: bytes
    hash: bytes

    def is_of(self, password: str) -> bool:
        made = _scrypt(password, self.n, self.r, self.p, self.salt)
        return hmac.compare_digest(made, self.hash)

    def __str__(self) -> str:
        return f"scrypt:{self.n}:{self.r}:{self.p}:{self.salt.hex()}:{self.hash.hex()}"


class Passwords:
    """The names and hashed passwords of a file; safe to use from any thread."""

    def __init__(self, hashed: dict[str, _Hashed]) -> None:
        self._hashed = hashed
        self._nobody = _hash(secrets.token_hex())

    def match(self, name: str, password: str) -> bool:
        """Whether `password` is that of `name`; an unknown name takes as long as a known one."""
        if max(len(name), len(password)) > LONGEST:
            return False
        known = self._hashed.get(_plain(name))
        right = (known or self._nobody).is_of(password)
        return right and known is not None


def read(path: Path) -> Passwords:
    """The passwords in a file; raises ServeError if others can read it, or it holds none."""
    again = f"make it with: briefqa password {path} NAME"
    try:
        with path.open(encoding="utf-8") as file:
            others = os.fstat(file.fileno()).st_mode & 0o077
            text = file.read()
    except FileNotFoundError as error:
        raise ServeError(f"There is no password file {path}; {again}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ServeError(f"The password file {path} cannot be read ({error}); {again}") from error
    if others:
        raise ServeError(
            f"Others on this machine may open the password file {path}; keep it to yourself with: "
            f"chmod 600 {path}"
        )
    hashed = _parse(text, path)
    if not hashed:
        raise ServeError(f"The password file {path} names nobody; {again}")
    return Passwords(hashed)


def write(path: Path, name: str, password: str) -> None:
    """Put a name and its hashed password into a file, in place of the name's old one.

    The file is made if there is none, and is readable by its owner alone. Raises UsageError for a
    name or a password that cannot be, ServeError for a file that holds something else or cannot
    be written.
    """
    name = _plain(name)
    if not name.strip() or len(name) > LONGEST or ":" in name or not name.isprintable():
        raise UsageError(
            f"A name has 1 to {LONGEST} characters that can be printed, and no colon; "
            "give another one."
        )
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"A password has {SHORTEST} to {LONGEST} characters; give another one.")
    path = Path(os.path.realpath(path))  # a link stays a link
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        hashed = {**_parse(text, path), name: _hash(password)}
        _replace(
            path, "".join(f"{name}:{password_hash}\n" for name, password_hash in hashed.items())
        )
    except (OSError, UnicodeError) as error:
        raise ServeError(f"The password file {path} cannot be written: {error}") from error


def _parse(text: str, path: Path) -> dict[str, _Hashed]:
    hashed = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            name, scheme, n, r, p, salt, digest = line.split(":")
            entry = _Hashed(int(n), int(r), int(p), bytes.fromhex(salt), bytes.fromhex(digest))
            if (
                not name.strip()
                or scheme != "scrypt"
                or len(entry.salt) < 16
                or len(entry.hash) != 32
            ):
                raise ValueError
            if min(entry.n, entry.r, entry.p) < 1 or entry.n & (entry.n - 1) or entry.n < 2:
                raise ValueError
            if 128 * entry.n * entry.r > _MOST_MEMORY or entry.n * entry.r * entry.p > _MOST_WORK:
                raise ValueError
        except ValueError:
            raise ServeError(
                f"Line {number} of {path} is no name and hashed password; delete the line, and "
                f"make it again with: briefqa password {path} NAME"
            ) from None
        hashed[name] = entry
    return hashed


def _replace(path: Path, text: str) -> None:
    """Write beside the file, for the owner alone, and put it in its place in one step."""
    number, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(beside).unlink()
        raise


def _hash(password: str) -> _Hashed:
    salt = secrets.token_bytes(16)
    return _Hashed(_N, _R, _P, salt, _scrypt(password, _N, _R, _P, salt))


def _scrypt(password: str, n: int, r: int, p: int, salt: bytes) -> bytes:
    secret = _plain(password).encode("utf-8", "surrogatepass")
    most = 128 * r * (n + p + 2)
    return hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=most, dklen=32)


def _plain(text: str) -> str:
    """The same characters, however a keyboard composes them."""
    return unicodedata.normalize("NFC", text)
