"""What the webhook is compared with; each file is a functions-framework source of its own."""
