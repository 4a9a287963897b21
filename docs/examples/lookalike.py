"""The API with Python, its standard library alone: python docs/examples/lookalike.py [SECONDS]

Prints what cameras see: one line whenever that changes. LOOKALIKE_PAGE is the page's address.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

PAGE = os.environ.get("LOOKALIKE_PAGE", "http://127.0.0.1:8080")


def matches(last_id: int) -> Iterator[dict[str, Any]]:
    """Match records as they come, until the connection ends; a heartbeat comes each two seconds."""
    request = urllib.request.Request(f"{PAGE}/matches/stream", headers={"Last-Event-ID": str(last_id)})
    with urllib.request.urlopen(request, timeout=10) as stream:
        event = ""
        for line in stream:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event == "match":
                yield json.loads(value)


def words(record: dict[str, Any]) -> str:
    """What a record says, for a person."""
    best = record["matches"][0] if record["matches"] else None
    if record["verdict"] == "no_match" or best is None:
        return "no match"
    sure = "" if record["verdict"] == "match" else "perhaps "
    code = f", by its code: {record['code']}" if record.get("code") else ""
    return f"{sure}{best['title']} ({best['score']:.0%}{code})"


def main(for_s: float) -> None:
    """Print changes, and connect again whenever the connection is lost."""
    until_s, last_id, shown = time.monotonic() + for_s, 0, dict[str, tuple[str, str]]()
    while time.monotonic() < until_s:
        try:
            for record in matches(last_id):
                last_id = record["id"]
                now = record["verdict"], record["matches"][0]["id"] if record["matches"] else ""
                if shown.get(record["thing"]) != now:
                    shown[record["thing"]] = now
                    print(f"{record['captured_at']} {record['thing']}: {words(record)}", flush=True)
                if time.monotonic() >= until_s:
                    return
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            print(f"no connection ({error}); trying again", file=sys.stderr, flush=True)
            time.sleep(1)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else float("inf"))
