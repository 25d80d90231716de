"""Documents: where they live, how they are read, and what was done to them."""
