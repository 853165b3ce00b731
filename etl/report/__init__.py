"""The report: numbers first (summary), then the page that shows them."""
