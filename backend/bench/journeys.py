"""Whole journeys: hold, confirm, register, start a payment; the simulator pays and tells us."""

import asyncio
from uuid import uuid4

import httpx
import msgspec

from bench.load import token_of
from bench.supply import SLUG, WEEK, slot_id
from shunyue.kernel.tokens import TokenSigner

_ANSWERS = {"name": "许知行", "phone": "13805712468", "industry": "internet"}


class JourneyPlan(msgspec.Struct, frozen=True):
    """How many, how many at a time, and from which customer on."""

    count: int
    at_once: int
    first_customer: int


def run_journeys(plan: JourneyPlan, key: str, url: str, paysim_url: str) -> int:
    """Live the journeys up to the wallet's payment; returns how many were accepted throughout."""
    return asyncio.run(_run(plan, key, url, paysim_url))


async def _run(plan: JourneyPlan, key: str, url: str, paysim_url: str) -> int:
    signer = TokenSigner(bytes.fromhex(key))
    numbers = iter(range(plan.count))
    paid = 0
    limits = httpx.Limits(max_connections=2 * plan.at_once)

    async def live(client: httpx.AsyncClient) -> None:
        nonlocal paid
        for number in numbers:
            token = token_of(signer, plan.first_customer + number)
            await _journey(client, token, number, paysim_url)
            paid += 1

    async with httpx.AsyncClient(base_url=f"{url}/v1/m/{SLUG}/", limits=limits, timeout=30) as one:
        await asyncio.gather(*(live(one) for _ in range(plan.at_once)))
    return paid


async def _journey(client: httpx.AsyncClient, token: str, number: int, paysim_url: str) -> None:
    async def post(path: str, body: object) -> dict[str, str]:
        headers = {"authorization": f"Bearer {token}", "idempotency-key": str(uuid4())}
        answer = await client.post(path, json=body, headers=headers)
        answer.raise_for_status()
        found: dict[str, str] = answer.json()
        return found

    slot = slot_id(WEEK.first + number % WEEK.count)
    hold = await post(f"slots/{slot}/holds", {"party_size": 1})
    order = await post(f"holds/{hold['id']}/confirmation", {})
    await post(f"orders/{order['number']}/registration", {"answers": _ANSWERS})
    attempt = await post(
        f"orders/{order['number']}/payments", {"channel": "wechat", "scene": "native"}
    )
    paid = await client.post(f"{paysim_url}/_sim/pay", json={"cashier_id": attempt["code_url"]})
    paid.raise_for_status()
