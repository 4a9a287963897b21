"""AWS on your own machine: the emulator, and the table and bucket that the services need."""
