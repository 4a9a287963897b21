"""The command line's client of a running system's api, with httpx."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx

from common.redaction import redact
from services.core.domain import Item
from services.core.errors import InputError, UnavailableError
from services.core.importing.archive import write_archive
from services.core.importing.archive_line import item_line
from services.core.importing.import_run import Written
from services.core.importing.item_maker import Made
from services.core.ports import OpenPicture

# Every search sees a change within a second; a longer wait means that something is wrong.
SEARCHABLE_WITHIN_S = 30.0
# Now and then a search reads all items again, and new ones wait for that; with room for a busy machine.
_READ_S_AN_ITEM = 0.001
# A function on AWS has a quarter of an hour for what was uploaded.
IMPORTED_WITHIN_S, _ASK_EVERY_S = 900.0, 1.0


def ask(
    client: httpx.Client, method: str, path: str, *, allow: tuple[int, ...] = (200, 201), **options: Any
) -> Any:
    """An answer of the api as JSON; raises InputError for 4xx, UnavailableError for the rest."""
    try:
        response = client.request(method, path, **options)
    except httpx.HTTPError as error:
        raise _silent(client, error) from None
    if response.status_code in allow:
        return response.json()
    raise _refusal(response)


def lines_of(client: httpx.Client, path: str, **options: Any) -> Iterator[str]:
    """The text that the api answers, as it comes; raises as `ask` does."""
    try:
        with client.stream("GET", path, **options) as response:
            if response.status_code != 200:
                response.read()
                raise _refusal(response)
            yield from response.iter_text()
    except httpx.HTTPError as error:
        raise _silent(client, error) from None


def _silent(client: httpx.Client, error: httpx.HTTPError) -> UnavailableError:
    return UnavailableError(redact(f"the api at {client.base_url} does not answer: {error}"))


def _refusal(response: httpx.Response) -> InputError | UnavailableError:
    """The error that an answer tells of."""
    try:
        detail = response.json()["detail"]
    except (ValueError, KeyError, TypeError):
        detail = response.text[:200]
    if response.status_code < 500:
        return InputError(str(detail))
    return UnavailableError(f"the api answers {response.status_code}: {detail}")


def index_check(client: httpx.Client) -> dict[str, Any]:
    """The api's check of the search's index, ok or failed."""
    check: dict[str, Any] = ask(client, "GET", "/healthz", allow=(200, 503))["checks"]["index"]
    return check


class ApiImportWriter:
    """An ImportWriter through the api, an archive a write."""

    def __init__(
        self,
        client: httpx.Client,
        *,
        within_s: float = SEARCHABLE_WITHIN_S,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """`pause` waits for AWS to import what was uploaded there."""
        self._client, self._within_s, self._pause = client, within_s, pause
        # The size from which archives are uploaded, once it is known.
        self._uploads_above: float | None = None

    def write(self, made: Sequence[Made]) -> Written:
        """Write items; durable on return. Raises UnavailableError."""
        pictures = {key: content for each in made for key, content in each.pictures.items()}
        archive = b"".join(
            write_archive(
                (each.item for each in made),
                lambda key: OpenPicture.of(pictures[key]),
                model=made[0].item.model,
            )
        )
        answer = self._imported(archive)
        refused = {int(each["item"]): str(each["reason"]) for each in answer["refused"]}
        return Written(int(answer["change"]), refused)

    def _imported(self, archive: bytes) -> Any:
        """What became of an archive, which is uploaded first if it is too large for a call."""
        if self._uploads_above is None:
            health = ask(self._client, "GET", "/healthz", allow=(200, 503))
            self._uploads_above = health.get("uploads_above") or math.inf
        if len(archive) <= self._uploads_above:
            headers = {"Content-Type": "application/zip"}
            return ask(self._client, "POST", "/items/archive", content=archive, headers=headers)
        upload = ask(self._client, "POST", "/items/archive", allow=(202,))
        _upload(str(upload["url"]), archive)
        for _ in range(round(IMPORTED_WITHIN_S / _ASK_EVERY_S)):
            self._pause(_ASK_EVERY_S)
            answer = ask(self._client, "GET", f"/{upload['result']}", allow=(200, 202))
            if "items" in answer:
                return answer
        raise UnavailableError("an archive was uploaded, but not imported in a quarter of an hour")

    def settle(self, change: int) -> None:
        """Return when the search has read this change.

        Raises UnavailableError if it stands still for longer than it would take to read all items.
        """
        seen, since_s = None, time.monotonic()
        while True:
            index = index_check(self._client)
            if index["ok"] and index["cursor"] >= change:
                return
            now = index.get("cursor"), index.get("loading")
            if now != seen:
                seen, since_s = now, time.monotonic()
            within_s = self._within_s + _READ_S_AN_ITEM * (index.get("items") or 0)
            if time.monotonic() - since_s >= within_s:
                break
            time.sleep(0.1)
        raise UnavailableError(
            f"the items are kept, but the search has read nothing for {within_s:.0f} s; "
            "run `lookalike doctor`"
        )


def _upload(address: str, content: bytes) -> None:
    """Send a file to a signed address, which errors do not repeat: whoever has it may use it."""
    try:
        # With a client of its own: S3 refuses a request that has our key too.
        status = httpx.put(address, content=content, timeout=60).status_code
    except httpx.HTTPError as error:
        raise UnavailableError(f"an archive can't be uploaded: {type(error).__name__}") from None
    if status != 200:
        raise UnavailableError(f"an archive can't be uploaded: the storage refuses it with status {status}")


class ApiRebuildWriter:
    """A RebuildWriter through the api."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def stage(self, item: Item) -> bool:
        """Keep the item's vectors of its model; False if it is gone or its pictures changed."""
        return bool(ask(self._client, "POST", "/index/vectors", content=item_line(item))["kept"])

    def set_model(self, fingerprint: str) -> None:
        """Declare the model the catalogue's."""
        ask(self._client, "POST", "/index/model", json={"model": fingerprint})

    def prune(self) -> None:
        """Drop the vectors of other models."""
        ask(self._client, "POST", "/index/prune")
