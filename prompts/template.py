"""Load a wording and fill its slots; a slot that is missing or unknown is told at once."""

import hashlib
from functools import cache
from importlib.resources import files
from string import Formatter

from pydantic import BaseModel, ConfigDict


class Template(BaseModel):
    """Hold a wording with `{slots}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    text: str
    slots: frozenset[str]

    def fill(self, **values: str) -> str:
        """Return the wording with its slots filled; raise ValueError when values and slots do not agree."""
        if frozenset(values) != self.slots:
            missing = "、".join(sorted(self.slots - set(values))) or "无"
            unknown = "、".join(sorted(set(values) - self.slots)) or "无"
            raise ValueError(f"prompts/{self.name}.md 的空位不符：缺少 {missing}，多出 {unknown}")
        return self.text.format(**values)


@cache
def load(name: str) -> Template:
    """Return the wording in `prompts/<name>.md`; raise ValueError for a slot without a name."""
    text = (files("prompts") / f"{name}.md").read_text("utf-8").strip()
    slots = [slot for _, slot, _, _ in Formatter().parse(text) if slot is not None]
    if not all(slot.isidentifier() for slot in slots):
        raise ValueError(f"prompts/{name}.md 里有空位没有名字，请写成 {{名字}}")
    return Template(name=name, text=text, slots=frozenset(slots))


@cache
def digest() -> str:
    """Return a digest of all wordings, for the fingerprint of a run."""
    texts = sorted(
        (entry.name, entry.read_text("utf-8"))
        for entry in files("prompts").iterdir()
        if entry.name.endswith(".md")
    )
    return hashlib.sha256(repr(texts).encode("utf-8")).hexdigest()[:16]
