"""The visual search sample of 2018 on our system: its device program, API function and page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.edge.deeplens.emulation import emulate
from tests.system.stack import ROOT, Stack, eventually, running

PICTURES = ROOT / "samples" / "pictures"
TITLES = {
    "can-tomato": "Nonna's peeled tomatoes",
    "teapot-sunny": 'The "Sunny Side" teapot',
    "mug-harbour": """A mug that's "back\\slash" and 'all' of it""",
    "can-coffee": "Night Shift ground coffee",
}
# The calls of the sample's file, in its order.
DEVICE = """
import os
import greengrasssdk
import awscam
import mo
import cv2

side_px = 224
sender = greengrasssdk.client('iot-data')
place = '$aws/things/{}/infer'.format(os.environ['AWS_IOT_THING_NAME'])


def look_for_ever():
    status, artefact = mo.optimize('our-featurizer', side_px, side_px)
    if status != 0:
        sender.publish(topic=place, payload="cannot optimize")
    else:
        sender.publish(topic=place, payload="optimized")
    network = awscam.Model(artefact, {"GPU" : 1})
    sender.publish(topic=place, payload="loaded")
    while True:
        good, picture = awscam.getLastFrame()
        if not good:
            sender.publish(topic=place, payload="no picture")
        else:
            sender.publish(topic=place, payload="a picture")
        layers = network.doInference(cv2.resize(picture, (side_px, side_px)))
        vector = None
        for _, values in layers.iteritems():
            vector = values
        numbers = ','.join(str(number) for number in vector)
        sender.publish(topic=place, payload='{ "features": "' + numbers + '" }')


look_for_ever()


def function_handler(event, context):
    return
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system without a camera of its own, and with titles that break the sample of 2018."""
    settings = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "none"}
    with running(tmp_path_factory.mktemp("shop"), settings=settings) as started:
        for item_id, title in TITLES.items():
            image = (PICTURES / f"{item_id}.jpg").read_bytes()
            answer = started.client.post(
                "/items", files={"image": image}, data={"id": item_id, "title": title}
            )
            assert answer.status_code == 201, answer.text
        changes = int(answer.json()["change"])
        eventually(
            lambda: started.get("/healthz")["checks"]["index"]["cursor"] >= changes,
            within_s=20,
            why=started.log,
        )
        yield started


def function_2018(stack: Stack) -> dict[str, Any]:
    """The answer of the sample's API function: the list's newest entry, unchanged."""
    with redis.Redis.from_url(stack.address("redis"), decode_responses=True) as client:
        newest: Any = client.lrange("stack:matches", 0, 0)
    return {"statusCode": "200", "headers": {"Content-type": "application/json"}, "body": newest[0]}


def page_2018(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Titles and pictures as the sample's page reads them: it swaps the quotes before parsing."""
    matches = json.loads(answer["body"].replace("'", '"'))["matches"]
    return [(match["title"], match["url"]) for match in matches]


def dropped(stack: Stack) -> Counter[str]:
    """The number of messages that the search has dropped, by reason."""
    lines = stack.client.get("/metrics").text.splitlines()
    counts = [line for line in lines if line.startswith("lookalike_search_dropped_total{")]
    return Counter({line.split('"')[1]: int(float(line.split()[-1])) for line in counts})


@pytest.mark.parametrize("shown", ["can-tomato", "teapot-sunny", "mug-harbour"])
def test_the_device_the_function_and_the_page_of_2018_work(shop: Stack, tmp_path: Path, shown: str) -> None:
    file = tmp_path / "greengrassHelloWorld.py"
    file.write_text(DEVICE)
    before = dropped(shop)
    ended = emulate(
        file,
        "--frames=4",
        data_dir=str(shop.data),
        source=str(PICTURES / f"{shown}.jpg"),
        pace="fast",
        thing=shown,
    )
    assert ended.code == 0, ended.stderr

    def all_are_through() -> bool:
        # Skips two lines at the start and one a frame; a frame may be replaced by the next.
        lost, records = dropped(shop) - before, shop.get(f"/matches?thing={shown}")["records"]
        return lost.pop("status_line", 0) == 6 and lost.pop("overtaken", 0) + len(records) == 4 and not lost

    eventually(all_are_through, within_s=15, why=lambda: str(dropped(shop) - before))
    record = shop.get(f"/matches?thing={shown}")["records"][0]
    assert record["matches"][0]["id"] == shown
    assert (record["session"], record["seq"]) == (None, None)
    wanted = [(TITLES[match["id"]], match["url"]) for match in record["matches"]]
    assert len(wanted) == 4
    assert page_2018(function_2018(shop)) == wanted
    assert page_2018(shop.client.post("/matches").json()) == wanted
    assert shop.client.get(wanted[0][1]).headers["content-type"] == "image/jpeg"
