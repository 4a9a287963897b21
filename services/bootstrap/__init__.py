"""The wiring of objects by the settings; nothing else knows which adapter implements a port."""
