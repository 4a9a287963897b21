"""A setting of the wrong form is named, with the expected form."""

from pathlib import Path

import pytest

from edge.settings import EdgeSettings
from services.bootstrap.knn_address import EndpointAddress, MilvusAddress
from services.bootstrap.settings import EDGE_ONLY, ApiSettings, CliSettings, RunSettings, SearchSettings, load
from services.core.access.roles import Public
from services.core.errors import InputError
from services.core.search.distances import Distances

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("value", ["*", "10.0.0.1/8", "proxy", "10.0.0.1 10.0.0.2"])
def test_only_addresses_and_networks_are_proxies(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("LOOKALIKE_PROXY", f"10.0.0.1,{value}")
    with pytest.raises(InputError, match=r"LOOKALIKE_PROXY: .*expected addresses or networks such as"):
        load(ApiSettings)


def test_proxies_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(ApiSettings).proxies == []
    monkeypatch.setenv("LOOKALIKE_PROXY", " 10.0.0.1, 172.16.0.0/12,fd00::/8, ")
    assert load(ApiSettings).proxies == ["10.0.0.1", "172.16.0.0/12", "fd00::/8"]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("sagemaker://items?k=3", "k=3 is none of them"),
        ("sagemaker://items?batch=0", "batch=0 is none of them"),
        ("sagemaker://items?timeout_s=x", "could not convert"),
        ("sagemaker://items?distances=miles", "'miles' is not a valid Distances"),
        ("sagemaker://its_items", "expected faiss or sagemaker://ENDPOINT"),
        ("annoy", r"expected faiss or .*\(it is 'annoy'\)"),
        ("sagemaker://", "expected faiss"),
        ("milvus://shop", "expected milvus://"),
        ("milvus://shop/7", "expected milvus://"),
        ("milvus://shop/items?index=ANNOY", "index=ANNOY is none of them"),
        ("milvus://shop/items?tls=2", "tls=2 is none of them"),
    ],
)
def test_only_engines_of_this_version_are_taken(
    monkeypatch: pytest.MonkeyPatch, value: str, says: str
) -> None:
    assert load(SearchSettings).knn == "faiss"
    monkeypatch.setenv("LOOKALIKE_KNN", value)
    with pytest.raises(InputError, match=f"LOOKALIKE_KNN: .*{says}"):
        load(SearchSettings)


def test_an_endpoint_needs_a_place_of_its_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKALIKE_KNN", "sagemaker://items?timeout_s=1.5&batch=8&distances=squared_l2")
    with pytest.raises(InputError, match="LOOKALIKE_INDEX is required with LOOKALIKE_KNN=sagemaker://items"):
        load(SearchSettings)
    monkeypatch.setenv("LOOKALIKE_PICTURES", "s3://shop-pictures/all")
    settings = load(SearchSettings)
    assert settings.endpoint == EndpointAddress("items", 1.5, 8, Distances.SQUARED_L2)
    assert settings.index_place == "s3://shop-pictures/index"
    monkeypatch.setenv("LOOKALIKE_INDEX", "s3://shop-index/one")
    assert load(SearchSettings).index_place == "s3://shop-index/one"


def test_the_edges_own_settings_are_known_to_all() -> None:
    shared = {
        name for kind in (SearchSettings, ApiSettings, CliSettings, RunSettings) for name in kind.model_fields
    }
    assert set(EdgeSettings.model_fields) - shared | {"source"} == EDGE_ONLY


@pytest.mark.parametrize(
    ("given", "expected"),
    [("", ROOT / ".data"), (".data/shop", ROOT / ".data" / "shop"), ("/elsewhere", Path("/elsewhere"))],
)
def test_the_data_folder_is_the_same_wherever_a_command_is_called_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, expected: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOOKALIKE_DATA_DIR", given)
    for kind in (CliSettings, ApiSettings, SearchSettings, RunSettings):
        settings = load(kind)
        assert (settings.data_dir, settings.store_path) == (expected, expected / "items.sqlite")
    assert load(CliSettings).pictures_path == expected / "pictures"


def test_relative_stores_are_the_checkouts_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOOKALIKE_STORE", "sqlite:///shop.sqlite")
    monkeypatch.setenv("LOOKALIKE_PICTURES", "shop")
    settings = load(CliSettings)
    assert (settings.store_path, settings.pictures_path) == (ROOT / "shop.sqlite", ROOT / "shop")


def test_a_milvus_server_is_named_with_its_login_which_no_error_repeats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(
        "LOOKALIKE_KNN", "milvus://me:p%40ss@vectors:1953/shop?tls=1&index=diskann&timeout_s=1"
    )
    settings = load(SearchSettings)
    assert settings.endpoint is None
    wanted = MilvusAddress("https://vectors:1953", "shop", "me:p@ss", timeout_s=1, index="DISKANN")
    assert settings.milvus == wanted
    assert "p@ss" not in repr(settings.milvus)
    monkeypatch.setenv("LOOKALIKE_KNN", "milvus://me:p@ss#word@vectors/shop")
    with pytest.raises(InputError) as caught:
        load(SearchSettings)
    assert "word" not in str(caught.value).replace("password", "")


def test_what_is_shown_to_few_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(ApiSettings).public == Public.CATALOGUE
    monkeypatch.setenv("LOOKALIKE_PUBLIC", "Matches")
    with pytest.raises(InputError, match="LOOKALIKE_API_KEY is required with LOOKALIKE_PUBLIC=matches"):
        load(ApiSettings)
    monkeypatch.setenv("LOOKALIKE_API_KEY", "k")
    assert load(ApiSettings).public == Public.MATCHES
    monkeypatch.setenv("LOOKALIKE_PUBLIC", "all")
    with pytest.raises(InputError, match=r"LOOKALIKE_PUBLIC: .*'nothing', 'matches' or 'catalogue'"):
        load(ApiSettings)
