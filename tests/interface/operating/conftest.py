"""The broker and the little services of the chassis's tests."""

from tests.interface.chassis.conftest import broker, make_little

__all__ = ["broker", "make_little"]
