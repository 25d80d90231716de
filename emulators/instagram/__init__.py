"""Instagram's Graph API and webhooks, the WhatsApp Cloud API and Spond, on this machine."""
