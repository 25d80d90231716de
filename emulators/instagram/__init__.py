"""The Instagram Graph API, WhatsApp and Spond on this machine, and the webhooks that Meta sends."""
