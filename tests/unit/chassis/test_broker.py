"""A broker's address is one, or the process says so in a sentence and does not start."""

import pytest

from chassis.broker import parameters, parts_of
from chassis.settings import CannotStartError
from svops.local.broker import is_answering


@pytest.mark.parametrize(
    "uri", ["amqp://a:b@host:port/v", "amqp://a:b@host:99999/v", "amqp://[", "http://host/", "host:5672", "", "amqp://"]
)
def test_an_address_that_is_none_is_said_in_a_sentence_without_its_password(uri: str) -> None:
    for use in (parts_of, parameters, is_answering):
        with pytest.raises(CannotStartError, match=r"^AMQP_URI is not amqp://USER:PASSWORD@HOST:PORT/VHOST$"):
            use(uri)


def test_an_address_has_its_parts() -> None:
    assert parts_of("amqps://a:b@broker.example.bg:5671/svops").port == 5671
    assert parts_of("amqp://broker/").hostname == "broker"
