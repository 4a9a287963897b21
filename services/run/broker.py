"""The embedded broker as a process: `python -m services.run.broker CONFIGURATION`."""

from __future__ import annotations

import logging
import sys

from iotcore import IotCoreBroker

if __name__ == "__main__":
    # rumqttd writes an error record for every packet.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    IotCoreBroker(config_path=sys.argv[1]).run_forever()
