"""JSON logs with the correlation of the request or message that caused them."""

import logging
import re
import secrets
import sys
from contextvars import ContextVar

import structlog

_FORM = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str | None:
    """The W3C trace context of what is being handled; it travels with events."""
    return _traceparent.get()


def follow(traceparent: str | None) -> str:
    """Take over the caller's trace context, or begin one; every log line of this request or message carries it.

    What is not of the form that W3C gives it is none.
    """
    is_one = traceparent is not None and _FORM.fullmatch(traceparent)
    value = traceparent if traceparent and is_one else f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
    _traceparent.set(value)
    structlog.contextvars.bind_contextvars(trace=value.split("-")[1])
    return value


def trace_number() -> str:
    """The number under which the log has this request or message."""
    return (_traceparent.get() or follow(None)).split("-")[1]


def configure(process: str, *, level: int = logging.INFO) -> None:
    """Send every record of this process, ours and the libraries', to standard error as one JSON object a line."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    render = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, render],
        logger_factory=structlog.WriteLoggerFactory(sys.__stderr__),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.__stderr__)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for talkative in ("weasyprint", "weasyprint.progress", "fontTools", "pikepdf", "httpx"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(process=process)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; log facts as keyword arguments, never personal data."""
    bound: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return bound
