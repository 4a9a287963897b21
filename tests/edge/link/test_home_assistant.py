"""Home Assistant's discovery messages, and that the topics named in them carry what it looks for."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.link.home_assistant import messages
from models.files import fingerprint, read_model
from services.adapters.sqlite_items import SqliteItems
from tests.edge.kit import Heard, MqttListener, run_edge, write_clip
from tests.fakes import make_item
from tests.servers import free_port, redis_server, until

# Home Assistant's form of a discovery topic, and a sensor's required fields (its documentation).
TOPIC = re.compile(r"homeassistant/(binary_sensor|sensor)/[a-zA-Z0-9_-]+/[a-zA-Z0-9_-]+/config")
REQUIRED = {"name", "state_topic", "value_template", "unique_id", "device"}
VALUE = re.compile(r"\{\{ value_json\.(\w+) \}\}")
CHOICE = re.compile(r"\{\{ '(\w+)' if value_json\.(\w+) == '(\w+)' else '(\w+)' \}\}")


def render(template: str, payload: bytes) -> str:
    """The result of a template on a message; only the two forms that we use."""
    values = json.loads(payload)
    if plain := VALUE.fullmatch(template):
        return str(values[plain[1]])
    choice = CHOICE.fullmatch(template)
    assert choice, f"{template} is none of the forms that this test reads"
    return choice[1] if values[choice[2]] == choice[3] else choice[4]


def configs(thing: str, *, max_age_s: float = 5) -> dict[str, dict[str, Any]]:
    """Discovery messages by the entities' names."""
    found = [json.loads(payload) for _, payload in messages(thing, max_age_s=max_age_s)]
    return {config["name"]: config for config in found}


@pytest.mark.parametrize("thing", ["cam-1", "door:1", "a" * 128, "A_b-9"])
def test_topics_and_fields_are_what_home_assistant_takes(thing: str) -> None:
    told = messages(thing, max_age_s=5)
    for topic, payload in told:
        assert TOPIC.fullmatch(topic)
        config = json.loads(payload)
        assert config.keys() >= REQUIRED
        assert config["device"] == configs(thing)["Match"]["device"]
        assert config["device"]["identifiers"] == [f"lookalike_{thing}"]
    assert len({topic for topic, _ in told}) == 3
    assert len({config["unique_id"] for config in configs(thing).values()}) == 3


@pytest.mark.parametrize(("max_age_s", "expire_s"), [(5, 5), (2.9, 2), (0.5, 1)])
def test_a_match_always_expires_with_its_age(max_age_s: float, expire_s: int) -> None:
    assert configs("cam-1", max_age_s=max_age_s)["Match"]["expire_after"] == expire_s


def test_there_is_no_camera_entity_that_would_show_an_old_picture() -> None:
    assert not [topic for topic, _ in messages("cam-1", max_age_s=5) if "/camera/" in topic]


@contextmanager
def searching(folder: Path, *, mqtt_url: str, redis_url: str) -> Iterator[None]:
    """A search process that announces its matches."""
    own = {"DATA_DIR": str(folder), "MQTT_URL": mqtt_url, "REDIS_URL": redis_url, "HOME_ASSISTANT": "1"}
    own["SEARCH_PORT"] = str(free_port())
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
    environ = inherited | {f"LOOKALIKE_{name}": value for name, value in own.items()}
    with (folder / "search.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "services.search"], env=environ, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


class House:
    """Home Assistant's view, from the messages on a broker alone."""

    def __init__(self, listener: MqttListener, thing: str) -> None:
        self._listener, self._thing = listener, thing

    def config(self, name: str) -> dict[str, Any]:
        """The retained description of an entity."""
        found = [json.loads(heard.payload) for heard in self._listener.heard if TOPIC.fullmatch(heard.topic)]
        (config,) = {each["unique_id"]: each for each in found if each["name"] == name}.values()
        return dict(config)

    def newest(self, topic: str) -> list[Heard]:
        """The last message of a topic, if there is one."""
        return [heard for heard in self._listener.heard if heard.topic == topic][-1:]

    def state(self, name: str) -> str:
        """An entity's state."""
        config = self.config(name)
        availability = config.get("availability_topic")
        if availability:
            seen = [render(config["availability_template"], one.payload) for one in self.newest(availability)]
            if seen != ["online"]:
                return "unavailable"
        states = [render(config["value_template"], one.payload) for one in self.newest(config["state_topic"])]
        return states[0] if states else "unknown"

    def attributes(self, name: str) -> dict[str, Any]:
        """An entity's attributes."""
        (message,) = self.newest(self.config(name)["json_attributes_topic"])
        return dict(json.loads(message.payload))


def catalogue(folder: Path, model: Path) -> None:
    """A catalogue with a dark and a light item."""
    made_by = fingerprint(read_model(model))
    with closing(SqliteItems(folder / "items.sqlite", writable=True)) as store:
        for title, level in (("Dark", 0.1), ("Light", 0.9)):
            vector = np.array([[level, level, level, 1]], np.float32)
            store.put(make_item(title, vector / np.linalg.norm(vector), model=made_by, title=title))


def test_edge_and_search_send_what_the_entities_show(tmp_path: Path, broker_port: int, model: Path) -> None:
    catalogue(tmp_path, model)
    url = f"mqtt://127.0.0.1:{broker_port}"
    clip = write_clip(tmp_path / "clip.mp4")
    with (
        redis_server() as redis,
        MqttListener(broker_port, "#") as listener,
        searching(tmp_path, mqtt_url=url, redis_url=redis.url),
    ):
        house = House(listener, "door:1")
        settings = {"source": str(clip), "mqtt_url": url, "model": str(model), "thing": "door:1"}
        with run_edge(tmp_path / "log", home_assistant="1", **settings) as edge:
            until(lambda: house.newest("lookalike/door:1/match"), within_s=30, what="a match")
            until(lambda: float(house.state("Frame rate")) > 0, what="a frame rate")
            assert house.state("Connection") == "ON"
            assert house.attributes("Connection")["reason"] is None
            shown, attributes = house.state("Match"), house.attributes("Match")
            assert shown in ("Dark", "Light", "unsure", "no match")
            assert attributes["verdict"] in ("match", "unsure", "no_match")
            assert 0 <= attributes["score"] <= 1
            assert edge.terminate()[0] == 0
        until(lambda: house.state("Connection") == "OFF")
        assert house.state("Match") == house.state("Frame rate") == "unavailable"
        assert house.attributes("Connection")["reason"] == "stopped"
    with MqttListener(broker_port, "#") as late:
        until(lambda: len([heard for heard in late.heard if TOPIC.fullmatch(heard.topic)]) == 3)
        assert not [heard for heard in late.heard if heard.topic.endswith("/match")]


def test_without_the_setting_nothing_is_told(tmp_path: Path, broker_port: int, model: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4")
    url = f"mqtt://127.0.0.1:{broker_port}"
    with MqttListener(broker_port, "#") as listener:
        with run_edge(tmp_path / "log", source=str(clip), mqtt_url=url, model=str(model)):
            listener.wait_observations(3)
        assert not [heard for heard in listener.heard if heard.topic.startswith("homeassistant/")]
