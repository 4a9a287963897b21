"""The edge as a process of the operating system."""
