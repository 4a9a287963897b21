"""An editor as a process: it reads a command per line of JSON, and prints the answer.

`python -m tests.system.editor PAGE ITEM NAME`: NAME is the metadata field that it writes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import httpx

from tests.system.stack import ROOT


class EditorProcess:
    """That process, for a test to talk to."""

    def __init__(self, page: str, item: str, name: str) -> None:
        self.name = name
        command = [sys.executable, "-m", "tests.system.editor", page, item, name]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )

    def begin(self, **told: Any) -> None:
        """Begin a command; `answer` waits for it, so that several can run at once."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """The answer's `status`, `etag` and `body`."""
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()


def main(page: str, item: str, name: str) -> None:
    """Read, and write over the revision that was read last or that a refusal held."""
    known: dict[str, Any] = {}
    with httpx.Client(base_url=page, timeout=30) as client:
        for line in sys.stdin:
            told = json.loads(line)
            if "value" in told:
                metadata = known["metadata"] | {name: told["value"]}
                condition = {"If-Match": f'"{known["revision"]}"'}
                answer = client.put(f"/items/{item}", json={"metadata": metadata}, headers=condition)
            elif "words" in told:
                answer = client.put(f"/items/{item}", json=told["words"])
            else:
                answer = client.get(f"/items/{item}")
            body = answer.json()
            known = body["current"] if answer.status_code == 409 else body
            etag = answer.headers.get("etag")
            print(json.dumps({"status": answer.status_code, "etag": etag, "body": body}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
