"""The Dockerfile is as it should be, and its steps make something that imports, followed without Docker."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dockerfile_parse import DockerfileParser

from tests.run.conftest import titles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import SecretStr

    from pipeline.sandbox import Running

ROOT = Path(__file__).parents[2]
STEPS = [
    (step["instruction"], step["value"])
    for step in DockerfileParser(fileobj=io.BytesIO((ROOT / "Dockerfile").read_bytes())).structure
]
# The top folders that the steps write to; in a test each lies in a temporary folder instead.
FOLDERS = re.compile(r"(?<![\w./-])/(opt|src|exports|reports|state)\b")


def values(instruction: str) -> list[str]:
    return [value for name, value in STEPS if name == instruction]


def copied_from_here() -> set[str]:
    copies = [shlex.split(value) for value in values("COPY") if not value.startswith("--from")]
    return {name for words in copies for name in words[:-1]}


def pins(name: str) -> dict[str, str]:
    """Return what a lock file says of each package: version, marker, hashes."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    return {entry.partition("==")[0]: " ".join(entry.split()) for entry in entries}


def test_the_base_is_one_exact_version() -> None:
    bases = {value.partition(" AS ")[0] for value in values("FROM")}
    (base,) = bases
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", base)


def test_nobody_is_root_at_the_end() -> None:
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", values("USER")[-1])
    assert STEPS.index(("USER", values("USER")[-1])) > max(
        place for place, (name, _) in enumerate(STEPS) if name in ("RUN", "COPY", "FROM")
    )


def test_everything_that_is_fetched_has_a_hash() -> None:
    """The second install is of this folder, with what is there already."""
    installs = [value for value in values("RUN") if "pip install" in value]
    assert ["--require-hashes -r requirements-runtime.lock" in value for value in installs] == [True, False]
    assert installs[1].endswith("--no-deps --no-build-isolation .")


def test_state_and_reports_outlive_the_container() -> None:
    environment = dict(word.split("=", 1) for value in values("ENV") for word in shlex.split(value))
    kept = {environment["COURSE_IMPORT_STATE_DIR"], environment["COURSE_IMPORT_REPORT_DIR"]}
    assert set(json.loads(values("VOLUME")[-1])) == kept
    assert json.loads(values("ENTRYPOINT")[-1]) == ["course-import"]


def test_docker_sees_what_is_copied_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == copied_from_here()
    assert all((ROOT / name).exists() for name in copied_from_here())


def test_the_runtime_lock_is_a_part_of_the_lock() -> None:
    """The same versions and hashes, every dependency, and of the tools only what builds the project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime, whole = pins("requirements-runtime.lock"), pins("requirements.lock")
    assert runtime.items() <= whole.items()

    def named(*groups: str) -> set[str]:
        listed = [each for group in groups for each in project["optional-dependencies"][group]]
        listed += [] if groups else project["dependencies"]
        return {re.split(r"[\[>=<;]", dependency)[0].lower() for dependency in listed} - {project["name"]}

    runs = named() | named("postgresql", "image")
    assert runs <= set(runtime)
    assert not (named("dev") - runs) & set(runtime)


class Image:
    """What the steps made: a folder that stands for the root of an image, and how it is started."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self._stage = ""
        self._folder = self.root
        self.environment: dict[str, str] = {}
        self._tools = folder / "tools"
        self._tools.mkdir()
        # The base image's Python is one without packages: that of this machine, not this environment's.
        (self._tools / "python").symlink_to(Path(sys.executable).resolve())
        if os.geteuid() != 0:
            (self._tools / "chown").symlink_to("/bin/true")

    def placed(self, text: str) -> str:
        """Return a text of the Dockerfile with its folders below the root."""
        return FOLDERS.sub(rf"{self.root}/\1", text)

    def follow(self, instruction: str, value: str) -> None:
        """Do what one step says; those that only describe the image do nothing here."""
        match instruction:
            case "FROM":
                self._begin(value)
            case "WORKDIR":
                self._folder = Path(self.placed(value))
                self._folder.mkdir(parents=True, exist_ok=True)
            case "ENV":
                for word in shlex.split(value):
                    name, _, text = word.partition("=")
                    path = self.environment["PATH"]
                    self.environment[name] = self.placed(text).replace("$PATH", path)
            case "COPY":
                self._copy(*shlex.split(value))
            case "RUN":
                self.run("/bin/sh", "-c", self.placed(value)).check_returncode()

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command in the image's environment and folder."""
        return subprocess.run(
            command,
            cwd=self._folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def _begin(self, value: str) -> None:
        """Begin a stage in an empty root; the one before is kept beside it, under its name."""
        if self.root.exists():
            self.root.rename(self.root.with_name(self._stage))
        self._stage = value.partition(" AS ")[2]
        self.root.mkdir()
        self._folder = self.root
        pip = {name: text for name, text in os.environ.items() if name.startswith("PIP_")}
        self.environment = {"PATH": f"{self._tools}:/usr/bin:/bin", "HOME": str(self.root), **pip}

    def _copy(self, *words: str) -> None:
        *sources, target = words
        begin = ROOT
        if sources[0].startswith("--from="):
            begin = self.root.with_name(sources.pop(0).removeprefix("--from="))
        for source in sources:
            path, place = begin / source.lstrip("/"), self._folder / self.placed(target)
            if path.is_dir():
                shutil.copytree(path, place, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(path, place)

    def start(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run what a container would run."""
        (command,) = json.loads(values("ENTRYPOINT")[-1])
        # As PATH says in the image; here the machine's own comes into it too.
        return self.run(self.root / "opt" / "course-import" / "bin" / command, *words)

    def empty(self, *names: str) -> None:
        """Empty some of the folders at the root."""
        for name in names:
            shutil.rmtree(self.root / name)
            (self.root / name).mkdir()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Image:
    image = Image(tmp_path_factory.mktemp("image"))
    for instruction, value in STEPS:
        image.follow(instruction, value)
    return image


@pytest.fixture
def image(made: Image, sandbox: Running) -> Iterator[Image]:
    """The image with empty volumes, a file to import and an account at this test's sandbox."""
    made.empty("exports", "reports", "state")
    shutil.copy(ROOT / "samples" / "courses.csv", made.root / "exports")
    before = made.environment
    made.environment = before | {
        "NEXUDUS_EMAIL": "importer@example.com",
        "NEXUDUS_PASSWORD": "sandbox",
        "COURSE_IMPORT_TARGET": sandbox.url,
        "COURSE_IMPORT_PACE": "off",
    }
    yield made
    made.environment = before


@pytest.mark.installs
def test_the_steps_make_a_command_that_imports(image: Image, sandbox: Running) -> None:
    """With what is in the image only: no tools, no packages of this machine."""
    version = image.start("--version")
    assert version.returncode == 0, version.stderr
    assert re.search(r"\d+\.\d+\.\d+", version.stdout)
    ended = image.start("import", image.root / "exports", "--unattended")
    assert ended.returncode == 0, ended.stderr
    assert len(set(titles(sandbox.url))) == 24
    assert (image.root / "state" / "journal.db").exists()
    assert len(list((image.root / "reports").glob("*/report.json"))) == 1
    assert not (image.root / "opt" / "course-import" / "bin" / "pytest").exists()


@pytest.mark.installs
def test_a_journal_on_postgresql_outlives_the_container(
    image: Image, sandbox: Running, database: SecretStr
) -> None:
    """A container whose state is gone finds all courses in the journal: they are neither held nor sent."""
    image.environment["COURSE_IMPORT_JOURNAL_URL"] = database.get_secret_value()
    ends = []
    for _ in range(2):
        image.empty("state")
        ends.append(image.start("import", image.root / "exports" / "courses.csv", "--yes", "--json"))
    assert [end.returncode for end in ends] == [0, 0], ends
    first, second = (json.loads(end.stdout)["tally"] for end in ends)
    assert (first["created"], second["unchanged"]) == (24, 24)
    assert len(titles(sandbox.url)) == 24
