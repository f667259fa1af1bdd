"""The wheel is complete: what it holds, and that it needs nothing of the checkout."""

import os
import subprocess
import sys
import zipfile

import pytest

from condotta import resources

CHECKOUT = resources.CHECKOUT
SHIPPED = {  # folder of the checkout -> where it travels in the wheel
    "lib/condotta": "condotta",
    "lib/en_condotta": "en_condotta",
    "data/codebook": "condotta/data/codebook",
    "data/gold": "condotta/data/gold",
    "data/outlines": "condotta/data/outlines",
    "data/sample": "condotta/data/sample",
    "notebooks": "condotta/notebooks",
}
LEFT_BEHIND = {"__pycache__", ".ipynb_checkpoints"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.mark.parametrize("folder", SHIPPED)
def test_wheel_holds_every_file_of(folder, wheel):
    source, target = CHECKOUT / folder, wheel / SHIPPED[folder]
    paths = [path for path in source.rglob("*") if path.is_file()]
    wanted = {p.relative_to(source) for p in paths if not LEFT_BEHIND & set(p.parts)}
    missing = sorted(str(path) for path in wanted if not (target / path).is_file())
    assert wanted and not missing


def test_wheel_holds_nothing_else(wheel):
    tops = {path.name for path in wheel.iterdir()}
    assert {name.partition("-")[0].partition(".")[0] for name in tops} == {
        "condotta",
        "en_condotta",
    }
    assert not [path for path in wheel.rglob("*") if path.name in LEFT_BEHIND]


def test_wheel_works_from_any_folder_without_the_checkout(wheel, tmp_path):
    code = (
        "from condotta import codebook, language, outlines, resources, walk\n"
        "names = ['data/sample', 'data/gold', 'data/outlines', 'notebooks']\n"
        "print(*[resources.find(name) for name in names], len(walk.notebooks()))\n"
        "print(codebook.load().find('Hmeimim').id)\n"
        "print(language.open_pipeline()('They left.').has_annotation('DEP'))\n"
    )
    environment = os.environ | {"PYTHONPATH": str(wheel)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert str(CHECKOUT) + os.sep not in done.stdout.replace(str(wheel), "")
    assert done.stdout.splitlines()[-1] == "True"
