"""One realistic example of each kind of answer."""

from __future__ import annotations

from typing import Any

MODEL = "f6119f54bb0b"
REVISION = "0123456789abcdef"
MATCHED_ITEM: dict[str, Any] = {
    "id": "mug-7",
    "title": "Blue mug",
    "url": "http://127.0.0.1:8080/items/mug-7/image?v=9f86d081884c",
    "link": "https://shop.example/mugs/7",
    "score": 0.9312,
    "distance": 0.4127,
    "metadata": {"colour": "blue", "price": "12.50"},
}
CODE: dict[str, Any] = {
    "kind": "ean_13",
    "text": "4006381333931",
    "box": [0.4, 0.6, 0.2, 0.1],
    "item": "mug-7",
}
RECORD: dict[str, Any] = {
    "id": 1764423000123,
    "thing": "cam-1",
    "session": "5f3a9c01",
    "seq": 42,
    "captured_at": "2026-11-29T13:30:00.123Z",
    "searched_at": "2026-11-29T13:30:00.171Z",
    "expires_at": "2026-11-29T13:30:05.123Z",
    "model": MODEL,
    "verdict": "match",
    "frames": 4,
    "margin": 0.9021,
    "matches": [MATCHED_ITEM],
    "box": [0.25, 0.1, 0.5, 0.8],
    "timings_ms": {"capture": 4.1, "embed": 31.25, "transport": 2.37, "search": 9.9},
}
ITEM: dict[str, Any] = {
    "id": "mug-7",
    "revision": REVISION,
    "title": "Blue mug",
    "url": "http://127.0.0.1:8080/items/mug-7/image?v=9f86d081884c",
    "pictures": [
        "http://127.0.0.1:8080/items/mug-7/image?v=9f86d081884c",
        "http://127.0.0.1:8080/items/mug-7/image?v=60303ae22b99&n=1",
    ],
    "taught": [1],
    "link": "https://shop.example/mugs/7",
    "metadata": {"colour": "blue", "price": "12.50"},
    "model": MODEL,
    "views": 16,
    "feedback": {"right": 12, "wrong": 1},
}
UNDO = "4be1b0e0f4a94b1c8d3f3a7c2e5d9f10"
CHANGED_ITEM: dict[str, Any] = {
    **ITEM,
    "change": 83,
    "undo": UNDO,
    "same_picture": [{"id": "mug-3", "title": "Mug, blue"}],
}
GONE: dict[str, Any] = {"id": "mug-7", "change": 84, "undo": UNDO}
CAMERA: dict[str, Any] = {
    "thing": "cam-1",
    "state": "online",
    "reason": None,
    "provider": "cpu",
    "fps": 9.8,
    "model": MODEL,
    "since": "2026-11-29T13:12:07.004Z",
    "source": "rtsp://192.168.1.20/stream",
    "model_trouble": None,
    "clock_offset_s": None,
    "title": "Front door",
    "run_by": "server",
    "region": [0.25, 0.0, 0.5, 1.0],
    "edge": None,
}
