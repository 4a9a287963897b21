"""From an observation to its match record."""
