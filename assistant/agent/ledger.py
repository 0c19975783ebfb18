"""Keep what the tools found in one question, each piece under the key by which the model cites it.

A figure's evidence (`E1`) proves that one amount; a sentence's proves what the sentence says; a computed value
(`C1`) proves itself, and leads back to the evidence that went into it.
"""

from threading import Lock

from assistant.models import Derivation, Evidence
from assistant.tools import ReportView
from ingest.models import Anchor, Figure, Value
from ingest.outline import Sentence


class Found(Value):
    """Hold a piece of evidence with the report that it stands in."""

    evidence: Evidence
    report_id: str
    organization: str
    year: int | None
    title: str


class Computed(Value):
    """Hold a computed value with the keys of the evidence that it was computed from."""

    key: str
    derivation: Derivation
    inputs: tuple[str, ...]


class Ledger:
    """Give keys to evidence; the same cell or sentence keeps its key."""

    def __init__(self) -> None:
        self._found: dict[str, Found] = {}
        self._computed: dict[str, Computed] = {}
        self._keys: dict[tuple[str, int, int, str], str] = {}
        self._views: dict[str, ReportView] = {}
        self._lock = Lock()

    def add_figure(self, view: ReportView, figure: Figure) -> Found:
        """Return the evidence of a figure; its quote is the row or sentence around it."""
        start = figure.context_start
        anchor = figure.anchor.model_copy(
            update={"char_start": start, "char_end": start + len(figure.context)}
        )
        return self._add(view, anchor, figure.context, figure)

    def add_sentence(self, view: ReportView, sentence: Sentence) -> Found:
        """Return the evidence of a sentence."""
        anchor = Anchor(
            report_id=view.report.id,
            char_start=sentence.char_start,
            char_end=sentence.char_end,
            section_path=sentence.section_path,
            page=sentence.page,
        )
        return self.add_quote(view, anchor, sentence.text)

    def add_quote(self, view: ReportView, anchor: Anchor, quote: str) -> Found:
        """Return the evidence of a stretch of text, with the place that its anchor spans."""
        return self._add(view, anchor, quote, None)

    def add_computed(self, derivation: Derivation, inputs: tuple[str, ...]) -> Computed:
        """Return the computed value under a key of its own."""
        with self._lock:
            for known in self._computed.values():
                if known.derivation == derivation and known.inputs == inputs:
                    return known
            computed = Computed(key=f"C{len(self._computed) + 1}", derivation=derivation, inputs=inputs)
            self._computed[computed.key] = computed
            return computed

    def found(self, key: str) -> Found | None:
        """Return the evidence of a key."""
        return self._found.get(key)

    def computed(self, key: str) -> Computed | None:
        """Return the computed value of a key."""
        return self._computed.get(key)

    def everything(self) -> tuple[Found, ...]:
        """Return all evidence in the order in which it was found."""
        return tuple(self._found.values())

    def everything_computed(self) -> tuple[Computed, ...]:
        """Return all computed values."""
        return tuple(self._computed.values())

    def view(self, report_id: str) -> ReportView:
        """Return the report that a piece of evidence stands in."""
        return self._views[report_id]

    def _add(self, view: ReportView, anchor: Anchor, quote: str, figure: Figure | None) -> Found:
        report = view.report
        place = (report.id, anchor.char_start, anchor.char_end, figure.id if figure else "")
        with self._lock:
            key = self._keys.setdefault(place, f"E{len(self._keys) + 1}")
            if key not in self._found:
                self._views[report.id] = view
                self._found[key] = Found(
                    evidence=Evidence(key=key, quote=quote, anchor=anchor, figure=figure),
                    report_id=report.id,
                    organization=report.organization.name,
                    year=report.year,
                    title=report.title,
                )
            return self._found[key]
