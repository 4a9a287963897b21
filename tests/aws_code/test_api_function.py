"""The functions api, importing and status out of their zips, under Lambda's own host."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.lambda_zips.targets import Runtime
from deploy.zip_file import MIB
from localstack.create import create_bucket
from services.adapters.dynamodb_items.layout import create_table
from tests.aws import client
from tests.aws_code.conftest import RUNNABLE
from tests.aws_code.zipped import RunningFunction, Unpacked, logged_counts, started
from tests.lambdas.function import Answered, form, golden, hostile_requests, http_event, is_no_request
from tests.servers import Server
from tests.system.pictures import picture

# Hostile requests, by all Pythons together.
HOSTILE = 4000


@dataclass(frozen=True)
class Api:
    """A function of the api after its first answer, which took a time."""

    function: RunningFunction
    first: Answered
    took_s: float
    cpu_s: float

    def ask(self, path: str, method: str = "GET", **more: Any) -> Answered:
        """The answer to a request."""
        return Answered.of(self.function.call(http_event(path, method, key="key-of-tests", **more)))

    def timed(self, path: str, **more: Any) -> tuple[Answered, str]:
        """The same for a POST, with the time and processor time that it took, as text."""
        began_s, cpu_s = time.monotonic(), self.function.cpu_s
        answer = self.ask(path, "POST", **more)
        took_s = time.monotonic() - began_s
        return answer, f"{path} {took_s:.2f} s, {self.function.cpu_s - cpu_s:.2f} s CPU"


@pytest.fixture(scope="module")
def shop(aws: Server, environ: dict[str, str], runtime: Runtime) -> dict[str, str]:
    """Settings with an empty catalogue."""
    name = f"shop-{runtime.tag}"
    create_table(client("dynamodb", aws.url), name)
    create_bucket(client("s3", aws.url), name)
    return environ | {"LOOKALIKE_STORE": f"dynamodb://{name}", "LOOKALIKE_PICTURES": f"s3://{name}/pictures"}


@pytest.fixture(scope="module")
def api(api_zip: Unpacked, shop: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    log = tmp_path_factory.mktemp("api") / "log"
    with started(api_zip, "services.lambdas.api.handler", shop, log) as running:
        first = Answered.of(running.call(golden("http-api")))
        took_s = time.monotonic() - running.began_s
        yield Api(running, first, took_s, running.cpu_s)


def test_items_are_added_and_found_with_the_model_of_the_zip(api: Api) -> None:
    assert (api.first.status, list(api.first.json)) == (200, ["records"])
    added, adding = api.timed("/items", **form(image=picture(3), title="A mug", id="mug"))
    assert added.status == 201, added.content
    found, searching = api.timed("/search", **form(image=picture(3)))
    assert [match["id"] for match in found.json["matches"]] == ["mug"]
    again, searching_again = api.timed("/search", **form(image=picture(3)))
    assert again.status == 200
    health = api.ask("/healthz")
    assert health.json["checks"]["index"]["items"] == 1
    now, peak = api.function.memory_bytes
    print(
        f"\napi: {api.took_s:.2f} s from start to first answer, {api.cpu_s:.2f} s CPU\n"
        f"first {adding}; first {searching}; then {searching_again}; "
        f"memory {now / MIB:.0f} MiB, at most {peak / MIB:.0f}"
    )


def test_hostile_events_are_answered_and_counted_and_logged_by_reason(api: Api) -> None:
    before, refused = logged_counts(api.function.log), 0
    statuses: Counter[int] = Counter()
    for event in hostile_requests(random.Random(18), count=HOSTILE // len(RUNNABLE)):
        answer = api.function.call(event)
        statuses[answer["statusCode"]] += 1
        refused += is_no_request(answer)
    assert set(statuses) <= {*range(200, 500), 501}
    assert logged_counts(api.function.log) - before == {"event": refused}
    assert refused > HOSTILE // len(RUNNABLE) // 4
    print(f"\nhostile requests: {dict(statuses.most_common())}")
    # The same process still answers.
    assert api.ask("/alive").json == {"alive": True}


def test_the_page_is_in_the_zip(api: Api) -> None:
    assert "<title>" in api.ask("/").text


def test_items_are_exported_and_imported(
    api: Api, api_zip: Unpacked, shop: dict[str, str], tmp_path: Path
) -> None:
    others = len(api.ask("/items").json["items"])
    added = api.ask("/items", "POST", **form(image=picture(4), title="A vase", id="vase"))
    assert added.status in (200, 201), added.content
    with started(api_zip, "services.lambdas.importing.handler", shop, tmp_path / "log") as importing:
        archive = importing.call({"do": "export"})["exported"]
        assert api.ask("/items/vase", "DELETE").status == 200
        found = importing.call({"do": "import", "source": archive})
        assert (found["items"], found["refused"]) == (others + 1, [])
        print(f"\nimporting: memory at most {importing.memory_bytes[1] / MIB:.0f} MiB")
    assert api.ask("/items/vase").json["title"] == "A vase"


def test_a_status_is_kept_where_the_api_finds_it(
    api: Api, api_zip: Unpacked, shop: dict[str, str], tmp_path: Path
) -> None:
    with started(api_zip, "services.lambdas.status.handler", shop, tmp_path / "log") as status:
        assert status.call(golden("iot-rule-status")) == {"kept": 1, "dropped": {}}
        took_s = time.monotonic() - status.began_s
        now = status.memory_bytes[0]
        print(
            f"\nstatus: {took_s:.2f} s from start to first answer, {status.cpu_s:.2f} s CPU; "
            f"memory {now / MIB:.0f} MiB"
        )
    assert [camera["thing"] for camera in api.ask("/cameras").json["cameras"]] == ["cam-1"]
