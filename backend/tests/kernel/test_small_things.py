"""Identifiers, money and sealed values."""

import time
from itertools import pairwise
from uuid import RFC_4122

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from shunyue.kernel.crypto import Vault
from shunyue.kernel.ids import new_id
from shunyue.kernel.money import yuan

_VAULT = Vault(b"a key of this test")


class TestIds:
    def test_id_is_a_uuid_of_version_seven(self) -> None:
        one = new_id()

        assert (one.version, one.variant) == (7, RFC_4122)

    def test_ids_sort_by_the_millisecond_they_were_made_in(self) -> None:
        made = []
        for _ in range(20):
            made.append(new_id())
            time.sleep(0.002)

        assert all(one < following for one, following in pairwise(made))

    def test_id_carries_its_time(self) -> None:
        before = time.time_ns() // 1_000_000
        one = new_id()
        after = time.time_ns() // 1_000_000

        assert before <= one.int >> 80 <= after

    def test_ids_never_repeat(self) -> None:
        assert len({new_id() for _ in range(20_000)}) == 20_000


class TestMoney:
    @pytest.mark.parametrize(
        ("fen", "text"),
        [
            (0, "¥0.00"),
            (1, "¥0.01"),
            (10, "¥0.10"),
            (168000, "¥1,680.00"),
            (123456789, "¥1,234,567.89"),
            (-1, "−¥0.01"),
            (-168050, "−¥1,680.50"),
        ],
    )
    def test_amount_is_written_as_people_read_it(self, fen: int, text: str) -> None:
        assert yuan(fen) == text

    @given(st.integers(-(10**15), 10**15))
    def test_no_fen_is_lost_in_writing(self, fen: int) -> None:
        digits = yuan(fen).replace("−", "-").replace("¥", "").replace(",", "").replace(".", "")

        assert int(digits) == fen


class TestVault:
    @given(st.binary(max_size=200))
    def test_sealed_value_opens_in_its_place(self, plain: bytes) -> None:
        assert _VAULT.open(_VAULT.seal(plain, "payment.secret.1"), "payment.secret.1") == plain

    def test_sealed_value_opens_nowhere_else(self) -> None:
        sealed = _VAULT.seal(b"secret", "payment.secret.1")

        with pytest.raises(InvalidTag):
            _VAULT.open(sealed, "payment.secret.2")

    def test_sealed_value_opens_with_no_other_key(self) -> None:
        with pytest.raises(InvalidTag):
            Vault(b"another key").open(_VAULT.seal(b"secret", "here"), "here")

    def test_no_byte_can_be_changed(self) -> None:
        sealed = _VAULT.seal(b"secret", "here")

        for place in range(len(sealed)):
            changed = bytearray(sealed)
            changed[place] ^= 1
            with pytest.raises(InvalidTag):
                _VAULT.open(bytes(changed), "here")

    def test_same_value_is_sealed_differently_each_time(self) -> None:
        assert _VAULT.seal(b"secret", "here") != _VAULT.seal(b"secret", "here")

    def test_fingerprint_recognises_and_depends_on_the_key(self) -> None:
        assert _VAULT.fingerprint("a") == _VAULT.fingerprint("a")
        assert _VAULT.fingerprint("a") != _VAULT.fingerprint("b")
        assert _VAULT.fingerprint("a") != Vault(b"another key").fingerprint("a")
