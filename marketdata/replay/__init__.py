"""Replaying quote files: which files may be read, the check of the whole file, and the paced way into the topic."""
