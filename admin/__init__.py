"""The back office: a Flask app in which the owner and the team read, answer and configure."""
