"""The store: Firestore through Google's own client, spoken in the words of `domain.documents`."""
