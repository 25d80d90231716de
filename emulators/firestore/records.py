"""One immutable version of one document, with the sort keys of its fields kept once made."""

from emulators.firestore import fieldpaths
from emulators.firestore.messages import Document
from emulators.firestore.names import DocumentName, name_key, segment_key
from emulators.firestore.values import REFERENCE, Key, sort_key


class Record:
    """A document as it stood from one commit to the next; never changed after it is made.

    `document` carries its name, create_time and update_time; whoever holds it must not change it.
    `name_key` is where the document sorts by name, `id_key` the same within its collection.
    """

    __slots__ = ("document", "id_key", "keys", "name", "name_key")

    def __init__(self, name: DocumentName, document: Document) -> None:
        self.name = name
        self.document = document
        self.name_key: Key = (REFERENCE, *name_key(name.database, name.path))
        self.id_key = segment_key(name.document_id)
        self.keys: dict[str, Key | None] = {fieldpaths.DOCUMENT_NAME: self.name_key}

    def sort_key(self, path: str) -> Key | None:
        """Where the field's value sorts; None if the document lacks the field."""
        try:
            return self.keys[path]
        except KeyError:
            value = fieldpaths.get(self.document.fields, fieldpaths.parse(path))
            key = self.keys[path] = None if value is None else sort_key(value)
            return key
