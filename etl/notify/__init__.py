"""Telling people: what a message says, where it goes, what is remembered of it; metrics and the health check.

Nothing here ends a night: whatever goes wrong is a sentence without secrets, for those who read the job's mail.
"""
