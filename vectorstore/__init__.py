"""Keep what was read, and find it again: the SQL library is the truth, the vector index can be rebuilt."""
