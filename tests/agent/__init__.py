"""The agent: its tools, its loop, its guards, its evaluation."""
