"""What the real client libraries may rely on, checked against any Firestore that they can reach."""
