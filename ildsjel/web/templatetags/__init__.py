"""Template tags of the shell and the component set."""
