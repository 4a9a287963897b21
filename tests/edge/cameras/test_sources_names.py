"""Names of recordings, whatever is in them, and addresses that a video may refer to."""

import base64
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.cameras.sources import open_source
from edge.cameras.sources.base import SourceError
from tests.edge.cameras.sources_kit import failure, source_of
from tests.edge.kit import write_clip
from tests.servers import Server

NAMES = [
    "2026-11-29T10:30:00.mp4",
    "http:x.mp4",
    "rtsp:x.mp4",
    "file:x.mp4",
    "concat:a.mp4|b.mp4",
    "data:video;base64,AAAA.mp4",
    "subfile,,start,0,end,0,,:clip.mp4",
    "pipe:0",
    "-dash.mp4",
    "100%.mp4",
    "%41%20#1?x=y&z.mp4",
    " with blanks .mp4",
    "~nobody-of-this-name.mp4",
    "café 빨간.mp4",
    "frame%03d.mp4",
    "line\nbreak.mp4",
    "[brackets]*.mp4",
]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short video."""
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", frames=3)


def plays(setting: str) -> bool:
    """Whether a source gives a frame."""
    frames = source_of(setting).frames(threading.Event())
    first = next(frames)
    frames.close()
    return first.shape == (48, 64, 3)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_plays_by_its_relative_or_full_name(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shutil.copy(clip, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert plays(name)
    assert plays(str(tmp_path / name))


def test_a_path_like_an_address_is_a_file_if_there_is_one(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="no such kind of source"):
        open_source("disk://clip.mp4", stall_s=5)
    (tmp_path / "disk:").mkdir()
    shutil.copy(clip, tmp_path / "disk:")
    assert plays("disk://clip.mp4")


def test_a_name_that_no_file_can_have_is_told() -> None:
    assert "too long" in str(failure(source_of("x" * 5000)))
    assert "null" in str(failure(source_of("a\0b.mp4")))
    bytes_of_old = os.fsdecode(b"/nowhere/caf\xe9.mp4")
    assert "no such file" in str(failure(source_of(bytes_of_old)))


def test_a_name_in_an_old_encoding_plays(clip: Path, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp4")
    shutil.copy(clip, path)
    assert plays(path)


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A web server, and the folder of its files."""
    folder = tmp_path_factory.mktemp("web")
    command = [sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1"]
    server = Server("http", [*command, "--directory", str(folder)])
    try:
        server.start()
        yield server, folder
    finally:
        server.kill()


def hls(address: str) -> str:
    """A playlist of one piece."""
    head = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n"
    return f"{head}#EXTINF:1,\n{address}\n#EXT-X-ENDLIST\n"


def test_what_a_camera_answers_refers_to_no_file_and_no_other_protocol(
    camera: tuple[Server, Path], clip: Path
) -> None:
    server, folder = camera
    write_clip(folder / "piece.ts")
    piece = folder / "piece.ts"
    inline = "data:video/mp2t;base64," + base64.b64encode(piece.read_bytes()).decode()
    (folder / "good.m3u8").write_text(hls("piece.ts"))
    assert plays(f"{server.url}/good.m3u8")
    refused = {
        "file.m3u8": hls(f"file://{piece}"),
        "path.m3u8": hls(str(piece)),
        "data.m3u8": hls(inline),
        "concat.m3u8": hls(f"concat:{piece}|{piece}"),
        "subfile.m3u8": hls(f"subfile,,start,0,end,9999,,:{piece}"),
        "crypto.m3u8": hls(f"crypto+file://{piece}"),
        "list.ffconcat": f"ffconcat version 1.0\nfile {clip}\n",
        "list2.ffconcat": f"ffconcat version 1.0\nfile file:{clip}\n",
        "camera.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        "m=video 40000 RTP/AVP 26\n",
    }
    for name, content in refused.items():
        (folder / name).write_text(content)
        with pytest.raises((SourceError, StopIteration)):
            plays(f"{server.url}/{name}")
