"""`make try-aws`: a shell beside an emulated AWS, on a machine without a network; both end together."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

from tests.aws_rehearsal.kit import BUILT, Emulated, certificate_files, emulated_aws, know_host

_TOLD = f"""
An emulated AWS is here, and nothing in it; this shell has no other network. In place of `make deploy-aws`:

    make deploy-aws BUILT={BUILT} ZIPS=build/lambda

since functions run on this machine's processor and Python. All else is as docs/aws.md says. `exit` ends it.
"""


def main() -> int:
    """Run the shell; gives its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        certificate = certificate_files(Path(folder))
        with emulated_aws(certificate) as aws:
            trusted = Path(folder) / "trusted.pem"
            trusted.write_bytes(certificate.certificate.read_bytes() + _authorities(aws))
            found = aws.account.client("iot").describe_endpoint(endpointType="iot:Data-ATS")
            know_host(found["endpointAddress"].partition(":")[0])
            print(_TOLD, flush=True)
            environ = os.environ | {"SSL_CERT_FILE": str(trusted), "PS1": "aws$ "}
            return subprocess.run([os.environ.get("SHELL", "/bin/sh")], env=environ).returncode


def _authorities(aws: Emulated) -> bytes:
    """Those who sign the certificate of AWS IoT."""
    found = httpx.get(f"{aws.url}/_ministack/iot/ca.pem", verify=aws.trust)
    return found.raise_for_status().content


if __name__ == "__main__":
    sys.exit(main())
