"""The only place that imports SDKs and speaks to the network."""
