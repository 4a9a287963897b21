"""The one-shot `init`: makes the secrets of all containers, once, and the files of broker and Redis.

    docker compose run --rm init device door              # a user for the camera `door`: prints its password
    docker compose run --rm init forget door              # takes it away
    docker compose exec broker sh -c 'kill -HUP 1'        # the broker reads its users again
    docker compose run --rm -T init key <key.txt          # a key of one's own; `source`: the camera's address
    docker compose run --rm init renew                    # another key, other passwords for all containers

`passwords.json` on the volume is the truth; every other file is written from it at each start. A folder
belongs to the group of the container that may read it (docker-compose.yml), so that a camera's container,
which reads what strangers send, holds no password but its own.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from deploy.compose.contents import HOME_ASSISTANT, checked, own_users, write_all, write_users
from deploy.compose.volume import Passwords, Volume
from services.bootstrap.process import run, run_service
from services.core.errors import InputError

FOLDER = Path("/secrets")
RELOAD = "now let the broker read its users: docker compose exec broker sh -c 'kill -HUP 1'"
RESTART = "now: docker compose up -d && docker compose restart"


def main() -> int:
    """Make missing files, or run a command."""
    os.umask(0o027)
    volume = Volume(FOLDER)
    asked = parser().parse_args()
    if asked.command is None:
        return run_service(lambda: write_all(volume), process="init")
    return run(lambda: do(volume, asked))


def parser() -> argparse.ArgumentParser:
    """The commands."""
    made = argparse.ArgumentParser(prog="init", description="Makes the secrets of the containers.")
    commands = made.add_subparsers(dest="command")
    for name, told in (("device", "add a camera's user"), ("forget", "take a user away")):
        commands.add_parser(name, help=told).add_argument("thing")
    commands.add_parser("home-assistant", help="add the user of Home Assistant")
    commands.add_parser("key", help="take the API key from the standard input")
    commands.add_parser("source", help="take the address of the camera from the standard input")
    commands.add_parser("renew", help="make another API key, and other passwords for all containers")
    return made


def do(volume: Volume, asked: argparse.Namespace) -> int:
    """Run a command; files of containers that it does not concern stay untouched."""
    passwords = volume.read()
    match asked.command:
        case "device":
            add(volume, passwords, checked(asked.thing))
        case "home-assistant":
            add(volume, passwords, HOME_ASSISTANT)
        case "forget":
            forget(volume, passwords, asked.thing)
        case "source":
            volume.give("edge", "source", given("an address"))
            print("now: LOOKALIKE_SOURCE_FILE=/secrets/edge/source, and restart the edge", file=sys.stderr)
        case "key":
            passwords.key = given("a key")
            keep(volume, passwords)
        case "renew":
            fresh = Passwords(users=dict(passwords.users))
            for user in own_users().values():
                fresh.users.pop(user, None)
            keep(volume, fresh)
    return 0


def add(volume: Volume, passwords: Passwords, user: str) -> None:
    """Make a user of the broker unless there is one, and print its password."""
    passwords.add(user)
    keep_users(volume, passwords)
    print(f"user {user} password {passwords.users[user]}")


def forget(volume: Volume, passwords: Passwords, user: str) -> None:
    """Remove a user of the broker; raises InputError if a container needs it."""
    if user in own_users().values():
        raise InputError(f"{user} is the user of a container here; `init renew` gives it another password")
    if user not in passwords.users:
        raise InputError(f"there is no user {user!r}; there are: {', '.join(sorted(passwords.users))}")
    del passwords.users[user]
    keep_users(volume, passwords)


def keep_users(volume: Volume, passwords: Passwords) -> None:
    """Write the files of the broker's users."""
    volume.keep(passwords)
    write_users(volume, passwords)
    print(RELOAD, file=sys.stderr)


def keep(volume: Volume, passwords: Passwords) -> None:
    """Write the passwords; the containers' files follow with the next `up`."""
    volume.keep(passwords)
    print(RESTART, file=sys.stderr)


def given(what: str) -> str:
    """The one line of the standard input; raises InputError."""
    lines = sys.stdin.read().strip().splitlines()
    if len(lines) != 1 or not (lines[0].isascii() and lines[0].isprintable()):
        raise InputError(f"expected {what} on the standard input, one line; got {len(lines)} lines")
    return lines[0]


if __name__ == "__main__":
    sys.exit(main())
