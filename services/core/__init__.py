"""The pure part: domain, messages, ports and use cases, on the standard library and numpy alone."""
