"""The command line `lookalike`."""
