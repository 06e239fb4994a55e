"""The loop: rows that are due are claimed, worked on and moved forward; a crash only delays
them."""
