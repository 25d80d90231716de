"""HTTP edges, one file per deployed function: request in, one service call, answer out."""
