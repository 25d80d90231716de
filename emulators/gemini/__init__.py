"""Gemini's generateContent on this machine: scripted, or driven by visible rules."""
