"""Every service that Moca talks to, on this machine; never deployed."""
