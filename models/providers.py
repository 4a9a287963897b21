"""Execution providers: the names of LOOKALIKE_PROVIDER, and ONNX Runtime's name of each."""

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}


def check_provider(name: str) -> str:
    """Return `name` in lower case if it is present here; ValueError, with those that are, otherwise."""
    # Imported late: not every process with settings runs models.
    import onnxruntime

    name = name.lower()
    available = onnxruntime.get_available_providers()
    present = [short for short, long in PROVIDERS.items() if long in available]
    if name not in present:
        known = f"one of {', '.join(PROVIDERS)}"
        expected = "one that the installed ONNX Runtime has" if name in PROVIDERS else known
        raise ValueError(f"expected {expected}; present: {', '.join(present)}")
    return name
