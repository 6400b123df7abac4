"""The six services, each owning one stage of the examination; none imports another."""
