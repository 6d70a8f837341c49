"""What is installed is what was tested: the wheel, from an empty folder, without the checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

ROOT = Path(__file__).parents[2]
OURS = {"bot", "handlers", "jobs", "storage", "migrations"}

PROVIDERS = """
import json
from importlib.metadata import packages_distributions
print(json.dumps({name: found for name, found in packages_distributions().items()}))
"""


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A virtual environment that holds the wheel and sees the project's dependencies."""

    wheel: Path
    bin: Path

    def run(self, folder: Path, *words: str, **settings: str) -> str:
        """What the program prints; AssertionError with its complaints if it fails."""
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": ""} | settings
        done = subprocess.run(
            [self.bin / words[0], *words[1:]],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Built by hatchling as the image does, and installed by pip, both without a network."""
    folder = tmp_path_factory.mktemp("installed")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, folder], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=True)
    found = Installed(wheel=wheel, bin=folder / "venv" / "bin")
    _install(found)
    _share_dependencies(found, folder)
    return found


def _install(found: Installed) -> None:
    pip = ("-m", "pip", "--disable-pip-version-check", "--python", found.bin / "python")
    words = ("install", "--no-deps", "--no-index", "--no-compile", found.wheel)
    done = subprocess.run([sys.executable, *pip, *words], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def _share_dependencies(found: Installed, folder: Path) -> None:
    """All of the project's packages but itself: its editable install would bring the checkout."""
    dependencies = folder / "dependencies"
    dependencies.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.startswith(("meridian_bot", "_editable", "_meridian")) and (
            path.suffix != ".pth"
        ):
            (dependencies / path.name).symlink_to(path)
    packages = found.bin.parent / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    (packages / "site-packages" / "dependencies.pth").write_text(f"{dependencies}\n")


def test_the_wheel_holds_our_five_packages_and_nothing_else(installed: Installed) -> None:
    names = set(zipfile.ZipFile(installed.wheel).namelist())
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == OURS
    tracked = {
        str(path.relative_to(ROOT))
        for package in OURS
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {name for name in names if ".dist-info/" not in name} == tracked
    assert "migrations/script.py.mako" in names
    assert "migrations/versions/0001_first_tables.py" in names


def test_no_other_distribution_has_a_package_of_our_names(
    installed: Installed, tmp_path: Path
) -> None:
    providers = json.loads(installed.run(tmp_path, "python", "-c", PROVIDERS))
    assert "slack_bolt" in providers
    assert {name: providers[name] for name in OURS} == {name: ["meridian-bot"] for name in OURS}


def test_what_runs_is_the_wheel_not_the_checkout(installed: Installed, tmp_path: Path) -> None:
    script = "import bot, migrations, storage; print(bot.__file__, migrations.__file__)"
    printed = installed.run(tmp_path, "python", "-c", script)
    assert str(ROOT) not in printed
    assert printed.count(str(installed.bin.parent)) == 2


def test_the_manifest_is_printed(installed: Installed, tmp_path: Path) -> None:
    printed = json.loads(installed.run(tmp_path, "meridian", "manifest"))
    assert printed == json.loads((ROOT / "docs/slack-manifest.json").read_text())


def test_migrate_and_tick_run_from_an_empty_folder(installed: Installed, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    assert installed.run(tmp_path, "meridian", "migrate", DATABASE_URL=url) == ""
    assert installed.run(tmp_path, "meridian", "tick", "--dry-run", DATABASE_URL=url) == ""
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0001"
    engine.dispose()
