"""The deployment in an emulated AWS that enforces rights: the real templates and zips, and TLS."""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Iterator
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
from services.adapters.certificates import make_certificate
from tests.certificates import CertificateFiles
from tests.servers import Server, redis_server, running
from tests.tls_front import tls_front

# The emulator runs functions in its own interpreter, on this machine's processor.
BUILT = f"x86_64-py{sys.version_info.major}{sys.version_info.minor}"
NAME = "shop"


@dataclass
class Deployment:
    """A deployment that is up, as a person sees it."""

    account: Account
    told: list[str]
    url: str
    trust: ssl.SSLContext
    variables: dict[str, str]

    def get(self, path: str, *, origin: str | None = None) -> httpx.Response:
        """An answer of the API, as CloudFront asks it."""
        api = self.account.client("apigatewayv2").get_apis()["Items"][0]["ApiId"]
        port = httpx.URL(self.url).port
        headers = {
            "Host": f"{api}.execute-api.localhost:{port}",
            "x-lookalike-origin": self.variables["LOOKALIKE_ORIGIN_KEY"] if origin is None else origin,
        }
        return httpx.get(self.url + path, headers=headers, verify=self.trust, timeout=60)

    def invoke(self, function: str, payload: bytes) -> dict[str, Any]:
        """What AWS Lambda answers; `FunctionError` is in it if the function failed."""
        answer: dict[str, Any] = self.account.client("lambda").invoke(
            FunctionName=f"{NAME}-{function}", Payload=payload
        )
        return answer


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    """That of the emulator and of Redis."""
    folder = tmp_path_factory.mktemp("tls")
    files = CertificateFiles(folder / "cert.pem", folder / "key.pem")
    for path, content in zip((files.certificate, files.key), make_certificate(["localhost"]), strict=True):
        path.write_bytes(content)
    return files


@pytest.fixture(scope="session")
def deployment(certificate: CertificateFiles) -> Iterator[Deployment]:
    """The samples, deployed by the command; destroyed at the end."""
    with (
        redis_server() as plain,
        tls_front(plain.port, certificate) as redis_port,
        pytest.MonkeyPatch.context() as patch,
    ):
        for server in running(_emulator(certificate, redis_port)):
            url = f"https://localhost:{server.port}"
            for name in [name for name in os.environ if name.startswith("AWS_")]:
                patch.delenv(name)
            for name, value in {
                # The emulator's own root; nobody's real credentials are within reach.
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_DEFAULT_REGION": "eu-west-1",
                "AWS_ENDPOINT_URL": url,
                "AWS_CA_BUNDLE": str(certificate.certificate),
            }.items():
                patch.setenv(name, value)
            account = find_account(interval_s=0.1)
            told: list[str] = []
            choices = Choices(name=NAME, built=BUILT, zips=_zips())
            assert deploy(account, choices, ask=lambda _: True, tell=told.append)
            found = account.client("lambda").get_function_configuration(FunctionName=f"{NAME}-api")
            variables = found["Environment"]["Variables"]
            with redis.Redis(port=plain.port) as owner:
                # As ElastiCache does with the AuthToken.
                password = httpx.URL(variables["LOOKALIKE_REDIS_URL"]).password
                owner.execute_command("ACL", "SETUSER", "default", "resetpass", f">{password}")
            trust = ssl.create_default_context(cafile=certificate.certificate)
            yield Deployment(account, told, url, trust, variables)
            assert destroy(account, choices, keep_data=False, ask=lambda _: True, tell=told.append)


def _zips() -> Path | None:
    """The folder of built zips, None to build them."""
    folder = os.environ.get("LAMBDA_ZIPS")
    return Path(folder) if folder else None


def _emulator(files: CertificateFiles, redis_port: int) -> Server:
    """It listens on loopback alone."""
    python = own_environment(Path(__file__).with_name("emulator.lock"), "emulator") / "bin" / "python"
    environ = [
        "-u", "PYTHONPATH", "GATEWAY_PORT={port}", "IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0", "AUTH=true",
        "REDIS_HOST=localhost", f"REDIS_PORT={redis_port}", "AWS_ENDPOINT_URL=https://localhost:{port}",
        f"AWS_CA_BUNDLE={files.certificate}", f"SSL_CERT_FILE={files.certificate}",
    ]  # fmt: skip
    serve = ["-m", "hypercorn", "ministack.app:app", "--workers", "0", "--bind", "127.0.0.1:{port}"]
    tls = ["--certfile", str(files.certificate), "--keyfile", str(files.key)]
    return Server("https", ["/usr/bin/env", *environ, str(python), *serve, *tls])
