"""`python -m edge.install_settings INTO …`: write the settings of the service that edge/install.sh installs.

They are lines NAME=VALUE of INTO/edge.env, as systemd's EnvironmentFile reads them; the files of the
broker's connection come beside it, for the service's user alone.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from pydantic import ValidationError

from common.redaction import redact
from edge.page import PageError, ask_broker
from edge.settings import EdgeSettings, explain

NAME = "edge.env"
# As in lookalike-edge.service.
DATA = "/var/lib/lookalike-edge"
_FILES = {
    "LOOKALIKE_MQTT_CERT": "cert.pem",
    "LOOKALIKE_MQTT_KEY": "key.pem",
    "LOOKALIKE_MQTT_CA": "ca.pem",
}
_NEEDED = ("LOOKALIKE_THING", "LOOKALIKE_MQTT_URL")
# A device without a word on it has a webcam, and no sample clip.
_DEFAULTS = {"LOOKALIKE_SOURCE": "0"}
_SETTING = re.compile(r"(LOOKALIKE_[A-Z0-9_]+)=(.*)")
# systemd would read these as something else than themselves.
_MISREAD = re.compile(r"""^["'\s]|\\|\s$|[\0-\x1f\x7f]""")
_HEADER = "# Written by edge/install.sh, which changes it too: sudo sh edge/install.sh NAME=VALUE"


class InstallError(Exception):
    """What is wrong with the settings, in a sentence that quotes no value."""


def read_lines(lines: Iterable[str], *, folder: Path) -> dict[str, str]:
    """The settings of these lines, paths of the connection's files made absolute; raises InstallError."""
    found: dict[str, str] = {}
    for line in lines:
        if not line.strip() or line.lstrip()[0] in "#;":
            continue
        setting = _SETTING.fullmatch(line)
        if setting is None:
            raise InstallError(
                f"{line.partition('=')[0][:60]!a} is no setting; expected LOOKALIKE_NAME=VALUE"
            )
        name, value = setting.groups()
        if _MISREAD.search(value):
            raise InstallError(
                f"{name}: expected a value without backslashes, control characters, and quotes or spaces at "
                "its ends; in an address a backslash is %5C"
            )
        found[name] = str(folder / value) if name in _FILES and value else value
    return found


def check(settings: Mapping[str, str]) -> None:
    """Raise InstallError for settings with which the edge would not start."""
    for name in _NEEDED:
        if not settings.get(name):
            raise InstallError(f"{name} is missing; give {name}=…, or the folder of a camera")
    for name in [name for name in os.environ if name.startswith("LOOKALIKE_")]:
        del os.environ[name]
    # The folder is the unit's; without one no model could be named by its address.
    os.environ.update({"LOOKALIKE_EDGE_DATA": DATA} | dict(settings))
    try:
        EdgeSettings()
    except ValidationError as error:
        raise InstallError(explain(error)) from None


def write(settings: Mapping[str, str], into: Path, *, owner: str | None) -> None:
    """Write checked settings and the files that they name, in place of earlier ones."""
    written = dict(settings)
    for name, target in _FILES.items():
        if settings.get(name):
            _put(into / target, Path(settings[name]).read_bytes(), owner=owner)
            written[name] = str(into / target)
    # systemd itself reads this one, as root.
    text = "".join(f"{name}={value}\n" for name, value in written.items())
    _put(into / NAME, f"{_HEADER}\n{text}".encode(), owner=None)


def _put(path: Path, content: bytes, *, owner: str | None) -> None:
    part = path.with_name(f"{path.name}.new")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_bytes(content)
    if owner:
        shutil.chown(part, owner, owner)
    part.replace(path)


def page_lines(given: argparse.Namespace, scratch: Path) -> list[str]:
    """The settings that a page gives to who has its key; raises InstallError or PageError."""
    if not given.key_file or not given.thing:
        raise InstallError("--page also needs --key-file and --thing")
    key = _line_of(given.key_file)
    broker = ask_broker(given.page, given.thing, key=key, authorities=given.page_ca)
    url = broker.mqtt_url
    if given.password_file:
        scheme, _, place = url.partition("://")
        login = f"{given.thing}:{quote(_line_of(given.password_file), safe='')}"
        url = f"{scheme}://{login}@{place.rpartition('@')[2]}"
    lines = [f"LOOKALIKE_THING={given.thing}", f"LOOKALIKE_MQTT_URL={url}"]
    if broker.authorities:
        (scratch / "ca.pem").write_text(broker.authorities)
        lines.append(f"LOOKALIKE_MQTT_CA={scratch / 'ca.pem'}")
    return lines


def _line_of(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m edge.install_settings")
    parser.add_argument("into", type=Path, help="the folder of the service's settings")
    parser.add_argument("settings", nargs="*", metavar="NAME=VALUE", help="instead of those of that name")
    parser.add_argument("--folder", type=Path, help="a camera's folder, with edge.env; without it INTO's own")
    parser.add_argument("--page", help="a page's address, from which the broker comes")
    parser.add_argument("--key-file", type=Path, help="the file of the page's API key")
    parser.add_argument("--thing", help="the camera's name, with --page")
    parser.add_argument("--page-ca", type=Path, help="the page's certificate, or its authority's")
    parser.add_argument("--password-file", type=Path, help="the file of the camera's own password")
    parser.add_argument("--owner", help="the user whom the certificate and the key are for")
    parser.add_argument("--show", action="store_true", help="only print the settings, without passwords")
    return parser.parse_intermixed_args()


def main() -> int:
    """Exit code 0, or 2 with one line for settings that can't be used."""
    given = _arguments()
    base = given.folder or given.into
    try:
        lines = (base / NAME).read_text(encoding="utf-8").splitlines() if (base / NAME).exists() else []
        if given.folder and not lines:
            raise InstallError(f"{base / NAME} is missing; expected the folder of `lookalike aws things add`")
        settings = _DEFAULTS | read_lines(lines, folder=base.absolute())
        if given.show:
            print("\n".join(f"{name}={redact(value)}" for name, value in settings.items()))
            return 0
        with tempfile.TemporaryDirectory() as folder:
            if given.page:
                settings |= read_lines(page_lines(given, Path(folder)), folder=Path(folder))
            settings |= read_lines(given.settings, folder=Path.cwd())
            check(settings)
            write(settings, given.into, owner=given.owner)
    except (InstallError, PageError, OSError, UnicodeDecodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
