"""The embedded broker as a process: `python -m services.run.broker PORT`."""

from __future__ import annotations

import logging
import sys

from iotcore import IotCoreBroker

# The contract's 512 KiB for a message, and a little for its topic; rumqttd's own limit is 20 KiB.
MAX_PAYLOAD_BYTES = 520 * 1024

if __name__ == "__main__":
    # rumqttd writes an error record for every packet.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    IotCoreBroker(listen="127.0.0.1", port=int(sys.argv[1]), max_payload_size=MAX_PAYLOAD_BYTES).run_forever()
