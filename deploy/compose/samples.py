"""The one-shot `samples`: loads the sample catalogue through the api, once."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

from common.logs import configure_logs
from services.bootstrap.process import run_service
from services.bootstrap.samples import samples_mark
from services.bootstrap.settings import CliSettings, RunSettings, load

POLL_S, RETRY_S = 0.5, 2.0
BAD_INPUT = 2

log = logging.getLogger(__name__)


def main() -> int:
    """Wait for the api without a time limit, and have it load the samples that were not loaded before."""
    settings = load(CliSettings)
    configure_logs("INFO", process="samples", form="json")
    if not load(RunSettings).samples:
        log.info("left out, as LOOKALIKE_SAMPLES is 0")
        return 0
    if samples_mark(settings).exists():
        log.info("loaded before; who has deleted them does not want them back")
        return 0
    while True:
        wait_for(settings.api_url)
        # The api loads them, so that the page shows how far it is; the command waits for that.
        command = [sys.executable, "-m", "services.cli", "samples", "load"]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
        log.log(logging.WARNING if done.returncode else logging.INFO, "%s", done.stderr.strip())
        if done.returncode in (0, BAD_INPUT):
            return done.returncode
        time.sleep(RETRY_S)


def wait_for(url: str) -> None:
    """Return when a server listens at this address."""
    parts = urlsplit(url)
    while True:
        try:
            socket.create_connection((parts.hostname or "", parts.port or 80), timeout=2).close()
            return
        except OSError:
            time.sleep(POLL_S)


if __name__ == "__main__":
    sys.exit(run_service(main, process="samples"))
