"""How the table of meanings is made that comes with `ildsjel.engine.topics`."""
