"""Turns settings into wired objects; nothing else knows which adapter stands behind a port."""
