"""Keep the wordings that stand apart from code: Chinese texts with named slots, one file each."""

from prompts.template import Template, digest, load

__all__ = ["Template", "digest", "load"]
