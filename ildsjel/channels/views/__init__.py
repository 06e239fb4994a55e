"""Pages of channels: the list and each channel, connecting them, and files on their way in."""
