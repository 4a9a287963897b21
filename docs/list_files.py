"""The writer of docs/files.md, one line for each file: `python docs/list_files.py [--check]`."""

import ast
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LISTING = ROOT / "docs" / "files.md"
FOLDERS = (
    "common",
    "services",
    "edge",
    "models",
    "web",
    "samples",
    "tests",
    "bench",
    "docs",
    "localstack",
    "deploy",
    ".ci",
)
# Files that are built, rendered or read as data are counted, not listed.
DATA = (".jpg", ".png", ".npz", ".bin")
DATA_FOLDERS = ("tests/messages", "tests/tables/examples")
LEFT_OUT = ("__pycache__", ".work")
# Descriptions of files that have no docstring or comment of their own.
TOLD = {
    "docs/contracts.md": "The contracts by kind: MQTT, HTTP, command line, settings.",
    "docs/accuracy.md": "What was measured, how, and what to expect.",
    "docs/files.md": "This page.",
    "docs/way-of-a-frame.svg": "The README's picture.",
    "samples/catalogue.csv": "The sample catalogue: id, title, image, category, price and colour.",
    "samples/clip.mp4": "The sample clip that plays as the camera.",
    "samples/truth.csv": "What the clip shows, from when to when.",
    "samples/requirements.in": "What rendering needs.",
    "samples/requirements.lock": "The same, pinned by hash.",
    "samples/make/shots.toml": "The clip's scenes.",
    "models/golden/record.json": "With what the golden vectors were made.",
    "models/golden/vectors.json": "The original model's features of the golden pictures.",
    "web/icon.svg": "The mark.",
    "web/index.html": "The page's skeleton.",
    "web/embed.html": "The skeleton of the match in another site's page.",
    "web/manifest.json": "The page as an app: its name, colours and icons.",
    "web/icons/camera.svg": "The sign of this device's camera.",
    "web/icons/search.svg": "The sign of the search by picture.",
    "docs/examples/embed.html": "A shop's page with a match in it.",
    ".ci/bare.Dockerfile": "The bare container: Python, make and a user.",
}


def main() -> int:
    """Write the listing, or with --check say whether it is current."""
    text = listing()
    if "--check" not in sys.argv[1:]:
        LISTING.write_text(text, encoding="utf-8")
        return 0
    if LISTING.exists() and LISTING.read_text(encoding="utf-8") == text:
        return 0
    print("error: docs/files.md does not fit the files; run `make listing`", file=sys.stderr)
    return 1


def listing() -> str:
    """The page."""
    lines = ["# Each file in a line", "", "Made by `make listing` from the files' own first lines.", ""]
    for folder in FOLDERS:
        lines += [f"## {folder}/", "", "| file | what it is |", "|---|---|"]
        counts: Counter[str] = Counter()
        for path in _files(ROOT / folder):
            place, name = path.parent.relative_to(ROOT).as_posix(), path.relative_to(ROOT).as_posix()
            if path.suffix in DATA or place.startswith(DATA_FOLDERS):
                counts[place] += 1
            else:
                lines.append(f"| `{name}` | {_first_line(path, name)} |")
        lines += [f"| `{place}/` | {count} pictures or data files |" for place, count in counts.items()]
        lines.append("")
    return "\n".join(lines)


def _files(folder: Path) -> list[Path]:
    """The files in a folder, without caches and built models."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".onnx" and not any(part in path.parts for part in LEFT_OUT)
    ]


def _first_line(path: Path, name: str) -> str:
    if name in TOLD:
        return TOLD[name]
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0].replace("\n", " ")
    for line in text.splitlines():
        stripped = line.strip("#/*- \t")
        if stripped and not line.startswith(("#!", "<")):
            return stripped
    return ""


if __name__ == "__main__":
    sys.exit(main())
