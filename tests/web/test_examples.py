"""The example in JavaScript, run by the Node that Playwright brings along."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import playwright

from tests.system.stack import ROOT, Stack
from tests.web.played import items, playing

NODE = Path(playwright.__file__).parent / "driver" / "node"
EXAMPLE = ROOT / "docs" / "examples" / "lookalike.mjs"
_PROGRAM = """
import { readFile } from "node:fs/promises";
const [example, page, photo] = process.argv.slice(1);
const { follow, newest, search, words } = await import(example);
for await (const record of follow(page)) {
  if (record.thing !== "till-7") continue;
  const [last] = await newest(page, { thing: "till-7" });
  const found = await search(page, new Blob([await readFile(photo)]), { k: 2 });
  const ids = found.matches.map(({ id }) => id);
  console.log(JSON.stringify({ said: words(record), last: last.thing, found: ids }));
  break;
}
process.exit(0);
"""


def test_the_example_in_javascript_follows_asks_and_searches(without_camera: Stack, tmp_path: Path) -> None:
    one = items(without_camera)[0]
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(without_camera.client.get(f"/items/{one.id}/image").content)
    program = [str(NODE), "--input-type=module", "-e", _PROGRAM, "--"]
    with playing(without_camera, "till-7") as till:
        till.see(one.vectors[0])
        done = subprocess.run(
            [*program, EXAMPLE.as_uri(), without_camera.page, str(photo)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["said"].startswith(f"{one.title} (")
    assert (told["last"], told["found"][0], len(told["found"])) == ("till-7", one.id, 2)
