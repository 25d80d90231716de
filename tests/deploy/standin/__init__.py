"""A gcloud that keeps a project in a file."""
