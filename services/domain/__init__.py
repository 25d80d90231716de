"""Pure records, events and decisions: standard library only, time is an argument."""
