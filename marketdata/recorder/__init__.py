"""Recording the topic of quotes back to a file that replays to the same content."""
