"""Who we are: organisations, people, roles and rights, opening hours, and the trail of who did
what."""
