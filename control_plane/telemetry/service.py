"""Counters and traces of the control plane. Neither ever carries a name, an IBAN or a BIC."""

from collections.abc import Mapping

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

SERVICE_NAME = "vop-control-plane"
EXPORT_INTERVAL_MS = 10_000
EXPORT_SECONDS_MAX = 3
"""A collector that doesn't answer holds up an export, and so the end of the process, no longer."""


class Telemetry:
    """Instruments by name. Nothing is exported unless readers or processors are given."""

    def __init__(
        self, readers: tuple[MetricReader, ...] = (), processors: tuple[SpanProcessor, ...] = ()
    ) -> None:
        resource = Resource.create({"service.name": SERVICE_NAME})
        self._meters = MeterProvider(readers, resource, shutdown_on_exit=False)
        self._tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
        for processor in processors:
            self._tracers.add_span_processor(processor)
        meter = self._meters.get_meter("control_plane")
        self.tracer = self._tracers.get_tracer("control_plane")
        self._outcomes = meter.create_counter(
            "vop.fallback.outcomes", description="Requests that the fallback answered, by outcome"
        )
        self._durations = meter.create_histogram(
            "http.server.request.duration", unit="s", description="Requests, by route, method and status"
        )
        self._database_failures = meter.create_counter(
            "vop.fallback.database_failures", description="Answers that became NOAP for the database's sake"
        )

    @classmethod
    def for_endpoint(cls, endpoint: str | None) -> "Telemetry":
        """Export to an OTLP/HTTP collector at this base URL, if one is given."""
        if endpoint is None:
            return cls()
        base = endpoint.rstrip("/")
        reader = PeriodicExportingMetricReader(
            OTLPMetricExporter(endpoint=f"{base}/v1/metrics", timeout=EXPORT_SECONDS_MAX), EXPORT_INTERVAL_MS
        )
        spans = OTLPSpanExporter(endpoint=f"{base}/v1/traces", timeout=EXPORT_SECONDS_MAX)
        return cls((reader,), (BatchSpanProcessor(spans),))

    def record_request(self, seconds: float, attributes: Mapping[str, str | int]) -> None:
        """Record how long a request took; the attributes are those of its span."""
        self._durations.record(seconds, attributes)

    def count_outcome(self, outcome: str) -> None:
        """Count an answer of the fallback."""
        self._outcomes.add(1, {"outcome": outcome})

    def count_database_failure(self, step: str) -> None:
        """Count a failed read of an account, or write of a decision."""
        self._database_failures.add(1, {"step": step})

    def close(self) -> None:
        """Flush and stop the exporters."""
        self._tracers.shutdown()
        self._meters.shutdown()
