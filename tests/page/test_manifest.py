"""The page as an app: its manifest names pictures that exist, in the sizes that it says."""

from __future__ import annotations

import json

from PIL import Image

from tests.page.texts import WEB


def test_the_manifest_names_icons_of_their_sizes() -> None:
    manifest = json.loads((WEB / "manifest.json").read_text(encoding="utf-8"))
    assert '<link rel="manifest" href="manifest.json">' in (WEB / "index.html").read_text(encoding="utf-8")
    assert (manifest["start_url"], manifest["display"]) == (".", "standalone")
    sizes = set()
    for icon in manifest["icons"]:
        path = WEB / icon["src"]
        assert path.is_file()
        if icon["type"] != "image/png":
            continue
        with Image.open(path) as image:
            assert "x".join(map(str, image.size)) == icon["sizes"]
        sizes.add((icon["sizes"], icon.get("purpose", "any")))
    assert sizes == {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
