"""Fields of a company or customer, normalized: domains, phones, places, identifiers."""
