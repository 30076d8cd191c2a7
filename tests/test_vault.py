"""The refresh token is in the keyring, or in a file that only its owner can read; never half, never both."""

from __future__ import annotations

import stat
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.core import load_keyring

from pipeline.errors import AccessRefused
from pipeline.settings import KeptSignIn, read_kept, write_kept
from pipeline.vault import Vault
from tests import keyrings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEPT = KeptSignIn(
    address="https://spaces.example.com", email="me@example.com", client_id="c", place="keyring"
)


def use(backend: str) -> None:
    keyring.set_keyring(load_keyring(backend))


@pytest.fixture(autouse=True)
def _own_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    use("tests.keyrings.InFile")
    yield
    keyring.set_keyring(before)


def vault(folder: Path, kept: KeptSignIn = KEPT) -> Vault:
    return Vault(kept, folder, alone=nullcontext)


@pytest.mark.parametrize(
    ("backend", "place"),
    [
        pytest.param("tests.keyrings.InFile", "keyring", id="a keyring"),
        pytest.param("keyring.backends.fail.Keyring", "file", id="no keyring"),
        pytest.param("keyring.backends.null.Keyring", "file", id="a keyring that forgets"),
        pytest.param("tests.keyrings.Locked", "file", id="a keyring that nobody unlocks"),
    ],
)
def test_a_token_is_kept_in_the_keyring_else_in_a_private_file(
    backend: str, place: str, tmp_path: Path
) -> None:
    use(backend)
    vault(tmp_path).keep("first")
    vault(tmp_path).keep("second")
    kept = read_kept(tmp_path)
    assert kept is not None
    assert kept.place == place
    assert vault(tmp_path, kept).load() == "second"
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("sign-in.*")} == {
        "sign-in.json": 0o600,
        **({"sign-in.token": 0o600} if place == "file" else {}),
    }
    assert (keyrings.FILE.exists(), "second" in vault(tmp_path, kept).place) == (place == "keyring", False)


def test_a_keyring_that_fails_later_is_left_for_the_file(tmp_path: Path) -> None:
    vault(tmp_path).keep("first")
    use("tests.keyrings.Locked")
    ours = vault(tmp_path)
    ours.keep("second")
    assert ours.load() == "second"
    assert read_kept(tmp_path) == replace(KEPT, place="file")


def test_the_keyring_leaves_no_token_in_a_file(tmp_path: Path) -> None:
    vault(tmp_path, replace(KEPT, place="file")).keep("first")
    vault(tmp_path).keep("second")
    assert [path.name for path in tmp_path.glob("sign-in.*")] == ["sign-in.json"]


def test_two_accounts_do_not_share_a_place_in_the_keyring(tmp_path: Path) -> None:
    other = replace(KEPT, client_id="other")
    for each, folder in ((KEPT, tmp_path / "one"), (other, tmp_path / "two")):
        folder.mkdir()
        vault(folder, each).keep(each.client_id)
    assert vault(tmp_path / "one").load() == "c"


@pytest.mark.parametrize(
    ("left", "words"),
    [
        pytest.param(None, "Another account signed in", id="nothing"),
        pytest.param(
            replace(KEPT, email="she@example.com"), "Another account signed in", id="another account"
        ),
        pytest.param(KEPT, "is not in the system's keyring any more", id="no token in the keyring"),
        pytest.param(replace(KEPT, place="file"), "sign-in.token any more", id="no token in the file"),
    ],
)
def test_a_token_that_is_not_there_is_told(left: KeptSignIn | None, words: str, tmp_path: Path) -> None:
    if left is not None:
        write_kept(tmp_path, left)
    with pytest.raises(AccessRefused, match=words) as refused:
        vault(tmp_path).load()
    assert "ign in again with course-import sign-in --target https://spaces.example.com" in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param('{"refresh_token": "t"', id="half"),
        pytest.param("[1]", id="a list"),
        pytest.param('{"refresh_token": "t", "email": "she@example.com"}', id="of another account"),
    ],
)
def test_a_file_that_is_not_this_accounts_is_not_used(text: str, tmp_path: Path) -> None:
    kept = replace(KEPT, place="file")
    vault(tmp_path, kept).keep("first")
    (tmp_path / "sign-in.token").write_text(text, encoding="utf-8")
    with pytest.raises(AccessRefused, match="any more"):
        vault(tmp_path, kept).load()


def test_a_locked_keyring_is_told(tmp_path: Path) -> None:
    vault(tmp_path).keep("first")
    use("tests.keyrings.Locked")
    with pytest.raises(AccessRefused, match=r"cannot be read: .* is locked\. Unlock it; or sign in again"):
        vault(tmp_path).load()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(AccessRefused, match="cannot be kept in"):
        vault(tmp_path / "file", replace(KEPT, place="file")).keep("first")
