"""Short calls of the deployed functions, each of which says what went wrong; "" is success."""

from __future__ import annotations

import base64
import io
import json
import math
import os
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import numpy as np
from PIL import Image

from common.picture_stamp import Stamp, stamped
from common.wire import Observation, encode_observation
from services.bootstrap import aws
from tests.aws_rehearsal.kit import Deployment
from tests.aws_rehearsal.taken_away import role_of
from tests.servers import until

# An item of the samples, and one that comes and goes.
SAMPLE, MADE = "ball-basket", "rehearsed"
CAMERA = "cam-rights"
# The time for which a match has to hold to be a showing, and more.
BEGINS_S = 0.6


def api_reads_an_item(deployment: Deployment) -> str:
    return _told(_ask(deployment, "GET", f"/items/{SAMPLE}"))


def api_lists_items(deployment: Deployment) -> str:
    return _told(_ask(deployment, "GET", "/items?limit=1"))


def api_shows_a_picture(deployment: Deployment) -> str:
    return _told(_ask(deployment, "GET", f"/items/{SAMPLE}/image"))


def api_adds_and_removes_an_item(deployment: Deployment) -> str:
    form: dict[str, Any] = {"data": {"id": MADE, "title": "Made"}, "files": {"image": ("a.png", _picture())}}
    added = _ask(deployment, "POST", "/items", **form)
    return _told(added) or remove(deployment)


def remove(deployment: Deployment) -> str:
    """Remove the item that comes and goes."""
    return _told(_ask(deployment, "DELETE", f"/items/{MADE}"))


def api_takes_feedback(deployment: Deployment) -> str:
    if wrong := search_answers(deployment):
        return wrong
    record = _ask(deployment, "GET", f"/matches?thing={CAMERA}").json()["records"][0]["id"]
    path = f"/matches/{record}/feedback"
    # The second takes the first one back: one of the two is always news.
    return "".join(_told(_ask(deployment, "POST", path, json={"right": it})) for it in (True, False))


def api_exchanges_a_large_file(deployment: Deployment) -> str:
    """The address that it signs takes a file, and another one gives it."""
    answer = _ask(deployment, "POST", "/items/uploads")
    if wrong := _told(answer):
        return wrong
    links, trust = answer.json(), deployment.aws.trust
    put = httpx.put(links["url"], content=b"large", verify=trust, timeout=60)
    got = httpx.get(links["result"], verify=trust, timeout=60)
    return _told(put) or _told(got)


def api_hands_a_frame_on(deployment: Deployment) -> str:
    frame: dict[str, Any] = {"content": _picture("JPEG"), "headers": {"content-type": "image/jpeg"}}
    return _of_iot(deployment, _ask(deployment, "POST", "/cameras/web-rights/frames", **frame))


def api_asks_a_camera(deployment: Deployment) -> str:
    """For moments, which the camera refuses."""
    iot = deployment.account.client("iot-data")
    iot.publish(topic=f"lookalike/{CAMERA}/status", qos=1, payload=b'{"state": "online", "fps": 10}')
    until(lambda: f'"{CAMERA}","state":"online"' in deployment.get("/cameras").text, what="it is online")
    with commands_to(deployment, CAMERA) as commands, ThreadPoolExecutor(1) as aside:
        asked = aside.submit(_ask, deployment, "POST", f"/cameras/{CAMERA}/moments")
        while not asked.done():
            for command in commands():
                iot.publish(topic=command["reply"], qos=1, payload=b'{"refused": "it is a test"}')
    answer = asked.result()
    return "" if "it is a test" in answer.text else _of_iot(deployment, answer)


@contextmanager
def commands_to(deployment: Deployment, thing: str) -> Iterator[Callable[[], list[Any]]]:
    """What gives the commands that a camera was sent since the last time, by a rule and a queue."""
    iot, queues = (deployment.account.client(service) for service in ("iot", "sqs"))
    role = role_of(deployment, "RuleRole")
    queue = queues.create_queue(QueueName="rehearsed-commands")["QueueUrl"]
    # The role is none for queues, which the emulator does not mind.
    arn = deployment.account.client("iam").get_role(RoleName=role)["Role"]["Arn"]
    action = {"sqs": {"queueUrl": queue, "roleArn": arn}}
    rule = {"sql": f"SELECT * FROM 'lookalike/{thing}/command'", "actions": [action]}
    iot.create_topic_rule(ruleName="rehearsed_commands", topicRulePayload=rule)

    def take() -> list[Any]:
        found = queues.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
        return [json.loads(each["Body"]) for each in found]

    try:
        yield take
    finally:
        iot.delete_topic_rule(ruleName="rehearsed_commands")
        queues.delete_queue(QueueUrl=queue)


def import_exports(deployment: Deployment) -> str:
    return _invoked(deployment, "import", {"do": "export"})


def import_collects(deployment: Deployment) -> str:
    # With no picture left to collect it would not look again.
    return api_adds_and_removes_an_item(deployment) or _invoked(deployment, "import", {"do": "collect"})


def import_takes_pictures(deployment: Deployment) -> str:
    bucket = deployment.account.bucket(deployment.choices.name, "exchange")
    folder = f"rehearsed/{secrets.token_hex(8)}/"
    deployment.account.client("s3").put_object(Bucket=bucket, Key=f"{folder}{MADE}.png", Body=_picture())
    return _invoked(deployment, "import", {"do": "import", "source": f"s3://{bucket}/{folder}"})


def search_starts_and_answers(deployment: Deployment) -> str:
    """By a copy of the function that has read nothing yet."""
    _start_anew(deployment, "search")
    return search_answers(deployment)


def _start_anew(deployment: Deployment, function: str) -> None:
    """Let a copy of a function answer that has read and said nothing yet: it says the same once a while."""
    functions, name = deployment.account.client("lambda"), f"{deployment.choices.name}-{function}"
    timeout_s = functions.get_function_configuration(FunctionName=name)["Timeout"]
    functions.update_function_configuration(FunctionName=name, Timeout=timeout_s)
    until(lambda: not _invoked(deployment, function, {}), what=f"{function} has started")


def search_answers(deployment: Deployment) -> str:
    """Its log, unless it pushes a record of an item's own vector."""
    told, log = _searched(deployment, CAMERA, 1)
    return "" if told.get("pushed") == 1 else f"{told} {log}"


def _searched(deployment: Deployment, thing: str, seq: int) -> tuple[Any, str]:
    """What the search says of an observation of an item's own vector, and its log."""
    (item,) = aws.open_items(f"dynamodb://{deployment.choices.name}-items").get_many([SAMPLE])
    assert item is not None
    seen = Observation(
        thing, item.vectors[:1], time.time(), session=secrets.token_hex(4), seq=seq, model=item.model
    )
    payload = base64.b64encode(encode_observation(seen)).decode()
    event = {"topic": f"lookalike/{thing}/features", "payload": payload}
    return _invoked_with_log(deployment, "search", event)


def _invoked_with_log(deployment: Deployment, function: str, event: dict[str, Any]) -> tuple[Any, str]:
    answer = deployment.account.client("lambda").invoke(
        FunctionName=f"{deployment.choices.name}-{function}", Payload=json.dumps(event), LogType="Tail"
    )
    # The emulator gives no log where nothing was logged.
    log = base64.b64decode(answer.get("LogResult", "")).decode()
    return json.loads(answer["Payload"].read()), log


def search_keeps_a_showing(deployment: Deployment) -> str:
    """The search's log if it keeps nothing, or asks no camera; else the row is read back through the api."""
    return _shown(deployment, f"cam-{secrets.token_hex(4)}")


def _shown(deployment: Deployment, thing: str) -> str:
    """Show an item to a camera for as long as a showing takes to begin."""
    # The first observation would be too old after a cold start.
    until(lambda: not _invoked(deployment, "search", {}), what="search has started")
    told, logs = _searched(deployment, thing, 1)
    began_s, seq, has_begun = time.monotonic(), 1, False
    while told.get("pushed") == 1 and not has_begun:
        has_begun, seq = time.monotonic() - began_s > BEGINS_S, seq + 1
        told, log = _searched(deployment, thing, seq)
        logs += log
    if told.get("pushed") != 1 or "history" in logs or "AWS IoT does not take" in logs:
        return f"{told} {logs}"
    (showing,) = _ask(deployment, "GET", f"/history?thing={thing}").json()["showings"]
    assert (showing["item"]["id"], showing["verdict"]) == (SAMPLE, "match")
    return _told(_ask(deployment, "GET", f"/history/{showing['id']}"))


def status_keeps_a_picture(deployment: Deployment) -> str:
    """The status' log, unless it keeps the picture that the search has asked a camera for."""
    return _pictured(deployment, f"cam-{secrets.token_hex(4)}")


def _pictured(deployment: Deployment, thing: str) -> str:
    with commands_to(deployment, thing) as commands:
        if wrong := _shown(deployment, thing):
            return wrong
        asked: list[Any] = []

        def is_asked() -> bool:
            asked.extend(commands())
            return bool(asked)

        until(is_asked, what="the camera is asked")
    frame = stamped(_picture("JPEG"), Stamp(asked[0]["session"], asked[0]["seq"], time.time()))
    answer = {"topic": asked[0]["reply"], "payload": base64.b64encode(frame).decode()}
    _start_anew(deployment, "status")
    told, log = _invoked_with_log(deployment, "status", answer)
    return "" if told == {"kept": 1, "dropped": {}} else f"{told} {log}"


def api_gives_and_deletes_a_picture(deployment: Deployment) -> str:
    thing = f"cam-{secrets.token_hex(4)}"
    if wrong := _pictured(deployment, thing):
        return wrong
    (showing,) = _ask(deployment, "GET", f"/history?thing={thing}").json()["showings"]
    assert showing["picture"]
    given = _ask(deployment, "GET", f"/history/{showing['id']}/picture")
    return _told(given) or _told(_ask(deployment, "DELETE", f"/history?id={showing['id']}"))


def _ask(deployment: Deployment, method: str, path: str, **more: Any) -> httpx.Response:
    key = deployment.variables["LOOKALIKE_API_KEY"]
    headers = {"Authorization": f"Bearer {key}", **more.pop("headers", {})}
    return deployment.request(method, path, headers=headers, **more)


def _told(answer: httpx.Response) -> str:
    return "" if answer.is_success else f"{answer.status_code} {answer.text}"


def _of_iot(deployment: Deployment, answer: httpx.Response) -> str:
    """The same, with AWS IoT's reason."""
    wrong = _told(answer)
    return wrong and f"{wrong} {deployment.get('/healthz').json()['checks']['broker']}"


def _invoked(deployment: Deployment, function: str, event: dict[str, Any]) -> str:
    answer = deployment.invoke(function, json.dumps(event).encode())
    told = answer["Payload"].read().decode()
    refused = [each["reason"] for each in (json.loads(told) or {}).get("refused") or []]
    return str(told) if "FunctionError" in answer else " ".join(refused)


def _picture(form: str = "PNG") -> bytes:
    """A picture that nobody has."""
    shape = 64, 64, 3
    content = io.BytesIO()
    pixels = np.frombuffer(os.urandom(math.prod(shape)), np.uint8).reshape(shape)
    Image.fromarray(pixels).save(content, form)
    return content.getvalue()
