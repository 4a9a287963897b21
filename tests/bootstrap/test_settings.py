"""A setting of the wrong form is named with what was expected."""

import pytest

from services.bootstrap.settings import ApiSettings, load
from services.core.domain import InputError


@pytest.mark.parametrize("value", ["*", "10.0.0.1/8", "proxy", "10.0.0.1 10.0.0.2"])
def test_only_addresses_and_networks_are_proxies(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("LOOKALIKE_PROXY", f"10.0.0.1,{value}")
    with pytest.raises(InputError, match=r"LOOKALIKE_PROXY: .*expected addresses or networks such as"):
        load(ApiSettings)


def test_proxies_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(ApiSettings).proxies == []
    monkeypatch.setenv("LOOKALIKE_PROXY", " 10.0.0.1, 172.16.0.0/12,fd00::/8, ")
    assert load(ApiSettings).proxies == ["10.0.0.1", "172.16.0.0/12", "fd00::/8"]
