"""What may be said of an added camera."""

from typing import Any

import pytest

from edge.added.added_camera import AddedCamera, read_camera

DOOR: dict[str, Any] = {"thing": "door", "title": "Haustür 문", "source": "rtsp://u:secret@10.0.0.9/s1"}


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://u:p@10.0.0.9/s1",
        "HTTPS://cam.example/video",
        "http://10.0.0.9/a.jpg",
        "0",
        "/dev/video2",
        "test",
    ],
)
def test_cameras_in_the_network_and_at_the_edge_itself_are_taken(source: str) -> None:
    assert read_camera(DOOR | {"source": f" {source} "}).source == source


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"source": "/etc/passwd"}, "'/etc/passwd' is no camera's address"),
        ({"source": "file:///etc/passwd"}, "is no camera's address"),
        ({"source": "/dev/videox"}, "is no camera's address"),
        ({"source": "mqtt"}, "is no camera's address"),
        ({"source": "none"}, "is no camera's address"),
        ({"source": ""}, "a line of 1 to 2000 characters"),
        ({"source": "rtsp://a\nb"}, "a line of 1 to 2000 characters"),
        ({"source": 0}, "a line of 1 to 2000 characters"),
        ({"source": "rtsp://u:secret@"}, "no address of a camera: rtsp://***@"),
        ({"thing": "a/b"}, "thing is 'a/b'"),
        ({"title": " "}, "a line of 1 to 80 characters"),
        ({"title": "x" * 81}, "a line of 1 to 80 characters"),
        ({"title": "a\nb"}, "a line of 1 to 80 characters"),
        ({"region": [0, 0, 1]}, "expected left, top, width and height"),
        ({"region": [0, 0, True, 1]}, "expected left, top, width and height"),
        ({"region": [0.5, 0, 0.6, 1]}, "inside 0 to 1"),
        ({"region": [0, 0, float("nan"), 1]}, "inside 0 to 1"),
    ],
)
def test_anything_else_is_refused_in_words_without_the_password(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        read_camera(DOOR | wrong)
    assert says in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_name_in_any_script_is_taken_and_no_password_is_shown() -> None:
    camera = read_camera(DOOR | {"region": [0.25, 0, 0.5, 1]})
    assert camera == AddedCamera("door", "Haustür 문", DOOR["source"], (0.25, 0, 0.5, 1))
    assert "secret" not in repr(camera)
