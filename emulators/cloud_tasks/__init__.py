"""Cloud Tasks on this machine: the queue rules in a pure engine, a gRPC server, a dispatcher."""
