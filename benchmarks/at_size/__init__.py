"""What builds cost at size, beside what a user would write instead."""
