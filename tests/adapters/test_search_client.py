"""The api's client of the search's HTTP."""

from dataclasses import asdict
from typing import Any

import httpx
import pytest

from services.adapters.search_client import SearchClient
from services.core.calibration_fit import CalibrationFit
from services.core.errors import UnavailableError
from tests.fakes import MODEL

FIT = CalibrationFit(
    MODEL, cursor=7, probes=180, fitted_at_s=1e9, sharpness=0.1 + 0.2, level=1 / 3, slope=0.7
)


def client(state: Any) -> SearchClient:
    """A client of a search with this health check."""
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json=state))
    return SearchClient(httpx.Client(transport=transport, base_url="http://search.test"))


def test_a_calibration_comes_as_it_was_fitted() -> None:
    assert client({"calibration": asdict(FIT)}).calibration() == FIT


@pytest.mark.parametrize("state", [{"calibration": None}, {}])
def test_a_search_may_have_none(state: dict[str, Any]) -> None:
    assert client(state).calibration() is None


@pytest.mark.parametrize("state", [{"calibration": {"level": 1}}, {"calibration": 3}, []])
def test_another_form_is_named(state: Any) -> None:
    with pytest.raises(UnavailableError, match="search"):
        client(state).calibration()
