"""Management commands of the book and its engine."""
