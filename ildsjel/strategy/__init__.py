"""Why we do it: goals, whom we are here for, and the topics that people come with."""
