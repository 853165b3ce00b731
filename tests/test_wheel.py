"""The wheel is whole: built, installed away from the checkout, and run there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import etl

ROOT = Path(__file__).parents[1]
NIGHT = ROOT / "data" / "fixtures" / "night"
PUBLISHED = {0, 3}
"""Exit codes of a run that was published, whole or partial."""

pytestmark = pytest.mark.slow


def _run(*command: str | Path, folder: Path, **settings: str) -> str:
    """Run a command elsewhere, without anything of the checkout in its environment; its output, or a failure."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "BILLSIGHT_"))}
    environment |= {f"BILLSIGHT_{name}": value for name, value in settings.items()}
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode in PUBLISHED, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    _run(*build, folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it; it borrows the dependencies from here, so no network is needed.

    A path in a `.pth` file is not searched for further `.pth` files, so the editable install stays out of sight.
    """
    home = tmp_path_factory.mktemp("elsewhere")
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    scheme = {name: str(home) for name in ("base", "platbase")}
    packages = Path(sysconfig.get_path("purelib", "venv", vars=scheme))
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", home, "install", "--quiet", "--no-deps", "--no-index", wheel]
    _run(*pip, folder=home)
    return Path(sysconfig.get_path("scripts", "venv", vars=scheme))


def test_the_wheel_carries_every_file_of_the_package_and_nothing_beside_it(wheel: Path) -> None:
    """A run needs its SQL and its page wherever it is installed; no top-level `sql` claims that name there."""
    names = set(zipfile.ZipFile(wheel).namelist())
    here = {
        f"etl/{folder}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder in ("sql", "reports")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "etl").rglob("*.py")}
    assert (here | modules) - names == set()
    assert {name.partition("/")[0] for name in names} == {"etl", f"billsight-{etl.__version__}.dist-info"}
    assert f"billsight-{etl.__version__}.dist-info/licenses/LICENSE" in names


def test_the_installed_package_is_the_one_that_runs(elsewhere: Path, tmp_path: Path) -> None:
    """Nothing of the checkout is imported, so the next test is about the wheel."""
    where = _run(elsewhere / "python", "-c", "import etl; print(etl.__file__)", folder=tmp_path)
    assert Path(where.strip()).is_relative_to(elsewhere.parent)
    assert etl.__version__ in _run(elsewhere / "billsight", "--version", folder=tmp_path)


def test_a_night_runs_from_the_wheel(elsewhere: Path, tmp_path: Path) -> None:
    """The whole run, from the invented provider's files to a published report, without the checkout."""
    night, output = tmp_path / "night", tmp_path / "published"
    shutil.copytree(NIGHT, night, ignore=shutil.ignore_patterns("out", "state"))
    command = [elsewhere / "billsight", "run", "--config", night / "billsight.toml", "--as-of", "2026-11-22T02:00:00Z"]
    settings = {"OUTPUT__FOLDER": str(output), "OUTPUT__REGISTER": str(tmp_path / "register.sqlite")}
    _run(*command, folder=tmp_path, **settings)
    assert list(output.rglob("report.html")), "no report was published"
    assert list(output.rglob("summary.json")), "no summary was published"
