#!/usr/bin/env python3
"""Types the id of each matched item into the field that has the focus, as a barcode scanner does.

Run it on the till's machine, where the program is that gets the keys; Python's standard library is enough:

    python3 keyboard_wedge.py http://lookalike.local:8080 --camera till-1 --field sku --end enter

It types by xdotool on Linux with X11, by wtype with Wayland, by osascript on macOS (allow it in Privacy →
Accessibility) and by PowerShell on Windows. `--print` prints instead, to try it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

# An answer needs this many frames that agree; an item has to be away this long before it is typed again.
FRAMES, AWAY_S = 2, 2.0
# The stream has a heartbeat every 2 s.
SILENT_S, RETRY_S = 10.0, 1.0
KEYS = {"enter": "\n", "tab": "\t", "none": ""}
SENDKEYS_NAMES = {sign: f"{{{sign}}}" for sign in "+^%~(){}[]"} | {"\n": "{ENTER}", "\t": "{TAB}"}
SENDKEYS = "(New-Object -ComObject WScript.Shell).SendKeys($env:LOOKALIKE_TEXT)"


class Once:
    """Says when an item is to be typed: once for each time that it is shown."""

    def __init__(self) -> None:
        self._typed, self._until_s = "", 0.0

    def take(self, item: str, *, live_s: float, now_s: float) -> bool:
        """Whether to type `item`, which is matched now and for `live_s` more; "" for no match."""
        if not item:
            self._until_s = min(self._until_s, now_s + AWAY_S)
            return False
        is_new = item != self._typed or now_s > self._until_s
        self._typed, self._until_s = item, now_s + live_s
        return is_new


class Stream:
    """The match records of a camera as they come."""

    def __init__(self, page: str, camera: str) -> None:
        self._url = f"{page.rstrip('/')}/matches/stream?thing={urllib.parse.quote(camera)}"
        self._ahead_s = 0.0

    def records(self) -> Iterator[tuple[dict[str, Any], float]]:
        """Live records, each with the seconds until it expires. Ends when the connection does."""
        with urllib.request.urlopen(self._url, timeout=SILENT_S) as response:
            # This machine's clock need not agree with the server's.
            self._ahead_s = parsedate_to_datetime(response.headers["Date"]).timestamp() - time.time()
            name = ""
            for line in response:
                field, _, value = line.decode().rstrip("\r\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data" and name == "heartbeat":
                    self._ahead_s = seconds(json.loads(value)["now"]) - time.time()
                elif field == "data" and name == "match":
                    record = json.loads(value)
                    live_s = seconds(record["expires_at"]) - (time.time() + self._ahead_s)
                    if live_s > 0:
                        yield record, live_s


def seconds(moment: str) -> float:
    """A time of the stream in Unix seconds."""
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


def text_of(record: dict[str, Any], field: str) -> str:
    """What to type of a record, "" if it is no match or its item lacks the field."""
    if record["verdict"] != "match" or record.get("equals") or record["frames"] < FRAMES:
        return ""
    best = record["matches"][0]
    text = str(best["id"] if field == "id" else best["metadata"].get(field, ""))
    # Nothing but signs: a control character would be a key of its own.
    return text if text.isprintable() else ""


def type_keys(text: str) -> None:
    """Type a text into the program that has the focus; raises OSError or CalledProcessError."""
    environ = {**os.environ, "LOOKALIKE_TEXT": text}
    if sys.platform == "win32":
        environ["LOOKALIKE_TEXT"] = "".join(SENDKEYS_NAMES.get(sign, sign) for sign in text)
        command = ["powershell", "-NoProfile", "-Command", SENDKEYS]
    elif sys.platform == "darwin":
        keystroke = 'tell application "System Events" to keystroke (system attribute "LOOKALIKE_TEXT")'
        command = ["osascript", "-e", keystroke]
    elif os.environ.get("WAYLAND_DISPLAY"):
        command = ["wtype", "--", text]
    else:
        command = ["xdotool", "type", "--clearmodifiers", "--", text]
    subprocess.run(command, env=environ, check=True)


def follow(given: argparse.Namespace) -> None:
    """Type what the stream brings, and connect again whenever it breaks."""
    once = Once()
    while True:
        try:
            for record, live_s in Stream(given.page, given.camera).records():
                text = text_of(record, given.field)
                if once.take(text, live_s=live_s, now_s=time.monotonic()):
                    print(text, flush=True)
                    if not given.print:
                        type_keys(text + KEYS[given.end])
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            print(f"{error}; trying again", file=sys.stderr, flush=True)
        time.sleep(RETRY_S)


def main() -> None:
    """Type until interrupted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("page", help="the page's address")
    parser.add_argument("--camera", default="cam-1")
    parser.add_argument("--field", default="id", help="id, or a metadata field such as sku")
    parser.add_argument("--end", choices=sorted(KEYS), default="enter", help="the key after the text")
    parser.add_argument("--print", action="store_true", help="print the text, and type nothing")
    follow(parser.parse_args())


if __name__ == "__main__":
    main()
