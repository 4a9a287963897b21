"""A client of the search process over HTTP, with httpx."""

from __future__ import annotations

from typing import Any

import httpx

from common.redaction import redact
from common.wire import Vectors
from services.core.errors import InputError, Loading, LoadingError, UnavailableError

# Time to wait for what an answer can do without.
_HINT_S = 0.5


class SearchClient:
    """Asks the search process; every call may raise UnavailableError."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def search(self, observation: bytes, *, k: int) -> str:
        """The match record's JSON for an observation's; raises InputError if the search refuses it.

        Raises LoadingError while its index is loading.
        """
        response = self._ask("POST", "/search", params={"k": k}, content=observation)
        if response.status_code == 400:
            raise InputError(str(response.json().get("detail")))
        if response.status_code != 200:
            raise _refusal(response)
        return response.text

    def trial(self, observation: bytes, *, thing: str, item: str | None) -> dict[str, Any]:
        """The trial's JSON of taught vectors, given as an observation's; `item` is the id they are added to.

        Raises as `search` does.
        """
        params = {"thing": thing} if item is None else {"thing": thing, "item": item}
        response = self._ask("POST", "/trial", params=params, content=observation)
        if response.status_code == 400:
            raise InputError(str(response.json().get("detail")))
        if response.status_code != 200:
            raise _refusal(response)
        return dict(response.json())

    def near(self, vectors: Vectors) -> list[str]:
        """The ids of a few items near each row of float32 [n, dim]; it waits for half a second at most."""
        instances = [{"features": row.tolist()} for row in vectors]
        response = self._ask(
            "POST",
            "/invocations",
            json={"instances": instances},
            headers={"Accept": "application/json; verbose=true"},
            timeout=_HINT_S,
        )
        if response.status_code != 200:
            raise _refusal(response)
        return [item_id for found in response.json()["predictions"] for item_id in found["ids"]]

    def state(self) -> dict[str, Any]:
        """The search's state: ok, trouble, loading, items, cursor, model, broker."""
        state = self._ask("GET", "/healthz").json()
        if not isinstance(state, dict):
            raise UnavailableError("search answers its health check with no object")
        return state

    def metrics(self) -> str:
        """The search's counters in Prometheus' form."""
        return self._ask("GET", "/metrics").text

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise UnavailableError(
                redact(f"search at {self._client.base_url} does not answer: {error}")
            ) from error


def _refusal(response: httpx.Response) -> UnavailableError:
    """The error of a refusal, in the search's own words if it gave any."""
    try:
        told = response.json()
    except ValueError:
        told = None
    told = told if isinstance(told, dict) else {}
    if loading := told.get("loading"):
        return LoadingError(Loading(loading["read"], loading["total"]))
    detail = told.get("detail")
    return UnavailableError(f"search: {detail}" if detail else f"search answers {response.status_code}")
