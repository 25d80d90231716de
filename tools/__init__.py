"""What the model may do: one verb per file."""
