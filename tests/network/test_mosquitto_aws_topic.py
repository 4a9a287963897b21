"""A DeepLens project's own topic on a real Mosquitto, which takes topics that begin with a $."""

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import redis
from paho.mqtt import publish

from services.adapters.sqlite_items import SqliteItems
from tests.fakes import DIM, make_item
from tests.network.mosquitto import mosquitto
from tests.servers import free_port, redis_server, until


def test_a_search_answers_what_a_deeplens_project_publishes(tmp_path: Path) -> None:
    with closing(SqliteItems(tmp_path / "items.sqlite", writable=True)) as store:
        store.put(make_item())
    features = ",".join(map(str, np.linspace(0.1, 1, DIM)))
    with redis_server() as stack, mosquitto(tmp_path) as broker:
        broker.start()
        own = {"DATA_DIR": str(tmp_path), "MQTT_URL": broker.url, "REDIS_URL": stack.url}
        own |= {"SEARCH_PORT": str(free_port()), "MQTT_AWS_TOPIC": "1"}
        environ = os.environ | {f"LOOKALIKE_{name}": value for name, value in own.items()}
        with (tmp_path / "log").open("wb") as log:
            search = subprocess.Popen([sys.executable, "-m", "services.search"], env=environ, stderr=log)
        try:
            with closing(redis.Redis.from_url(stack.url, decode_responses=True)) as client:

                def answered() -> bool:
                    publish.multiple(
                        [
                            ("$aws/things/lens/infer", json.dumps({"features": features}), 0, False),
                            ("$aws/things/lens/infer", "a plain-text status line", 0, False),
                        ],
                        port=broker.port,
                    )
                    return bool(client.llen("stack:matches:lens"))

                until(answered, within_s=30, what="a match record")
                record = json.loads(client.lindex("stack:matches:lens", 0) or "")
        finally:
            search.terminate()
            search.wait(60)
    assert (record["thing"], record["seq"], len(record["matches"])) == ("lens", None, 1)
