"""The templates."""

from pathlib import Path

STORAGE, SYSTEM, DEVICES = (
    Path(__file__).with_name(f"{name}.yaml") for name in ("storage", "system", "devices")
)
