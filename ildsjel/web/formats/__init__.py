"""Dates and times as people in the North write them."""
