"""The one-shot `init`: makes the secrets of all containers, once, and what broker and Redis read of them.

    docker compose run --rm init device door      # a user for the camera `door`: prints its password
    docker compose run --rm init forget door      # takes it away
    docker compose kill -s HUP broker             # the broker reads its users anew

`passwords.json` on the volume is the truth; every other file is written from it at each start. A folder
belongs to the group of the container that may read it (group_add in docker-compose.yml), so that a camera's
container, which reads what strangers send, holds no password but its own.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from deploy.compose import certificate, mosquitto
from deploy.compose.files import replace

FOLDER = Path("/secrets")
GROUPS = {"api": 10011, "search": 10012, "edge": 10013, "frames": 10014, "broker": 10015, "redis": 10016}
# A thing's name holds no dot, so no camera can take the name of one of these.
SERVICES = {name: f"service.{name}" for name in ("api", "search", "frames", "health")}
HOME_ASSISTANT = "service.home-assistant"
THING = re.compile(r"[a-zA-Z0-9:_-]{1,128}")


@dataclass
class Passwords:
    """What was made by chance, and is never made anew."""

    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    redis: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    users: dict[str, str] = field(default_factory=dict)

    def add(self, user: str) -> str:
        """The password of a user of the broker, made if it has none."""
        return self.users.setdefault(user, secrets.token_urlsafe(24))


class Volume:
    """The files on the volume `secrets`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._truth = folder / "init" / "passwords.json"

    def read(self) -> Passwords:
        """The passwords, new ones on an empty volume."""
        try:
            return Passwords(**json.loads(self._truth.read_text()))
        except FileNotFoundError:
            return Passwords()

    def keep(self, passwords: Passwords) -> None:
        """Write the passwords down, before anything uses them."""
        self._truth.parent.mkdir(mode=0o700, exist_ok=True)
        replace(self._truth, json.dumps(asdict(passwords)).encode(), mode=0o600)

    def give(self, service: str, name: str, content: str) -> None:
        """Write a file that one container may read."""
        folder, group = self.folder / service, GROUPS[service]
        folder.mkdir(mode=0o750, exist_ok=True)
        os.chown(folder, -1, group)
        replace(folder / name, content.encode(), mode=0o640, group=group)


def write_all(volume: Volume, passwords: Passwords) -> None:
    """Write what each container reads; the addresses are those of docker-compose.yml or its override."""
    broker, redis = os.environ["BROKER_URL"], os.environ["REDIS_URL"]
    thing = os.environ.get("LOOKALIKE_THING") or "cam-1"
    users = {**SERVICES, "edge": thing}
    for user in users.values():
        passwords.add(user)
    volume.keep(passwords)
    volume.give("api", "api-key", os.environ.get("LOOKALIKE_API_KEY") or passwords.key)
    for service in ("api", "search", "edge", "frames"):
        user = users[service]
        volume.give(service, "mqtt-url", with_login(broker, user, passwords.users[user]))
    for service in ("api", "search"):
        volume.give(service, "redis-url", with_login(redis, "", passwords.redis))
    volume.give("redis", "redis.conf", f"requirepass {passwords.redis}\n")
    volume.give("redis", "password", passwords.redis)
    volume.give("broker", "users", mosquitto.password_file(passwords.users))
    things = [user for user in passwords.users if THING.fullmatch(user)]
    volume.give("broker", "acl", mosquitto.access_list(things))
    health = f"-u {SERVICES['health']}\n-P {passwords.users[SERVICES['health']]}\n"
    volume.give("broker", "mosquitto_rr", health)
    if urlsplit(broker).scheme == "mqtts":
        certificate.provide(volume.folder, give=volume.give)


def with_login(url: str, user: str, password: str) -> str:
    """The address with user and password, which hold nothing that has to be quoted there."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{user}:{password}@{rest}"


def main() -> int:
    """Make what is missing, and then what the command asks for."""
    parser = argparse.ArgumentParser(prog="init", description="Makes the secrets of the containers.")
    commands = parser.add_subparsers(dest="command")
    for name, told in (("device", "add a camera's user"), ("forget", "take a camera's user away")):
        commands.add_parser(name, help=told).add_argument("thing")
    commands.add_parser("home-assistant", help="add the user of Home Assistant")
    asked = parser.parse_args()
    os.umask(0o027)
    volume = Volume(FOLDER)
    passwords = volume.read()
    user = HOME_ASSISTANT if asked.command == "home-assistant" else getattr(asked, "thing", "")
    if user and user != HOME_ASSISTANT and not THING.fullmatch(user):
        print("error: expected a name of 1 to 128 of the characters a-z A-Z 0-9 : _ -", file=sys.stderr)
        return 2
    if asked.command == "forget":
        passwords.users.pop(user, None)
    elif user:
        passwords.add(user)
    write_all(volume, passwords)
    if user and asked.command != "forget":
        print(f"user {user} password {passwords.users[user]}")
    if asked.command:
        print("now let the broker read its users: docker compose kill -s HUP broker", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
