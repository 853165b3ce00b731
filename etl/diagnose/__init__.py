"""What stands between an invoice and its client: access, sync and the causes, judged in frames."""
