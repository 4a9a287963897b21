"""The files that `init` writes for each container, from the passwords and the settings."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from deploy.compose import certificate, mosquitto, redis
from deploy.compose.volume import Passwords, Volume
from services.core.errors import InputError

# A thing's name holds no dot, so no camera can take the name of one of these.
SERVICES = {name: f"service.{name}" for name in ("api", "search", "frames", "health")}
HEALTH_MESSAGE = "health " * 2000
HOME_ASSISTANT = "service.home-assistant"
# As on AWS IoT, without the colon, which ends the name in a password file and in an address.
THING = re.compile(r"[a-zA-Z0-9_-]{1,128}")


def write_all(volume: Volume) -> int:
    """Write each container's files; the addresses are those of docker-compose.yml or its override."""
    broker_url, redis_url = os.environ["BROKER_URL"], os.environ["REDIS_URL"]
    tls = urlsplit(broker_url).scheme == "mqtts"
    users = own_users()
    passwords = volume.read()
    for user in users.values():
        passwords.add(user)
    volume.keep(passwords)
    volume.give("api", "api-key", os.environ.get("LOOKALIKE_API_KEY") or passwords.key)
    for service in ("api", "search", "edge", "frames"):
        user = users[service]
        volume.give(service, "mqtt-url", with_login(broker_url, user, passwords.users[user]))
    for service in ("api", "search"):
        volume.give(service, "redis-url", with_login(redis_url, "", passwords.redis))
    volume.give("redis", "redis.conf", redis.configuration(passwords.redis, tls=tls))
    volume.give("redis", "password", passwords.redis)
    volume.give("broker", "mosquitto.conf", mosquitto.configuration(tls=tls))
    # As large as an observation: a broker whose memory is full still passes on smaller messages.
    volume.give("broker", "health-message", HEALTH_MESSAGE)
    health = f"-u {SERVICES['health']}\n-P {passwords.users[SERVICES['health']]}\n"
    volume.give("broker", "mosquitto_rr", health)
    write_users(volume, passwords)
    if tls:
        certificate.provide(volume.folder, give=volume.give)
    return 0


def write_users(volume: Volume, passwords: Passwords) -> None:
    """Write the broker's users and their rights, the only files that change with a camera."""
    volume.give("broker", "users", mosquitto.password_file(passwords.users))
    things = [user for user in passwords.users if THING.fullmatch(user)]
    volume.give("broker", "acl", mosquitto.access_list(things))


def own_users() -> dict[str, str]:
    """The broker users of the containers themselves, by container; raises InputError."""
    return {**SERVICES, "edge": checked(os.environ.get("LOOKALIKE_THING") or "cam-1", "LOOKALIKE_THING: ")}


def checked(thing: str, what: str = "") -> str:
    """The camera's name, if it can be a user of the broker; raises InputError."""
    if not THING.fullmatch(thing):
        raise InputError(f"{what}expected 1 to 128 of the characters a-z A-Z 0-9 _ - alone; got {thing!r}")
    return thing


def with_login(url: str, user: str, password: str) -> str:
    """The address with user and password, which need no quoting."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{user}:{password}@{rest}"
