"""The command line: the same acts as the console's keys. Data goes to stdout, narration to stderr."""
