"""Opens model files with ONNX Runtime, threads and caches set on purpose."""

from collections.abc import Sequence
from pathlib import Path

import onnxruntime as ort

from models.errors import ModelError

_CPU = "CPUExecutionProvider"


def open_session(
    path: Path, data: bytes, *, threads: int = 1, providers: Sequence[str] | None = None
) -> ort.InferenceSession:
    """Open the content of an ONNX file; `providers` is a preference order, CPU alone by default.

    ModelError, naming `path`, for what is no ONNX file and for a provider that is absent or does not start.
    """
    providers = list(providers or [_CPU])
    present = ort.get_available_providers()
    absent = [name for name in providers if name not in present]
    if absent:
        raise ModelError(f"no execution provider {', '.join(absent)}; present: {', '.join(present)}")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4  # errors come as exceptions, not as lines on stderr
    # Pictures differ in size: both caches would grow with each new size, and save 3 % of the time.
    options.enable_mem_pattern = False
    options.enable_cpu_mem_arena = False
    try:
        session = ort.InferenceSession(data, options, providers=providers)
    except Exception as error:  # onnxruntime's exceptions have no common class of their own
        raise ModelError(f"{path} does not load as ONNX: {first_line(error)}") from error
    unused = [name for name in providers if name not in session.get_providers()]
    if unused:  # onnxruntime itself would quietly fall back
        raise ModelError(f"execution provider {', '.join(unused)} did not start; see its own requirements")
    return session


def first_line(error: Exception) -> str:
    """The first line of what an exception of ONNX Runtime says, at most 300 characters."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]
