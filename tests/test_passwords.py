"""Are passwords kept so that nobody can read them, and told apart?"""

from __future__ import annotations

from pathlib import Path

import pytest

from briefqa import ServeError, UsageError
from briefqa.ui import passwords

USUAL = passwords._N


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with less work; how much is written in each line."""
    monkeypatch.setattr(passwords, "_N", 2**8)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "passwords"
    passwords.write(file, "ada", "correct horse")
    return file


def test_the_right_password_of_a_known_name_fits_and_no_other(file: Path) -> None:
    passwords.write(file, "bob", "battery staple")
    kept = passwords.read(file)
    assert kept.match("ada", "correct horse")
    assert kept.match("bob", "battery staple")
    assert not kept.match("ada", "battery staple")
    assert not kept.match("ada", "correct horse ")
    assert not kept.match("ADA", "correct horse")
    assert not kept.match("eve", "correct horse")
    assert not kept.match("", "")


def test_a_new_password_takes_the_place_of_the_old_one(file: Path) -> None:
    passwords.write(file, "ada", "battery staple")
    kept = passwords.read(file)
    assert not kept.match("ada", "correct horse")
    assert kept.match("ada", "battery staple")
    assert len(file.read_text().splitlines()) == 1


def test_the_file_holds_no_password_and_the_same_one_twice_looks_different(file: Path) -> None:
    passwords.write(file, "bob", "correct horse")
    ada, bob = file.read_text().splitlines()
    assert "correct" not in ada
    assert ada.removeprefix("ada:scrypt:256:8:3:") != bob.removeprefix("bob:scrypt:256:8:3:")


def test_a_line_says_how_it_was_hashed_so_that_old_ones_still_fit(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_N", 2**9)
    passwords.write(file, "bob", "battery staple")
    kept = passwords.read(file)
    assert kept.match("ada", "correct horse")
    assert kept.match("bob", "battery staple")


def test_the_file_is_its_owners_alone_even_if_it_was_not_before(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    passwords.write(file, "bob", "battery staple")
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["passwords"]


def test_a_link_to_the_file_stays_a_link(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file)
    passwords.write(link, "bob", "battery staple")
    assert link.is_symlink()
    assert passwords.read(file).match("bob", "battery staple")


def test_a_character_typed_in_two_ways_is_the_same(file: Path) -> None:
    passwords.write(file, "Zo\u00eb", "caf\u00e9 au lait")
    assert passwords.read(file).match("Zoe\u0308", "cafe\u0301 au lait")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o777])
def test_a_file_that_others_may_open_is_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(ServeError, match=f"Others on this machine .* chmod 600 {file}"):
        passwords.read(file)


def test_a_missing_or_empty_or_unreadable_file_says_how_to_make_one(tmp_path: Path) -> None:
    file = tmp_path / "passwords"
    with pytest.raises(ServeError, match=f"no password file .* briefqa password {file} NAME"):
        passwords.read(file)
    file.touch(mode=0o600)
    with pytest.raises(ServeError, match="names nobody; make it with"):
        passwords.read(file)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ServeError, match=r"cannot be read .* make it with"):
        passwords.read(file)


@pytest.mark.parametrize(
    "line",
    [
        "ada",
        "ada:secret",
        "ada:$2b$12$abcdefghijklmnopqrstuv",
        "ada:md5:256:8:3:" + "00" * 16 + ":" + "00" * 32,
        ":scrypt:256:8:3:" + "00" * 16 + ":" + "00" * 32,
        "ada:scrypt:256:8:3::" + "00" * 32,
        "ada:scrypt:256:8:3:" + "00" * 16 + ":",
        "ada:scrypt:257:8:3:" + "00" * 16 + ":" + "00" * 32,
        "ada:scrypt:-2:8:3:" + "00" * 16 + ":" + "00" * 32,
        "ada:scrypt:1099511627776:8:1:" + "00" * 16 + ":" + "00" * 32,
        "ada:scrypt:256:8:3:zz:" + "00" * 32,
    ],
)
def test_a_line_that_is_no_hashed_password_is_named_by_its_number(file: Path, line: str) -> None:
    before = file.read_text() + f"\n{line}\n"
    file.write_text(before)
    with pytest.raises(ServeError, match=r"Line 3 of .*passwords is no name and hashed password"):
        passwords.read(file)
    with pytest.raises(ServeError, match="Line 3 of"):
        passwords.write(file, "bob", "battery staple")
    assert file.read_text() == before


@pytest.mark.parametrize("name", ["", "  ", "a:b", "a\nb", "\x1b[2J", "a" * 201])
def test_a_name_that_cannot_be_written_down_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="A name has 1 to 200 characters"):
        passwords.write(tmp_path / "passwords", name, "correct horse")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("password", ["", "short", "1234567", "x" * 201])
def test_a_password_too_short_or_too_long_is_refused(tmp_path: Path, password: str) -> None:
    with pytest.raises(UsageError, match="A password has 8 to 200 characters"):
        passwords.write(tmp_path / "passwords", "ada", password)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ServeError, match="cannot be written"):
        passwords.write(tmp_path / "nowhere" / "passwords", "ada", "correct horse")


def test_the_usual_work_takes_32_megabytes_so_that_guessing_is_dear() -> None:
    assert (128 * USUAL * passwords._R, passwords._P) == (32 * 2**20, 3)
