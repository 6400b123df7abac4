"""A subscriber in a few lines: prints every public event since the first one, one JSON object a line, then ends.

Usage: python late_subscriber.py amqp://USER:PASSWORD@HOST:PORT/VHOST

A broker that goes away is waited for, and the stream read again; an event that comes twice is known by its id.
"""

import json
import sys
import time

from kombu.connection import Connection
from kombu.entity import Queue
from kombu.messaging import Consumer

QUIET_SECONDS = 2.0
AGAIN_SECONDS = 1.0


def read(connection, seen):
    """Take events, by id, until none has come for a while."""

    def take(message):
        seen.setdefault(json.loads(message.body)["id"], bytes(message.body).decode())
        message.ack()

    stream = Queue("public.stream", no_declare=True, consumer_arguments={"x-stream-offset": "first"})
    with Consumer(connection, [stream], on_message=take, prefetch_count=100):
        try:
            while True:
                connection.drain_events(timeout=QUIET_SECONDS)
        except TimeoutError:
            return


seen, is_read = {}, False
while not is_read:
    with Connection(sys.argv[1]) as connection:
        try:
            read(connection, seen)
            is_read = True
        except (*connection.connection_errors, *connection.channel_errors) as error:
            sys.stderr.write(f"{error}; once more\n")
            time.sleep(AGAIN_SECONDS)  # a broker that is away cannot say when it is back
for event in seen.values():
    sys.stdout.write(event + "\n")
