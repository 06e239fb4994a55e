"""What a command says when it can't be done."""


class CommandError(Exception):
    """The text is for the person at the terminal."""
