"""Who answers: people, conversations, desks, routing rules, promises, and the answers
themselves."""
