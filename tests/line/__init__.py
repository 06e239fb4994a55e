"""The whole line with real servers, real processes and a real browser."""
