"""The setting LOOKALIKE_MODEL leads to a file, which is built if needed."""

import subprocess
import sys
from pathlib import Path

import onnx
import pytest

from models.errors import ModelError
from models.files import fingerprint
from models.locate import added, may_be_added, place_for, resolve
from models.variants import VARIANTS


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder instead of the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "lookalike"


def test_a_missing_variant_is_built_once(tmp_path: Path) -> None:
    path = resolve("lite0", build=True, folder=tmp_path)
    assert path == tmp_path / "lite0.onnx"
    assert fingerprint(path.read_bytes()) == VARIANTS["lite0"].fingerprint
    written = path.stat().st_mtime_ns
    assert resolve("lite0", build=False, folder=tmp_path) == path
    assert path.stat().st_mtime_ns == written


def test_a_missing_variant_without_build_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="lite1 is not built or outdated; run `make models`"):
        resolve("lite1", build=False, folder=tmp_path)


@pytest.mark.parametrize("damage", ["recipe", "cut off"])
def test_an_outdated_or_damaged_file_is_built_again(
    damage: str, built: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "lite0.onnx"
    if damage == "recipe":
        model = onnx.load(built["lite0"])
        onnx.helper.set_model_props(model, {"recipe": "0"})
        onnx.save(model, path)
    else:
        path.write_bytes(built["lite0"].read_bytes()[:1000])
    with pytest.raises(ModelError, match="outdated"):
        resolve("lite0", build=False, folder=tmp_path)
    resolve("lite0", build=True, folder=tmp_path)
    assert path.read_bytes() == built["lite0"].read_bytes()


def test_a_file_that_another_onnx_version_wrote_is_kept(built: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "lite0.onnx"
    model = onnx.load(built["lite0"])
    model.doc_string = "other bytes, same recipe"
    onnx.save(model, path)
    assert resolve("lite0", build=False, folder=tmp_path) == path


def test_an_unwritable_folder_leads_to_the_cache(cache: Path, tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    assert resolve("lite0", build=True, folder=absent) == cache / "lite0.onnx"
    assert resolve("lite0", build=False, folder=absent) == cache / "lite0.onnx"


def test_two_processes_may_build_at_once(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from models.locate import resolve;"
        "print(resolve('lite0', build=True, folder=pathlib.Path(sys.argv[1])))"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", code, str(tmp_path)]
    processes = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    paths = {process.communicate()[0].strip() for process in processes}
    assert paths == {str(tmp_path / "lite0.onnx")}
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert [path.name for path in tmp_path.glob("*lite0*")] == ["lite0.onnx"]


def test_a_path_is_taken_as_it_is(built: dict[str, Path]) -> None:
    assert resolve(str(built["lite2"]), build=False) == built["lite2"]


def test_a_path_that_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.onnx does not exist"):
        resolve(str(tmp_path / "none.onnx"), build=True)


def test_an_unknown_name_lists_the_choices(tmp_path: Path) -> None:
    names = ", ".join(VARIANTS)
    with pytest.raises(ModelError, match=f"unknown model 'lite9'; expected {names} or a path"):
        resolve("lite9", build=True, folder=tmp_path)
    (tmp_path / "shop.onnx").touch()
    with pytest.raises(ModelError, match=f"expected {names}, shop or a path"):
        resolve("../shop", build=True, folder=tmp_path)


def test_added_names_are_found_in_both_places(cache: Path, tmp_path: Path) -> None:
    cache.mkdir(parents=True)
    for path in (tmp_path / "shop.onnx", cache / "shop.onnx", cache / "a-2.1.onnx"):
        path.touch()
    for other in ("lite0.onnx", ".half.onnx", "Upper.onnx", "two.onnx.onnx", "notes.txt"):
        (tmp_path / other).touch()
    assert added(tmp_path) == {"a-2.1": cache / "a-2.1.onnx", "shop": tmp_path / "shop.onnx"}
    assert resolve("shop", build=False, folder=tmp_path) == tmp_path / "shop.onnx"
    assert resolve("a-2.1", build=False, folder=tmp_path) == cache / "a-2.1.onnx"


def test_a_new_model_goes_where_built_ones_go_and_an_old_one_stays(cache: Path, tmp_path: Path) -> None:
    assert place_for("shop", tmp_path) == tmp_path / "shop.onnx"
    assert place_for("shop", tmp_path / "absent") == cache / "shop.onnx"
    cache.mkdir(parents=True)
    (cache / "shop.onnx").touch()
    assert place_for("shop", tmp_path) == cache / "shop.onnx"


@pytest.mark.parametrize("name", ["a", "0", "shop-2.1_x", "a" * 40])
def test_these_names_may_be_added(name: str) -> None:
    assert may_be_added(name)


@pytest.mark.parametrize(
    "name", ["", "a" * 41, "Shop", ".shop", "-shop", "a/b", "a b", "shop\n", "shop.onnx", "lite0", "lite2"]
)
def test_these_names_may_not(name: str) -> None:
    assert not may_be_added(name)
