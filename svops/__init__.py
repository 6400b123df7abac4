"""The operator's command, the only place that knows all services."""
