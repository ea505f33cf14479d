"""Staying signed in: rotating secrets, lost answers, copies and revoked devices."""

from datetime import timedelta
from uuid import UUID

import pytest

from shunyue.identity import commands, queries
from shunyue.identity.commands import (
    CUSTOMER_LOGIN_LIFETIME,
    PREVIOUS_TOKEN_GRACE,
    RETRY_WINDOW,
    SignedIn,
)
from shunyue.identity.errors import LoginEnded, LoginNotFound
from shunyue.kernel.crypto import Vault
from shunyue.kernel.tokens import Actor
from tests.builders.studio import NOON, Studio

# An id that nobody has; the same in every process, so that all collect the same tests.
NOBODYS = "01a20a00-0000-7000-8000-000000000001"

_MOMENT = timedelta(microseconds=1)


class Device:
    """A phone on which somebody signs in."""

    def __init__(self, studio: Studio, vault: Vault) -> None:
        self._studio, self._vault = studio, vault
        self._visitor = Actor("customer", studio.merchant_id)

    async def sign_in(
        self, asked_with: bytes = b"first", phone: str = "+8613805711246"
    ) -> SignedIn:
        """Prove to own the phone."""
        async with self._studio.database.begin(self._visitor) as tx:
            signed_in, _ = await commands.sign_in_customer(
                tx, self._vault, phone=phone, device="手机", asked_with=asked_with
            )
        return signed_in

    async def retry(self, asked_with: bytes = b"first") -> SignedIn | None:
        """Send the same request again: the answer was lost."""
        async with self._studio.database.begin(self._visitor) as tx:
            return await commands.continue_login(tx, self._vault, asked_with=asked_with)

    async def refresh(self, secret: str) -> SignedIn:
        """Renew the login."""
        async with self._studio.database.begin(self._visitor) as tx:
            return await commands.refresh_login(tx, self._vault, refresh_token=secret)

    async def end(self, login_id: UUID, actor_id: UUID) -> None:
        """Sign out."""
        async with self._studio.database.begin(self._visitor) as tx:
            await commands.end_login(tx, login_id=login_id, actor_id=actor_id)


@pytest.fixture
def device(studio: Studio, vault: Vault) -> Device:
    """A phone."""
    return Device(studio, vault)


def ids_of(signed_in: SignedIn) -> tuple[UUID, UUID]:
    """Return the login and whose it is."""
    assert signed_in.actor.login_id is not None
    assert signed_in.actor.id is not None
    return signed_in.actor.login_id, signed_in.actor.id


class TestSigningIn:
    async def test_same_phone_is_the_same_customer(self, device: Device) -> None:
        first, second = await device.sign_in(b"a"), await device.sign_in(b"b")

        assert first.actor.id == second.actor.id
        assert first.actor.login_id != second.actor.login_id

    async def test_other_phone_is_another_customer(self, device: Device) -> None:
        first = await device.sign_in(b"a")
        second = await device.sign_in(b"b", phone="+8613805711247")

        assert first.actor.id != second.actor.id

    async def test_lost_answer_is_repeated_for_the_same_login(self, device: Device) -> None:
        first = await device.sign_in()

        again = await device.retry()

        assert again is not None
        assert again.actor == first.actor
        assert (await device.refresh(again.refresh_token)).actor == first.actor

    async def test_other_request_is_no_retry(self, device: Device) -> None:
        await device.sign_in()

        assert await device.retry(b"other") is None

    async def test_retry_is_answered_for_ten_minutes(self, studio: Studio, device: Device) -> None:
        await device.sign_in()
        await studio.stop_clock(NOON + RETRY_WINDOW - _MOMENT)
        in_time = await device.retry()
        await studio.stop_clock(NOON + RETRY_WINDOW)

        assert in_time is not None
        assert await device.retry() is None


class TestRefreshing:
    async def test_each_refresh_brings_a_new_secret_for_the_same_login(
        self, device: Device
    ) -> None:
        first = await device.sign_in()

        second = await device.refresh(first.refresh_token)

        assert second.actor == first.actor
        assert second.refresh_token != first.refresh_token

    async def test_secret_before_works_for_a_minute(self, studio: Studio, device: Device) -> None:
        first = await device.sign_in()
        await device.refresh(first.refresh_token)
        await studio.stop_clock(NOON + PREVIOUS_TOKEN_GRACE)

        assert (await device.refresh(first.refresh_token)).actor == first.actor

    async def test_secret_before_is_refused_after_the_minute(
        self, studio: Studio, device: Device
    ) -> None:
        first = await device.sign_in()
        await device.refresh(first.refresh_token)
        await studio.stop_clock(NOON + PREVIOUS_TOKEN_GRACE + _MOMENT)

        with pytest.raises(LoginEnded):
            await device.refresh(first.refresh_token)

    async def test_secret_before_the_one_before_is_refused(self, device: Device) -> None:
        first = await device.sign_in()
        second = await device.refresh(first.refresh_token)
        await device.refresh(second.refresh_token)

        with pytest.raises(LoginEnded):
            await device.refresh(first.refresh_token)

    async def test_login_ends_after_its_lifetime(self, studio: Studio, device: Device) -> None:
        first = await device.sign_in()
        await studio.stop_clock(NOON + CUSTOMER_LOGIN_LIFETIME)

        with pytest.raises(LoginEnded):
            await device.refresh(first.refresh_token)

    @pytest.mark.parametrize("secret", ["", "nonsense", f"{NOBODYS}.", f"{NOBODYS}.abc"])
    async def test_nonsense_is_refused(self, device: Device, secret: str) -> None:
        with pytest.raises(LoginEnded):
            await device.refresh(secret)

    async def test_secret_is_not_stored_in_clear(self, studio: Studio, device: Device) -> None:
        first = await device.sign_in()

        stored = await studio.value("SELECT refresh_hash FROM login WHERE merchant_id = $1")
        assert first.refresh_token.partition(".")[2].encode() not in stored


class TestEnding:
    async def test_ended_login_is_not_renewed_nor_retried(self, device: Device) -> None:
        first = await device.sign_in()

        await device.end(*ids_of(first))

        with pytest.raises(LoginEnded):
            await device.refresh(first.refresh_token)
        assert await device.retry() is None

    async def test_every_server_hears_of_it(
        self, studio: Studio, device: Device, announced: list[str]
    ) -> None:
        first = await device.sign_in()

        await device.end(*ids_of(first))

        assert f"login-ended:{first.actor.login_id}" in announced

    async def test_login_of_somebody_else_is_not_found(self, device: Device) -> None:
        own, other = await device.sign_in(b"a"), await device.sign_in(b"b", "+8613805711247")

        with pytest.raises(LoginNotFound):
            await device.end(ids_of(other)[0], ids_of(own)[1])
        assert (await device.refresh(other.refresh_token)).actor == other.actor

    async def test_ending_twice_is_not_found(self, device: Device) -> None:
        first = await device.sign_in()
        await device.end(*ids_of(first))

        with pytest.raises(LoginNotFound):
            await device.end(*ids_of(first))

    async def test_open_logins_are_listed_last_used_first(
        self, studio: Studio, device: Device
    ) -> None:
        first, second, ended = [await device.sign_in(one) for one in (b"a", b"b", b"c")]
        await device.end(*ids_of(ended))
        await studio.stop_clock(NOON + timedelta(hours=1))
        await device.refresh(first.refresh_token)

        async with studio.database.begin(first.actor) as tx:
            logins = await queries.open_logins(tx, ids_of(first)[1])

        assert [one.id for one in logins] == [ids_of(one)[0] for one in (first, second)]
