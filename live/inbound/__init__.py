"""What arrives: the receiver, what it files, and what is brought in and out of the log."""
