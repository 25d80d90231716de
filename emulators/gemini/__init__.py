"""Gemini's generateContent and embedContent on this machine: scripted, or by simple rules."""
