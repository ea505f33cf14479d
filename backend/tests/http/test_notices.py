"""Provider notices: what the provider signed lately is taken in, once; nothing else is kept."""

from uuid import UUID

import asyncpg
import httpx
import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.crypto import Vault
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from tests.builders.callers import SETTINGS, Front
from tests.builders.signed import Wechat

_FAIL = {"code": "FAIL", "message": "signature not accepted"}


@pytest.fixture
def wechat() -> Wechat:
    """The provider."""
    return Wechat()


@pytest.fixture
async def channel_id(database: Database, merchant: Merchant, wechat: Wechat) -> UUID:
    """The merchant's account at the provider."""
    vault = Vault(SETTINGS.key)
    return await wechat.open_channel(database, merchant.merchant_id, vault, "http://127.0.0.1:9")


async def send(
    front: Front, channel_id: object, body: bytes, headers: dict[str, str], channel: str = "wechat"
) -> httpx.Response:
    """Post a notice the way the provider does."""
    path = f"/notify/{channel}/{channel_id}"
    return await front.client.post(path, content=body, headers=headers)


async def stored(dsn: str) -> tuple[int, int]:
    """Count the notices that were kept and the timers to read them."""
    owner = await asyncpg.connect(dsn)
    notices = await owner.fetchval("SELECT count(*) FROM provider_notice")
    timers = await owner.fetchval("SELECT count(*) FROM timer WHERE kind = 'payments.notice'")
    await owner.close()
    return notices, timers


@pytest.mark.req("PY-01")
class TestGenuineNotice:
    async def test_is_kept_and_confirmed_without_words(
        self, front: Front, dsn: str, wechat: Wechat, channel_id: UUID
    ) -> None:
        body = wechat.notice()

        answer = await send(front, channel_id, body, wechat.signature(body))

        assert (answer.status_code, answer.content) == (204, b"")
        assert await stored(dsn) == (1, 1)

    async def test_is_kept_once_however_often_it_comes(
        self, front: Front, dsn: str, wechat: Wechat, channel_id: UUID
    ) -> None:
        body = wechat.notice()

        answers = [await send(front, channel_id, body, wechat.signature(body)) for _ in range(3)]

        assert [one.status_code for one in answers] == [204] * 3
        assert await stored(dsn) == (1, 1)


@pytest.mark.req("PY-01")
class TestNoticeThatIsNotProven:
    @pytest.mark.parametrize(
        "change",
        [
            {"Wechatpay-Signature": "AAAA"},
            {"Wechatpay-Signature": ""},
            {"Wechatpay-Nonce": "another"},
            {"Wechatpay-Timestamp": "1795339800"},
            {"Wechatpay-Timestamp": "soon"},
            {"Wechatpay-Serial": "PUB_KEY_ID_unknown"},
            {"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"},
        ],
        ids=" ".join,
    )
    async def test_by_its_headers_is_refused_and_not_kept(
        self, front: Front, dsn: str, wechat: Wechat, channel_id: UUID, change: dict[str, str]
    ) -> None:
        body = wechat.notice()

        answer = await send(front, channel_id, body, wechat.signature(body) | change)

        assert (answer.status_code, answer.json()) == (401, _FAIL)
        assert await stored(dsn) == (0, 0)

    async def test_since_it_was_tampered_with_is_refused_and_not_kept(
        self, front: Front, dsn: str, wechat: Wechat, channel_id: UUID
    ) -> None:
        body = wechat.notice()
        headers = wechat.signature(body)

        answer = await send(front, channel_id, body.replace(b"SUCCESS", b"SUCCESs"), headers)

        assert (answer.status_code, answer.json()) == (401, _FAIL)
        assert await stored(dsn) == (0, 0)

    @pytest.mark.parametrize("age_seconds", [301, -301, 86_400])
    async def test_since_it_is_stale_is_refused_and_not_kept(
        self, front: Front, dsn: str, wechat: Wechat, channel_id: UUID, age_seconds: int
    ) -> None:
        body = wechat.notice()

        answer = await send(
            front, channel_id, body, wechat.signature(body, age_seconds=age_seconds)
        )

        assert (answer.status_code, answer.json()) == (401, _FAIL)
        assert await stored(dsn) == (0, 0)

    async def test_since_somebody_else_signed_it_is_refused_and_not_kept(
        self, front: Front, dsn: str, wechat: Wechat, channel_id: UUID
    ) -> None:
        body = wechat.notice()

        answer = await send(front, channel_id, body, Wechat().signature(body))

        assert (answer.status_code, answer.json()) == (401, _FAIL)
        assert await stored(dsn) == (0, 0)

    @pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff"])
    async def test_since_it_says_nothing_is_refused_and_not_kept(
        self, front: Front, dsn: str, wechat: Wechat, channel_id: UUID, body: bytes
    ) -> None:
        answer = await send(front, channel_id, body, wechat.signature(body))

        assert (answer.status_code, answer.json()) == (401, _FAIL)
        assert await stored(dsn) == (0, 0)


@pytest.mark.req("PY-01")
class TestAddressOfNotices:
    async def test_that_nobody_has_is_not_found(
        self, front: Front, dsn: str, wechat: Wechat, channel_id: UUID
    ) -> None:
        body = wechat.notice()

        answer = await send(front, new_id(), body, wechat.signature(body))

        assert (answer.status_code, answer.json()["code"]) == (404, "FAIL")
        assert await stored(dsn) == (0, 0)

    async def test_of_another_provider_is_not_found(
        self, front: Front, dsn: str, wechat: Wechat, channel_id: UUID
    ) -> None:
        body = wechat.notice()

        answer = await send(front, channel_id, body, wechat.signature(body), channel="alipay")

        assert (answer.status_code, answer.json()["code"]) == (404, "FAIL")
        assert await stored(dsn) == (0, 0)
