"""Sign-in codes: sent rarely, good for minutes and five tries, and only the newest one."""

import asyncio
from datetime import timedelta

import pytest

from shunyue.identity import commands
from shunyue.identity.api import MailboxSender, NoSender, mailbox_messages
from shunyue.identity.commands import CODE_LIFETIME, CODE_TRIES, CODES_PER_DAY
from shunyue.identity.errors import CodeExpired, CodeSentRecently, SmsUnavailable, WrongCode
from shunyue.kernel.crypto import Vault
from shunyue.kernel.errors import DomainError, TooManyRequests
from shunyue.kernel.tokens import Actor
from tests.builders.studio import NOON, Studio

pytestmark = pytest.mark.req("RG-03")

_PHONE, _OTHER_PHONE = "+8613805711246", "+8613805711247"
_MINUTE = timedelta(minutes=1)
_MOMENT = timedelta(microseconds=1)


class Phone:
    """Somebody with a phone who wants to sign in."""

    def __init__(self, studio: Studio, vault: Vault, number: str = _PHONE) -> None:
        self._studio, self._vault, self._number = studio, vault, number
        self._visitor = Actor("customer", studio.merchant_id)

    async def ask(self) -> str:
        """Ask for a code; returns what arrives."""
        async with self._studio.database.begin(self._visitor) as tx:
            await commands.send_login_code(tx, self._vault, MailboxSender(), phone=self._number)
        async with self._studio.database.begin(self._visitor) as tx:
            messages = await mailbox_messages(tx)
        code = messages[0]["code"]
        assert isinstance(code, str)
        return code

    async def use(self, code: str) -> DomainError | None:
        """Type a code; returns the refusal."""
        async with self._studio.database.begin(self._visitor) as tx:
            return await commands.use_login_code(tx, self._vault, phone=self._number, code=code)


@pytest.fixture
async def phone(studio: Studio, vault: Vault) -> Phone:
    """Somebody with a phone."""
    return Phone(studio, vault)


def wrong(code: str) -> str:
    """Return another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


class TestAsking:
    async def test_code_has_six_digits(self, phone: Phone) -> None:
        code = await phone.ask()

        assert (len(code), code.isdecimal()) == (6, True)

    async def test_second_code_within_a_minute_is_refused_with_the_wait(
        self, studio: Studio, phone: Phone
    ) -> None:
        await phone.ask()
        await studio.stop_clock(NOON + timedelta(seconds=20))

        with pytest.raises(CodeSentRecently) as refusal:
            await phone.ask()

        assert refusal.value.params == {"retry_after_seconds": 40}

    async def test_second_code_is_sent_when_the_minute_is_over(
        self, studio: Studio, phone: Phone
    ) -> None:
        await phone.ask()
        await studio.stop_clock(NOON + _MINUTE - _MOMENT)
        with pytest.raises(CodeSentRecently):
            await phone.ask()
        await studio.stop_clock(NOON + _MINUTE)

        assert await phone.ask()

    async def test_eleventh_code_of_a_day_is_refused_and_a_day_later_not(
        self, studio: Studio, phone: Phone
    ) -> None:
        for n in range(CODES_PER_DAY):
            await studio.stop_clock(NOON + n * _MINUTE)
            await phone.ask()
        await studio.stop_clock(NOON + CODES_PER_DAY * _MINUTE)
        with pytest.raises(TooManyRequests) as refusal:
            await phone.ask()
        await studio.stop_clock(NOON + timedelta(days=1))

        assert await phone.ask()
        assert refusal.value.params["retry_after_seconds"] == 24 * 3600 - 600

    async def test_limits_count_per_phone(self, studio: Studio, vault: Vault, phone: Phone) -> None:
        await phone.ask()

        assert await Phone(studio, vault, _OTHER_PHONE).ask()

    async def test_codes_asked_for_at_once_are_sent_once(
        self, studio: Studio, phone: Phone
    ) -> None:
        await phone.ask()
        await studio.stop_clock(NOON + _MINUTE)

        results = await asyncio.gather(*(phone.ask() for _ in range(8)), return_exceptions=True)

        assert len([one for one in results if isinstance(one, str)]) == 1
        assert (
            await studio.value("SELECT count(*) FROM mailbox_message WHERE merchant_id = $1") == 2
        )

    async def test_code_is_not_stored_in_clear(self, studio: Studio, phone: Phone) -> None:
        code = await phone.ask()

        stored = await studio.value("SELECT code_hash FROM login_code WHERE merchant_id = $1")
        assert code.encode() not in stored

    async def test_install_without_sender_says_so(self, studio: Studio, vault: Vault) -> None:
        async with studio.database.begin(Actor("customer", studio.merchant_id)) as tx:
            with pytest.raises(SmsUnavailable):
                await commands.send_login_code(tx, vault, NoSender(), phone=_PHONE)


class TestUsing:
    async def test_right_code_signs_in_once(self, phone: Phone) -> None:
        code = await phone.ask()

        first, second = await phone.use(code), await phone.use(code)

        assert first is None
        assert isinstance(second, CodeExpired)

    async def test_right_code_used_at_once_signs_in_once(self, phone: Phone) -> None:
        code = await phone.ask()

        results = await asyncio.gather(*(phone.use(code) for _ in range(8)))

        assert results.count(None) == 1

    async def test_wrong_code_says_how_many_tries_are_left(self, phone: Phone) -> None:
        code = await phone.ask()

        refusals = [await phone.use(wrong(code)) for _ in range(CODE_TRIES)]

        assert all(isinstance(one, WrongCode) for one in refusals)
        left = [one.params["attempts_left"] for one in refusals if one]
        assert left == [4, 3, 2, 1, 0]

    async def test_right_code_is_refused_after_five_wrong_ones(self, phone: Phone) -> None:
        code = await phone.ask()
        for _ in range(CODE_TRIES):
            await phone.use(wrong(code))

        assert isinstance(await phone.use(code), CodeExpired)

    async def test_tries_at_once_are_all_counted(self, phone: Phone) -> None:
        code = await phone.ask()

        refusals = await asyncio.gather(*(phone.use(wrong(code)) for _ in range(20)))

        assert len([one for one in refusals if isinstance(one, WrongCode)]) == CODE_TRIES

    async def test_code_runs_out_at_its_instant(self, studio: Studio, phone: Phone) -> None:
        code = await phone.ask()
        await studio.stop_clock(NOON + CODE_LIFETIME)

        assert isinstance(await phone.use(code), CodeExpired)

    async def test_code_works_until_just_before(self, studio: Studio, phone: Phone) -> None:
        code = await phone.ask()
        await studio.stop_clock(NOON + CODE_LIFETIME - _MOMENT)

        assert await phone.use(code) is None

    async def test_only_the_newest_code_works(self, studio: Studio, phone: Phone) -> None:
        first = await phone.ask()
        await studio.stop_clock(NOON + _MINUTE)
        second = await phone.ask()

        if first != second:
            assert isinstance(await phone.use(first), WrongCode)
        assert await phone.use(second) is None

    async def test_code_of_another_phone_is_wrong(
        self, studio: Studio, vault: Vault, phone: Phone
    ) -> None:
        code = await phone.ask()
        other = Phone(studio, vault, _OTHER_PHONE)
        own = await other.ask()

        if own != code:
            assert isinstance(await other.use(code), WrongCode)

    async def test_phone_without_a_code_is_refused(self, phone: Phone) -> None:
        assert isinstance(await phone.use("000000"), CodeExpired)
