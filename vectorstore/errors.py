"""Say what can go wrong between the reports and the search.

StoreError
├── LibraryUnusable    the database cannot be opened, or is of another version
├── BodyUnclear        a name is that of no body, or of several
├── IndexUnusable      the vector index cannot be opened; `gongkai reindex` rebuilds it
├── WriterBusy         another process is writing; it is named
└── ModelUnavailable   the embedding model cannot be loaded; the ways out are named
"""


class StoreError(Exception):
    """Name what is wrong, where, and what to do next."""

    retryable = False


class LibraryUnusable(StoreError):
    """Refuse a database that cannot be opened or has another schema version."""


class BodyUnclear(StoreError):
    """Refuse a name that does not tell which body is meant, and say which ones go by it."""


class IndexUnusable(StoreError):
    """Refuse a vector index that cannot be opened."""


class WriterBusy(StoreError):
    """Refuse a second writer and name the one that holds the lock."""

    retryable = True


class ModelUnavailable(StoreError):
    """Refuse to search by meaning without the model, and name the ways to get it."""
