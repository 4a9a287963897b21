"""The api's client of the search's HTTP."""

from typing import Any

import httpx
import numpy as np
import pytest

from services.adapters.search_client import SearchClient
from services.core.errors import UnavailableError


def client(state: Any) -> SearchClient:
    """A client of a search with this health check."""
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json=state))
    return SearchClient(httpx.Client(transport=transport, base_url="http://search.test"))


def test_the_state_is_what_the_search_says() -> None:
    assert client({"ok": True}).state() == {"ok": True}


def test_another_form_is_named() -> None:
    with pytest.raises(UnavailableError, match="search"):
        client([]).state()


def test_items_near_several_vectors_are_one_list() -> None:
    answer = {"predictions": [{"ids": ["mug-1", "mug-2"]}, {"ids": ["cup"]}]}
    assert client(answer).near(np.eye(2, dtype=np.float32)) == ["mug-1", "mug-2", "cup"]
