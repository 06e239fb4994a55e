"""What is said: watches, the posts that came in, and which post matched which watch."""
