"""The descriptions of settings that several processes read; docs/contracts/settings.md is made from them.

The first sentence goes into the table, the others below it.
"""

from typing import Any

# A field's name in `json_schema_extra`: the default in words, where the value alone is not clear.
DEFAULT = "default_in_words"

DATA_DIR = (
    "The folder of everything that is kept. A relative path, here and in `STORE` and `PICTURES`, is one from "
    "the checkout that the command belongs to, wherever it is called from: all commands mean the same "
    "catalogue, and the last line of each that writes names it. Containers have `/data`."
)
LOG_LEVEL = "The least important messages that are logged."
LOG_FORMAT = (
    "`text`: lines on stderr; `json`: one object a line on stdout. A JSON line is "
    '`{"time","level","process","message"}`, with `exception` (the traceback) where there was '
    "one; `process` is `run`, `search`, `api`, `edge`, `frames` or `emulator`. The command line always "
    "writes text."
)
THREADS = "The threads of each pool (BLAS, FAISS, ONNX Runtime) in a process."
MQTT_URL = (
    "The address of the MQTT broker: `mqtt[s]://[user:password@]host[:port]`. In user and password, "
    "`@ / ? # [ ] %` have to be percent-encoded: `%40 %2F %3F %23 %5B %5D %25`."
)
MQTT_CERT = (
    "The file (PEM) of the client certificate that the broker is shown. For brokers that demand one; "
    "together with `MQTT_KEY`, and for `mqtts://` alone."
)
MQTT_KEY = "The file (PEM, not encrypted) of the key of `MQTT_CERT`."
MQTT_CA = (
    "The file (PEM) of the authorities that the broker's certificate is checked against. It takes the place "
    "of the system's authorities, for the broker alone."
)
MODEL = (
    "The model that turns pictures into vectors: a level, a network, an added name or a file. `fast`, "
    "`balanced`, `best`: the more time a frame, the fewer errors ([figures](../accuracy.md)). `lite0`, "
    "`lite1`, `lite2`: the plain networks on the frame's middle square. Also a name of `lookalike "
    "model add`, or the path of an `.onnx` file. After a change run `lookalike index rebuild`. At the edge "
    "also the address of a file, `https://…` ([why](../decisions/a-model-by-its-address.md))."
)
PROVIDER = (
    "What models are computed on: `cpu`, `openvino`, `cuda`, `tensorrt` or `coreml`. One that the "
    "installed ONNX Runtime does not have is an error."
)
SOURCE = (
    "The camera: a device, an address, a file, a folder, or a word ([cameras](../cameras.md)). `0` or "
    "`/dev/video0`: a webcam; `rtsp://…` or `http(s)://…`: a network camera; a video file; a folder of "
    "pictures; `test`: a moving pattern; `mqtt`: every `lookalike/+/frame`; `none`: no camera. "
    "`SSL_CERT_FILE` names the authorities for cameras and brokers with TLS."
)
MAX_AGE_S = "How many seconds an observation is worth an answer, and a match is live."
HOME_ASSISTANT = "1: cameras and matches appear in Home Assistant ([cameras](../cameras.md))."


def default_in_words(text: str) -> dict[str, Any]:
    """The `json_schema_extra` of a field whose default is clearer in words."""
    return {DEFAULT: text}
