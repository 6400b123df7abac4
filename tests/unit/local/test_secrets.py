import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from svops.local.secrets import Secrets


@pytest.mark.parametrize("kind", ["token", "ed25519_key", "p256_key", "age_identity"])
def test_a_secret_is_made_once(tmp_path: Path, kind: str) -> None:
    first = getattr(Secrets(tmp_path), kind)("chair").read_text()
    again = getattr(Secrets(tmp_path), kind)("chair").read_text()
    assert first == again


def test_two_secrets_differ(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path)
    assert secrets.token("one").read_text() != secrets.token("two").read_text()


def test_only_the_owner_reads_a_secret(tmp_path: Path) -> None:
    path = Secrets(tmp_path).token("password")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_keys_are_of_their_kind(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path)
    signing = load_pem_private_key(secrets.ed25519_key("signing").read_bytes(), password=None)
    assert isinstance(signing, Ed25519PrivateKey)
    identity = pyrage.x25519.Identity.from_str(secrets.text(secrets.age_identity("director")))
    assert pyrage.decrypt(pyrage.encrypt(b"variant", [identity.to_public()]), [identity]) == b"variant"


def test_askers_at_the_same_time_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        seen = set(pool.map(lambda _: Secrets(tmp_path).token("race").read_text(), range(64)))
    assert len(seen) == 1
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["race"]
