"""Firestore on this machine: a pure engine, a gRPC server over it, an in-process transport."""
