"""The questions of a sub-variant: taken out of testbank's package in memory, never written anywhere."""

import json
import threading

import msgspec
import pyrage

from chassis.work import Runtime
from services.session.live.told import PrintedQuestion
from services.session.settings import Settings


class Papers:
    """Opens each package once a process, and keeps each sub-variant's questions as the JSON that screens get."""

    def __init__(self, runtime: Runtime[Settings]) -> None:
        self._runtime = runtime
        self._opened: dict[str, dict[str, msgspec.Raw]] = {}
        self._turn = threading.Lock()

    def questions(self, package_sha256: str, sub_variant: str) -> msgspec.Raw:
        """``[{"number", "text", "options": {letter: text}}]`` in the order in which the sub-variant prints them."""
        with self._turn:
            if package_sha256 not in self._opened:
                self._opened[package_sha256] = self._open(package_sha256)
            return self._opened[package_sha256][sub_variant]

    def _open(self, package_sha256: str) -> dict[str, msgspec.Raw]:
        identity = pyrage.x25519.Identity.from_str(self._runtime.settings.package_private_key)
        package = json.loads(pyrage.decrypt(self._runtime.files.get(package_sha256), [identity]))
        by_number = {question["number"]: question for question in package["questions"]}
        return {
            code: msgspec.Raw(
                msgspec.json.encode(
                    [
                        PrintedQuestion(printed, by_number[number]["text"], by_number[number]["options"])
                        for printed, number in enumerate(order, 1)
                    ]
                )
            )
            for code, order in package["sub_variants"].items()
        }
