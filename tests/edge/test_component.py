"""The settings in a Greengrass component's configuration."""

from typing import Any

import pytest

from edge.component import settings_of
from edge.settings import EdgeSettings


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("Source", "rtsp://camera/live", {"source": "rtsp://camera/live"}),
        ("MaxFps", "5", {"max_fps": "5"}),
        ("max_fps", 5, {"max_fps": "5"}),
        ("MAXFPS", 5.0, {"max_fps": "5"}),
        ("MaxFps", 2.5, {"max_fps": "2.5"}),
        ("Preview", False, {"preview": "0"}),
        ("IotRule", "shop_features", {"iot_rule": "shop_features"}),
        ("Region", "", {}),
        ("Region", None, {}),
    ],
)
def test_a_key_is_a_setting_in_any_spelling(key: str, value: Any, expected: dict[str, str]) -> None:
    assert settings_of({key: value}, EdgeSettings.model_fields) == (expected, [])
    EdgeSettings(**expected)  # type: ignore[arg-type]


def test_keys_that_are_no_settings_are_named() -> None:
    configuration = {"Source": "test", "Sauce": "test", "Region": {"left": 0}}
    assert settings_of(configuration, EdgeSettings.model_fields) == ({"source": "test"}, ["Sauce", "Region"])
