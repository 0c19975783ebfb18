"""Fix how property tests draw their examples: the same ones on every machine, many new ones with `make fuzz`."""

import os

from hypothesis import settings

settings.register_profile("steady", max_examples=20, deadline=None, derandomize=True, database=None)
settings.register_profile("search", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
