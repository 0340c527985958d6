"""Notices: causes found in the store, planned, put into words, and told by mail, webhook and hook."""
