"""The loop that looks at frames and publishes observations."""
