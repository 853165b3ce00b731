"""The laws, held on situations of real life."""
