"""The typed REST API below /api/v1/: thin endpoints over the rooms' queries and actions."""
