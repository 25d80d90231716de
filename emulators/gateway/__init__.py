"""The local stand-in for the platform: routes, identity and the control API."""
