"""What the edge and the services share and ship alike: messages, logs, secrets."""
