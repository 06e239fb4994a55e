"""The plan: does it hold together, and is it what actually happens?"""
