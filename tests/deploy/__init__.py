"""The deployment scripts, run with a gcloud of our own on the PATH."""
