"""The same sequences of raw calls, drawn and played on two Firestores: their answers must be equal.

An operation is JSON: `{"rpc": "Commit", "request": {…}}`, the request as protobuf writes it, so
that a sequence that fails can be read, kept, made smaller and played again.
"""
