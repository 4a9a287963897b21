"""Search, api, command line and local run of Lookalike: entry points → bootstrap → adapters → core."""
