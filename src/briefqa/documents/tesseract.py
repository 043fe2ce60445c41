"""Tesseract, the program that reads the words on a picture; it is not part of BriefQA.

It runs in a process of its own with limits of time and memory, gets the pixels through a pipe and
answers through another: nothing is written to the disk.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import threading
from contextlib import suppress
from functools import cache
from statistics import fmean
from xml.etree import ElementTree as ET

from briefqa.documents.recognised import RecognisedLine, RecognisedPage
from briefqa.errors import LoadError, UsageError

SECONDS = 60
"""Of processor time for a page; a dense one takes about four."""

WALL_SECONDS = 180.0
MEMORY = 2_000_000_000
"""Bytes of address space."""

MISSING = (
    "Tesseract, which reads scans, is not on this machine; install it (on Debian and Ubuntu: "
    "apt install tesseract-ocr), or build with --no-ocr."
)

_MOST_LANGUAGES = 4  # each takes time
_CODES = {
    "ar": "ara", "da": "dan", "de": "deu", "en": "eng", "es": "spa", "fi": "fin", "fr": "fra",
    "hu": "hun", "it": "ita", "nl": "nld", "no": "nor", "pt": "por", "ro": "ron", "ru": "rus",
    "sv": "swe", "tr": "tur",
}  # fmt: skip
_LEAST_SURE = 35.0  # per cent, on average over a line: below it are folds, stamps and pictures
_BOX = re.compile(r"bbox (\d+) (\d+) (\d+) (\d+)")
_BASELINE = re.compile(r"baseline (-?[\d.]+) (-?[\d.]+)")
_SIZE = re.compile(r"x_size ([\d.]+)")
_SURE = re.compile(r"x_wconf (\d+)")
_LINES = frozenset(("ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"))

_running: set[subprocess.Popen[bytes]] = set()
_lock = threading.Lock()


def setup(language: str) -> str:
    """What reads scans here, as `tesseract 5.3.0 eng`: its version and languages.

    Those that are installed, beginning with `language`, a two-letter code; of many only that one
    and English. Raises UsageError where there is no Tesseract, or one without any language.
    """
    program = shutil.which("tesseract")
    if program is None:
        raise UsageError(MISSING)
    version, installed = _about(program)
    wanted = [code for code in (_CODES.get(language, language), "eng") if code in installed]
    if len(installed) <= _MOST_LANGUAGES or not wanted:
        wanted += installed[:_MOST_LANGUAGES]
    if not wanted:
        raise UsageError(
            "Tesseract has no language installed (on Debian and Ubuntu: apt install "
            "tesseract-ocr-eng), so it cannot read scans."
        )
    return f"tesseract {version} {'+'.join(dict.fromkeys(wanted))}"


@cache
def _about(program: str) -> tuple[str, tuple[str, ...]]:
    """Its version, and the languages it has."""
    version = re.search(r"tesseract v?([\w.-]+)", _told(program, "--version"))
    listed = _told(program, "--list-langs").splitlines()[1:]
    languages = sorted(line for line in listed if re.fullmatch(r"[\w/]+", line) and line != "osd")
    return version[1] if version else "?", tuple(languages)


def _told(program: str, option: str) -> str:
    try:
        told = subprocess.run(
            [program, option], stdin=subprocess.DEVNULL, capture_output=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(f"Tesseract does not run ({type(error).__name__}); {MISSING}") from error
    return (told.stdout + told.stderr).decode("utf-8", "replace")


def read(page: int, width: int, height: int, pixels: bytes, setup: str) -> RecognisedPage:
    """The lines on a picture of a page, given as rows of RGB; `setup` is as `setup` says.

    Raises LoadError, with a clause that says why, where it takes too long or Tesseract fails.
    """
    picture = b"P6 %d %d 255\n" % (width, height) + pixels
    answer = _run(setup, picture)
    try:
        root = ET.fromstring(answer)
    except ET.ParseError as error:
        raise LoadError("Tesseract could not read it") from error
    return RecognisedPage(page, width, height, tuple(_lines(root)))


def stop() -> None:
    """End all that are running; whoever waits for one gets a LoadError."""
    with _lock:
        for process in _running:
            _kill(process)


def program(setup: str) -> str:
    """The program that `setup` speaks of; raises LoadError where this machine has another."""
    found = shutil.which("tesseract")
    if found is None:
        raise LoadError("Tesseract is not on this machine")
    version, installed = _about(found)
    _, of, languages = setup.split(" ", 2)
    if of != version or not set(languages.split("+")) <= set(installed):
        raise LoadError(f"it was read by {setup}, which is not on this machine")
    return found


def _run(setup: str, picture: bytes) -> bytes:
    languages = setup.rpartition(" ")[2]
    # Its threads for one page cost more than they gain: pages are read side by side.
    kept = ("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "LANG", "LC_ALL")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    try:
        process = subprocess.Popen(
            [program(setup), "stdin", "stdout", "-l", languages, "-c", "tessedit_create_hocr=1"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment, "OMP_THREAD_LIMIT": "1"},
            start_new_session=True,
        )
    except OSError as error:
        raise LoadError("Tesseract could not be started") from error
    with _lock:
        _running.add(process)
    try:
        _limit(process.pid)
        answer, _ = process.communicate(picture, WALL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise LoadError(f"Tesseract took more than {WALL_SECONDS:.0f} seconds") from error
    finally:
        with _lock:
            _running.discard(process)
        _kill(process)
        process.communicate()
    if process.returncode == 0:
        return answer
    if process.returncode < 0:
        raise LoadError(f"Tesseract took more than {SECONDS} seconds or {MEMORY / 1e9:.0f} GB")
    raise LoadError("Tesseract could not read it")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End it with all that it may have started, unless it has ended."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _limit(process: int) -> None:
    """Bound a process that has just been started, where the system can do that from outside."""
    set_limit = getattr(resource, "prlimit", None)  # Linux has it
    if set_limit is None:
        return
    for kind, most in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):
            set_limit(process, kind, (most, most))


def _lines(root: ET.Element) -> list[RecognisedLine]:
    """The lines of an answer in hOCR, in the order in which they are read."""
    found: list[RecognisedLine] = []
    block = 0
    for element in root.iter():
        kind = element.get("class", "")
        if kind == "ocr_par":
            block += 1
        elif kind in _LINES and (line := _line(element, block)) is not None:
            found.append(line)
    return found


def _line(element: ET.Element, block: int) -> RecognisedLine | None:
    about = element.get("title", "")
    words, sure = [], []
    for each in element:
        word = "".join(each.itertext()).strip()
        if word:
            words.append(word)
            certain = _SURE.search(each.get("title", ""))
            sure.append(float(certain[1]) if certain else 0.0)
    box, size = _BOX.search(about), _SIZE.search(about)
    if not words or box is None or size is None or fmean(sure) < _LEAST_SURE:
        return None
    left, top, right, bottom = (int(edge) for edge in box.groups())
    slope = _BASELINE.search(about)
    lower = float(slope[2]) + float(slope[1]) * (right - left) / 2 if slope else 0.0
    return RecognisedLine(
        " ".join(words), (left, top, right, bottom), bottom + lower, float(size[1]), block
    )
