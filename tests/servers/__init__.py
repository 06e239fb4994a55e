"""Real servers on loopback, each started by a context manager and gone when it ends."""
