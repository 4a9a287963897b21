"""`python -m localstack`: runs the emulator until SIGTERM or Ctrl-C; its state is kept in a folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PORT = "4566"
# Defaults that the environment may override; unneeded services are off, as they take time and ports.
DEFAULTS = {
    "BIND_HOST": "127.0.0.1",
    "GATEWAY_PORT": PORT,
    "SERVICES": "dynamodb,s3",
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "LOG_LEVEL": "WARNING",
    "STATE_DIR": ".data/localstack",
}


def main() -> None:
    """Replace this process by the emulator; its own starter would leave a file behind."""
    environ = {**DEFAULTS, **{name: value for name, value in os.environ.items() if value}}
    state = Path(environ["STATE_DIR"]).resolve()
    state.mkdir(parents=True, exist_ok=True)
    # The state is written at the end; a kill -9 loses newer changes.
    kept = {
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "STATE_DIR": str(state),
        "S3_DATA_DIR": str(state / "s3"),
    }
    address = f"{environ['BIND_HOST']}:{environ['GATEWAY_PORT']}"
    print(f"AWS ({environ['SERVICES']}) at http://{address}, state in {state}", flush=True)
    command = [sys.executable, "-m", "hypercorn", "ministack.app:app", "--bind", address]
    os.execve(sys.executable, [*command, "--graceful-timeout", "2"], {**environ, **kept})


if __name__ == "__main__":
    main()
