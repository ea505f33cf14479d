"""What every answer promises: one effect per key, nothing said before it is kept, validators."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.crypto import Vault
from shunyue.kernel.database import Database
from shunyue.kernel.tokens import Actor
from tests.builders.callers import OURS, SETTINGS, Front, problem
from tests.builders.signed import Wechat
from tests.builders.supply import make_customer, make_offering

_FAIL_AT_COMMIT = """
    CREATE FUNCTION refuse_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'not today' USING ERRCODE = 'check_violation'; END $$;
    CREATE CONSTRAINT TRIGGER refuse_commit AFTER INSERT ON {table}
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_commit()
"""


class TestKey:
    async def test_used_again_gets_the_stored_answer(
        self, front: Front, customer: Actor, hold_id: str
    ) -> None:
        key = {"Idempotency-Key": str(uuid4())}

        first = await front.post(f"holds/{hold_id}/confirmation", customer, headers=key)
        again = await front.post(f"holds/{hold_id}/confirmation", customer, headers=key)

        assert (first.status_code, again.status_code) == (201, 201)
        assert again.content == first.content

    async def test_used_for_something_else_is_refused(
        self, front: Front, customer: Actor, hold_id: str
    ) -> None:
        key = {"Idempotency-Key": str(uuid4())}
        await front.post(f"holds/{hold_id}/confirmation", customer, headers=key)

        answer = await front.post(
            f"holds/{hold_id}/confirmation", customer, {"payable_fen": 48000}, headers=key
        )

        assert (answer.status_code, problem(answer)["code"]) == (422, "idempotency_key_reused")

    async def test_used_on_another_address_is_refused(
        self, front: Front, customer: Actor, hold_id: str
    ) -> None:
        key = {"Idempotency-Key": str(uuid4())}
        order = await front.post(f"holds/{hold_id}/confirmation", customer, headers=key)

        answer = await front.post(
            f"orders/{order.json()['number']}/cancellation", customer, {"fee_fen": 0}, headers=key
        )

        assert (answer.status_code, problem(answer)["code"]) == (422, "idempotency_key_reused")

    async def test_of_somebody_else_is_another_key(
        self, front: Front, customer: Actor, database: Database, merchant: Merchant, hold_id: str
    ) -> None:
        key = {"Idempotency-Key": str(uuid4())}
        other = await make_customer(database, merchant.merchant_id)
        await front.post(f"holds/{hold_id}/confirmation", customer, headers=key)

        answer = await front.post(f"holds/{hold_id}/confirmation", other, headers=key)

        assert (answer.status_code, problem(answer)["code"]) == (404, "hold_not_found")

    @pytest.mark.parametrize("key", [None, "", "7", "not-a-uuid"])
    async def test_is_asked_for(
        self, front: Front, customer: Actor, hold_id: str, key: str | None
    ) -> None:
        answer = await front.post(
            f"holds/{hold_id}/confirmation", customer, headers={"Idempotency-Key": key}
        )

        assert (answer.status_code, problem(answer)["code"]) == (422, "idempotency_key_missing")

    async def test_of_a_refusal_is_judged_anew(
        self, front: Front, customer: Actor, number: str
    ) -> None:
        key = {"Idempotency-Key": str(uuid4())}
        refused = await front.post(
            f"orders/{number}/registration", customer, {"answers": {}}, headers=key
        )

        again = await front.post(
            f"orders/{number}/registration", customer, {"answers": {"name": "许"}}, headers=key
        )

        assert problem(refused)["code"] == problem(again)["code"] == "registration_incomplete"

    async def test_sent_many_times_at_once_has_one_effect(
        self, front: Front, customer: Actor, hold_id: str, dsn: str
    ) -> None:
        key = {"Idempotency-Key": str(uuid4())}

        answers = await asyncio.gather(
            *(front.post(f"holds/{hold_id}/confirmation", customer, headers=key) for _ in range(8))
        )

        owner = await asyncpg.connect(dsn)
        orders = await owner.fetchval("SELECT count(*) FROM customer_order")
        await owner.close()
        codes = {one.json()["code"] for one in answers if one.status_code != 201}
        assert orders == 1
        assert codes <= {"request_in_progress"}
        assert len({one.content for one in answers if one.status_code == 201}) == 1


class TestCommitBeforeAnswer:
    @pytest.mark.parametrize("table", ["order_fact", "idempotent_answer", "outbox"])
    async def test_order_that_could_not_be_kept_is_not_promised(
        self, front: Front, customer: Actor, hold_id: str, dsn: str, table: str
    ) -> None:
        owner = await asyncpg.connect(dsn)
        await owner.execute(_FAIL_AT_COMMIT.format(table=table))

        answer = await front.post(f"holds/{hold_id}/confirmation", customer)

        orders = await owner.fetchval("SELECT count(*) FROM customer_order")
        state = await owner.fetchval("SELECT state FROM hold WHERE id = $1", UUID(hold_id))
        await owner.close()
        assert (answer.status_code, problem(answer)["code"]) == (500, "server_fault")
        assert (orders, state) == (0, "active")

    async def test_place_that_could_not_be_kept_is_not_promised(
        self, front: Front, customer: Actor, slot_id: UUID, dsn: str
    ) -> None:
        owner = await asyncpg.connect(dsn)
        await owner.execute(_FAIL_AT_COMMIT.format(table="hold"))

        answer = await front.post(f"slots/{slot_id}/holds", customer, {"party_size": 1})

        taken = await owner.fetchval("SELECT places_taken FROM slot WHERE id = $1", slot_id)
        await owner.close()
        assert (answer.status_code, problem(answer)["code"]) == (500, "server_fault")
        assert taken == 0

    async def test_fault_tells_nothing_of_the_inside(
        self, front: Front, customer: Actor, hold_id: str, dsn: str
    ) -> None:
        owner = await asyncpg.connect(dsn)
        await owner.execute(_FAIL_AT_COMMIT.format(table="order_fact"))
        await owner.close()

        answer = await front.post(f"holds/{hold_id}/confirmation", customer)

        assert "not today" not in answer.text
        assert "Traceback" not in answer.text


class TestHoldThatRanOut:
    @pytest.mark.req("BK-06")
    async def test_can_neither_be_confirmed_nor_registered(
        self, front: Front, customer: Actor, hold_id: str, number: str, dsn: str
    ) -> None:
        owner = await asyncpg.connect(dsn)
        await owner.execute("UPDATE hold SET expires_at = app_now()")

        answers = {"name": "许知行", "phone": "13805712468", "experience": "first_time"}
        late = await front.post(f"orders/{number}/registration", customer, {"answers": answers})

        await owner.execute("UPDATE hold SET state = 'active', confirmed_at = NULL")
        await owner.execute("UPDATE customer_order SET hold_id = gen_random_uuid()")
        unconfirmed = await front.post(f"holds/{hold_id}/confirmation", customer)
        await owner.close()
        assert (late.status_code, problem(late)["code"]) == (410, "hold_expired")
        assert (unconfirmed.status_code, problem(unconfirmed)["code"]) == (410, "hold_expired")


@pytest.mark.req("PY-01")
class TestWayBackFromTheCashier:
    @pytest.mark.parametrize(
        "return_url",
        [
            "https://evil.test/",
            "//evil.test/",
            f"{OURS}.evil.test/",
            f"{OURS}@evil.test/",
            "http://shop.test:81/",
            "javascript:alert(1)",
            "javascript://shop.test/%0aalert(1)",
            "/orders",
            "",
        ],
    )
    async def test_leads_to_pages_of_ours_only(
        self, front: Front, customer: Actor, number: str, return_url: str
    ) -> None:
        body = {"channel": "wechat", "scene": "h5", "return_url": return_url}

        answer = await front.post(f"orders/{number}/payments", customer, body)

        found = problem(answer)
        assert (answer.status_code, found["code"]) == (422, "invalid_request")
        assert found["fields"][0]["path"] == "return_url"
        assert found["fields"][0]["code"] == "foreign_address"

    async def test_may_be_a_page_of_ours(self, front: Front, customer: Actor, number: str) -> None:
        body = {"channel": "wechat", "scene": "h5", "return_url": f"{OURS}/m/qihe/#/orders"}

        answer = await front.post(f"orders/{number}/payments", customer, body)

        assert problem(answer)["code"] == "registration_required"


class TestProviderThatIsAway:
    @pytest.mark.req("PY-11")
    async def test_is_said_so_and_the_same_key_may_try_again(
        self, front: Front, customer: Actor, number: str, database: Database, merchant: Merchant
    ) -> None:
        vault = Vault(SETTINGS.key)
        await Wechat().open_channel(database, merchant.merchant_id, vault, "http://127.0.0.1:9")
        answers = {"name": "许知行", "phone": "13805712468", "experience": "first_time"}
        registered = await front.post(
            f"orders/{number}/registration", customer, {"answers": answers}
        )
        key = {"Idempotency-Key": str(uuid4())}
        body = {"channel": "wechat", "scene": "native"}

        tries = [
            await front.post(f"orders/{number}/payments", customer, body, headers=key)
            for _ in range(2)
        ]

        assert registered.status_code == 201, registered.text
        assert [(one.status_code, problem(one)["code"]) for one in tries] == [
            (503, "provider_unreachable")
        ] * 2


class TestValidator:
    @pytest.mark.parametrize("encoding", ["identity", "gzip"])
    async def test_spares_what_has_not_changed(
        self, front: Front, database: Database, merchant: Merchant, encoding: str
    ) -> None:
        for _ in range(8):
            await make_offering(database, merchant.merchant_id)
        asked = {"Accept-Encoding": encoding}
        first = await front.get("offerings", headers=asked)
        await asyncio.sleep(1.1)  # The validator must not depend on when it is asked for.

        again = await front.get(
            "offerings", headers=asked | {"If-None-Match": first.headers["etag"]}
        )

        assert len(first.content) > 1024
        assert first.headers["cache-control"] == "no-cache"
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert "content-length" not in again.headers

    async def test_changes_with_what_it_stands_for(
        self, front: Front, database: Database, merchant: Merchant
    ) -> None:
        first = await front.get("offerings")
        await make_offering(database, merchant.merchant_id)

        again = await front.get("offerings", headers={"If-None-Match": first.headers["etag"]})

        assert again.status_code == 200
        assert again.headers["etag"] != first.headers["etag"]

    async def test_is_given_to_no_refusal(self, front: Front) -> None:
        answer = await front.get("me")

        assert "etag" not in answer.headers


class TestHeaders:
    @pytest.mark.parametrize("path", ["/v1/site", "offerings", "me", "/v1/nothing", "/healthz"])
    async def test_say_what_browsers_must_not_do(self, front: Front, path: str) -> None:
        answer = await front.get(path)

        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-request-id"]
        assert "server" not in answer.headers
