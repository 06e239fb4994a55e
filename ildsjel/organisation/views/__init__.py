"""The settings pages, and those of a person."""
