"""The connection test over SMTP: a ladder of rungs from the name of the host to a message on its way."""
