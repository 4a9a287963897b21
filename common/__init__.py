"""Code that the edge and the services share, and that both ship: messages, logs, secrets."""
