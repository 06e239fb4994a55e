"""The straight lines through the house: a post comes in, an answer goes out, a day passes."""
