"""What the wiring of several functions shares."""

from __future__ import annotations

from pathlib import Path

from services.bootstrap.page_settings import PageSettings

# The only folder that a function may write to.
FOLDER = Path("/tmp/lookalike")


def check_address(settings: PageSettings) -> None:
    """Raise ValueError unless the settings name the page's address, which a function can't know."""
    if not settings.public_url:
        raise ValueError("LOOKALIKE_PUBLIC_URL is required in a function: the address that people use")
