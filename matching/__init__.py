"""The book, the engine and its trades."""
