"""The pages of the dialogue room: the inbox, a conversation, and what people do with it."""
