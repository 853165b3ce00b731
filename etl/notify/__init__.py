"""Notifications: messages and their targets, the last message sent, metrics and the health check.

Nothing here ends a run: each failure becomes a sentence without secrets, for those who read the job's mail.
"""
