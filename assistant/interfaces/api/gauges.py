"""Count what the service does, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

_BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)


class Gauges:
    """Hold the counters of one app, apart from those of any other in the process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "gongkai_requests", "Requests", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "gongkai_request_seconds",
            "Time to the last byte",
            ("route",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._questions = Gauge(
            "gongkai_questions", "Questions being answered or waiting", registry=self.registry
        )
        self._jobs = Gauge("gongkai_jobs", "Uploads not yet read in", registry=self.registry)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is the pattern, never the path, so that the series stay few."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def show(self, *, questions: int, jobs: int) -> None:
        """Set what is known only when somebody looks."""
        self._questions.set(questions)
        self._jobs.set(jobs)
