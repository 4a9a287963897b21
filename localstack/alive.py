"""`python -m localstack.alive`: exit code 0 if the emulator answers a call of DynamoDB within 3 s."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request

from localstack.__main__ import PORT


def main() -> int:
    """Ask for the list of tables."""
    port = os.environ.get("GATEWAY_PORT") or PORT
    headers = {
        "X-Amz-Target": "DynamoDB_20120810.ListTables",
        "Content-Type": "application/x-amz-json-1.0",
        "Authorization": "AWS4-HMAC-SHA256 Credential=health/20260101/eu-west-1/dynamodb/aws4_request",
    }
    request = urllib.request.Request(f"http://127.0.0.1:{port}/", b"{}", headers)
    # Without a proxy of the environment: the emulator is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=3) as answer:
            return 0 if b"TableNames" in answer.read() else 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
