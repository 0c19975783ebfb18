"""State how wide a search looks."""

from pydantic import Field

from ingest.models import Value


class SearchLimits(Value):
    """Bound the two searches and their fusion."""

    candidates: int = Field(default=50, ge=1)
    """Passages that each of the two searches hands to the fusion."""
    exact_chunks: int = Field(default=2000, ge=0)
    """Passages up to which a scope is compared one by one instead of through the index's graph."""
    fusion_constant: int = Field(default=60, ge=1)
    """The k of reciprocal rank fusion: the larger, the less the first ranks weigh."""
