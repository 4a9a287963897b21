"""The limits as docker-compose.yml hands them to the containers; one that is not there can't be set."""

from pathlib import Path

import yaml

from services.bootstrap.acting_settings import ActingSettings
from services.bootstrap.base_settings import PREFIX, Base
from services.bootstrap.limit_settings import ConnectionSettings, LimitSettings
from services.bootstrap.settings import KnnSettings

FILE = Path(__file__).resolve().parents[2] / "docker-compose.yml"


def _names(service: str) -> set[str]:
    services = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
    return set(services[service]["environment"])


def _lacking(service: str, settings: type[Base]) -> set[str]:
    own = settings.model_fields.keys() - Base.model_fields.keys()
    return {PREFIX + name.upper() for name in own} - _names(service)


def test_the_api_gets_all_limits_and_the_webhook_and_may_keep_pictures() -> None:
    assert _lacking("api", ActingSettings) == set()
    assert _lacking("api", LimitSettings) == set()
    assert "LOOKALIKE_COLLECT_PICTURES" in _names("api")


def test_each_search_gets_the_limits_of_connections_and_may_use_an_endpoint() -> None:
    for service in ("search", "search-2", "search-3"):
        assert _lacking(service, ConnectionSettings) == set()
        assert _lacking(service, KnnSettings) == set()
    assert _lacking("api", KnnSettings) == set()  # for the command line in it
