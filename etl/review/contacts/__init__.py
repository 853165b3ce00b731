"""Decisions on contacts: states, fix files, rules and the part of the register that holds them."""
