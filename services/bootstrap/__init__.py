"""The composition root: the only package that sees all parts."""

from services.bootstrap.container import Services, configure, services

__all__ = ["Services", "configure", "services"]
