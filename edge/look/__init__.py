"""The loop that looks at frames and publishes what it sees."""
