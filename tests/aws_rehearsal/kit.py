"""An emulated AWS that enforces rights, behind TLS, on a machine without a network; a deployment in it."""

from __future__ import annotations

import os
import ssl
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from deploy.aws.account import Account, find_account
from deploy.aws.choices import Choices
from deploy.aws.deploy import deploy
from deploy.aws.destroy import destroy
from deploy.aws.own_environment import own_environment
from deploy.checkout_files import CHECKOUT
from services.adapters.certificates import make_certificate
from tests.certificates import CertificateFiles
from tests.servers import Server, redis_server, running
from tests.tls_front import tls_front

# The emulator runs functions in its own interpreter, on this machine's processor.
BUILT = f"x86_64-py{sys.version_info.major}{sys.version_info.minor}"
NAME = "shop"
REGION = "eu-west-1"
# What the emulator has certificates for.
HOSTS = "localhost", f"*.iot.{REGION}.localhost", "*.execute-api.localhost", "*.cloudfront.net"
# The most calls of a function at a time. For each AWS starts one more, and so does the emulator, which takes
# seconds of a processor and 0.2 GB of the disk: more calls would slow each other down until all are late.
AT_ONCE = {"search": 1, "status": 2, "api": 2}


@dataclass(frozen=True)
class Emulated:
    """An emulated AWS, whose account is that of the environment; `trust` knows its certificate."""

    account: Account
    url: str
    trust: ssl.SSLContext
    redis_port: int


@dataclass(frozen=True)
class Deployment:
    """A deployment that is up, as a person sees it."""

    aws: Emulated
    choices: Choices
    told: list[str]
    variables: dict[str, str]
    """The api function's settings."""

    @property
    def account(self) -> Account:
        """The account that it is in."""
        return self.aws.account

    def get(self, path: str, *, origin: str | None = None) -> httpx.Response:
        """An answer of the API, as CloudFront asks it."""
        return self.request("GET", path, origin=origin)

    def request(
        self,
        method: str,
        path: str,
        *,
        origin: str | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """The same by any method; `more` is httpx's."""
        api = self.account.client("apigatewayv2").get_apis()["Items"][0]["ApiId"]
        port = httpx.URL(self.aws.url).port
        told = {
            "Host": f"{api}.execute-api.localhost:{port}",
            "x-lookalike-origin": self.variables["LOOKALIKE_ORIGIN_KEY"] if origin is None else origin,
            **(headers or {}),
        }
        url = self.aws.url + path
        return httpx.request(method, url, headers=told, verify=self.aws.trust, timeout=60, **more)

    def invoke(self, function: str, payload: bytes) -> dict[str, Any]:
        """What AWS Lambda answers; `FunctionError` is in it if the function failed."""
        answer: dict[str, Any] = self.account.client("lambda").invoke(
            FunctionName=f"{self.choices.name}-{function}", Payload=payload
        )
        return answer


def emulator_python() -> Path:
    """The emulator's own Python, in an environment that is made where it is missing."""
    return own_environment(Path(__file__).with_name("emulator.lock"), "emulator") / "bin" / "python"


def given_zips() -> Path | None:
    """The folder of built zips that LAMBDA_ZIPS names; None to build them."""
    folder = os.environ.get("LAMBDA_ZIPS")
    return Path(folder) if folder else None


def certificate_files(folder: Path) -> CertificateFiles:
    """A certificate for the emulator and for Redis, in a folder."""
    files = CertificateFiles(folder / "cert.pem", folder / "key.pem")
    for path, content in zip((files.certificate, files.key), make_certificate(HOSTS), strict=True):
        path.write_bytes(content)
    return files


def know_host(name: str) -> None:
    """Let this machine, which is alone, be the host of that name."""
    with _own_hosts().open("a") as hosts:
        hosts.write(f"127.0.0.1 {name}\n")


def _own_hosts() -> Path:
    path = Path(os.environ.get("ALONE_HOSTS", "/nowhere"))
    assert path.exists(), "run this by `make rehearse-aws`: the emulator's port for MQTT listens everywhere"
    assert path.samefile("/etc/hosts"), f"{path} is not this machine's /etc/hosts; run `make rehearse-aws`"
    return path


@contextmanager
def emulated_aws(certificate: CertificateFiles) -> Iterator[Emulated]:
    """An empty AWS; the environment names it and its account's root, so that no real one is within reach."""
    _own_hosts()
    with (
        # The emulator unpacks the functions there, and leaves them.
        tempfile.TemporaryDirectory(prefix="emulator-", ignore_cleanup_errors=True) as room,
        redis_server() as plain,
        tls_front(plain.port, certificate) as redis_port,
        pytest.MonkeyPatch.context() as patch,
    ):
        for server in running(_emulator(certificate, redis_port, room)):
            url = f"https://localhost:{server.port}"
            for name in [name for name in os.environ if name.startswith("AWS_")]:
                patch.delenv(name)
            for name, value in {
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_DEFAULT_REGION": REGION,
                "AWS_ENDPOINT_URL": url,
                "AWS_CA_BUNDLE": str(certificate.certificate),
            }.items():
                patch.setenv(name, value)
            trust = ssl.create_default_context(cafile=certificate.certificate)
            yield Emulated(find_account(interval_s=0.1), url, trust, plain.port)


@contextmanager
def deployed(aws: Emulated, name: str = NAME) -> Iterator[Deployment]:
    """The samples, deployed by the command; destroyed at the end."""
    choices = Choices(name=name, built=BUILT, zips=given_zips() or CHECKOUT / "build" / "lambda")
    told: list[str] = []
    assert deploy(aws.account, choices, ask=lambda _: True, tell=told.append)
    for function, count in AT_ONCE.items():
        aws.account.client("lambda").put_function_concurrency(
            FunctionName=f"{name}-{function}", ReservedConcurrentExecutions=count
        )
    found = aws.account.client("lambda").get_function_configuration(FunctionName=f"{name}-api")
    variables = found["Environment"]["Variables"]
    with redis.Redis(port=aws.redis_port) as owner:
        # As ElastiCache does with the AuthToken.
        password = httpx.URL(variables["LOOKALIKE_REDIS_URL"]).password
        owner.execute_command("ACL", "SETUSER", "default", "resetpass", f">{password}")
    yield Deployment(aws, choices, told, variables)
    assert destroy(aws.account, choices, keep_data=False, ask=lambda _: True, tell=told.append)


def _emulator(files: CertificateFiles, redis_port: int, room: str) -> Server:
    """Its port for MQTT, 8883, is at every address; its own, and 443 for CloudFront, at loopback."""
    environ = [
        "-u", "PYTHONPATH", "AUTH=true", "SFTP_ENABLED=0", f"MINISTACK_REGION={REGION}",
        "GATEWAY_PORT={port}", "AWS_ENDPOINT_URL=https://localhost:{port}",
        "REDIS_HOST=localhost", f"REDIS_PORT={redis_port}", f"TMPDIR={room}",
        f"AWS_CA_BUNDLE={files.certificate}", f"SSL_CERT_FILE={files.certificate}",
    ]  # fmt: skip
    serve = ["-m", "hypercorn", "ministack.app:app", "--workers", "0"]
    serve += ["--bind", "127.0.0.1:{port}", "--bind", "127.0.0.1:443"]
    tls = ["--certfile", str(files.certificate), "--keyfile", str(files.key)]
    return Server("https", ["/usr/bin/env", *environ, str(emulator_python()), *serve, *tls])
