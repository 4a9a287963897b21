"""The edge as a process: its health and its end."""
