"""A subscriber in a few lines: prints every public event since the first one, one JSON object a line, then ends.

Usage: python late_subscriber.py amqp://USER:PASSWORD@HOST:PORT/VHOST
"""

import sys

from kombu.connection import Connection
from kombu.entity import Queue
from kombu.messaging import Consumer

QUIET_SECONDS = 2.0


def take(message):  # type: ignore[no-untyped-def]  # an example stays short
    """Print and acknowledge."""
    sys.stdout.write(bytes(message.body).decode() + "\n")
    message.ack()


with Connection(sys.argv[1]) as connection:
    stream = Queue("public.stream", no_declare=True, consumer_arguments={"x-stream-offset": "first"})
    with Consumer(connection, [stream], on_message=take, prefetch_count=100):
        try:
            while True:
                connection.drain_events(timeout=QUIET_SECONDS)
        except TimeoutError:
            pass
