"""Fixtures of the api's tests: the running systems of tests/system."""

from tests.system.conftest import bowl, broker, camera, empty, folder, keyed, recorder, samples, stack

__all__ = ["bowl", "broker", "camera", "empty", "folder", "keyed", "recorder", "samples", "stack"]
