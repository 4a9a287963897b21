"""Cameras that are added over HTTP, on a running system."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.system.stack import Stack, eventually


def test_a_camera_is_tested_added_renamed_seen_and_forgotten(empty: Stack) -> None:
    (edge,) = eventually(lambda: empty.get("/cameras")["edges"], within_s=60, why=empty.log)
    assert edge == {"edge": "server", "title": None, "takes": 8, "troubles": {}}
    assert "server" not in [camera["thing"] for camera in empty.get("/cameras")["cameras"]]

    seen = _post(empty, "/cameras/test", source="test").json()
    assert seen["refused"] is None
    assert base64.b64decode(seen["picture"].partition(",")[2]).startswith(b"\xff\xd8\xff")
    own = _post(empty, "/cameras/test", source=f"http://u:secret@127.0.0.1:{empty.port}/x").json()
    assert own["picture"] is None
    assert "127.0.0.1 is an address of this machine" in own["refused"]
    cloud = _post(empty, "/cameras/test", source="http://169.254.169.254/latest").json()
    assert "serves itself" in cloud["refused"]

    added = _post(empty, "/cameras", name="현관 문", source="test", region=[0, 0, 0.5, 1])
    assert (added.status_code, added.json()) == (
        201,
        {"thing": "camera", "title": "현관 문", "run_by": "server"},
    )
    camera = eventually(lambda: _camera(empty, "camera", state="online"), within_s=60, why=empty.log)
    assert (camera["title"], camera["run_by"], camera["region"]) == ("현관 문", "server", [0, 0, 0.5, 1])
    again = _post(empty, "/cameras", name="현관 문", source="test")
    assert (again.status_code, again.json()["detail"]) == (
        409,
        "there is a camera '현관 문' already; expected another name",
    )

    renamed = empty.client.patch("/cameras/camera", json={"title": "Door"})
    assert renamed.json() == {"thing": "camera"}
    eventually(lambda: _camera(empty, "camera", state="online", title="Door"), within_s=60, why=empty.log)
    preview = eventually(lambda: _preview(empty, "camera"), within_s=30, why=empty.log)
    assert preview.startswith(b"\xff\xd8\xff")

    assert empty.client.delete("/cameras/camera").status_code == 200
    assert _camera(empty, "camera") is None
    assert empty.client.delete("/cameras/camera").status_code == 404
    assert eventually(lambda: empty.get("/cameras")["edges"][0]["takes"] == 8, within_s=30, why=empty.log)
    assert "secret" not in empty.log()


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/cameras", {"name": "", "source": "0"}, 400, "a line of 1 to 80 characters"),
        ("/cameras", {"name": "Door"}, 400, "`source` is missing"),
        ("/cameras", {"name": "Door", "source": "0", "thing": "a b"}, 400, "is no camera's name"),
        ("/cameras", {"name": "Door", "source": "0", "region": [0, 0, 2, 1]}, 400, "`region`"),
        ("/cameras", {"name": "Door", "source": "0", "edge": "attic"}, 404, "no edge 'attic'"),
        ("/cameras", {"name": "Door", "source": "/etc/passwd"}, 409, "is no camera's address"),
        ("/cameras", {"name": "Door", "source": "rtsp://u:hidden@"}, 409, "rtsp://***@"),
        ("/cameras/test", {"source": "x" * 2001}, 400, "a line of 1 to 2000 characters"),
    ],
)
def test_what_cannot_be_added_is_refused_in_words(
    empty: Stack, path: str, body: dict[str, Any], status: int, says: str
) -> None:
    eventually(lambda: empty.get("/cameras")["edges"], within_s=60, why=empty.log)
    answer = _post(empty, path, **body)
    assert answer.status_code == status, answer.text
    assert says in answer.json()["detail"]
    assert "hidden" not in answer.text


def _post(stack: Stack, path: str, **body: Any) -> Any:
    return stack.client.post(path, json=body)


def _camera(stack: Stack, thing: str, **fields: object) -> dict[str, Any] | None:
    """The camera, if it is there and has these fields."""
    found = [each for each in stack.get("/cameras")["cameras"] if each["thing"] == thing]
    return found[0] if found and fields.items() <= found[0].items() else None


def _preview(stack: Stack, thing: str) -> bytes | None:
    answer = stack.client.get(f"/cameras/{thing}/preview")
    return answer.content if answer.status_code == 200 else None
