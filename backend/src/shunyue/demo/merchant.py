"""Sets the demo merchant up: staff, offerings, hours, forms, reviews, and its account at paysim."""

import secrets
from datetime import time, timedelta
from uuid import UUID

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from shunyue.demo.content import DemoContent, DemoOffering, DemoResource
from shunyue.identity.api import password_hash
from shunyue.kernel.crypto import Vault
from shunyue.kernel.database import Connection, Transaction
from shunyue.kernel.ids import new_id
from shunyue.payments.api import WechatConfig, add_wechat_channel
from shunyue.registration.api import add_default_forms

DEMO_PASSWORD = "shunyue-demo"  # noqa: S105  # Printed at every start of a demo; never in production.
_MCHID = "1900009191"
_APPID = "wxd678efh567hg6787"


async def insert_merchant(connection: Connection, content: DemoContent) -> UUID:
    """Add the merchant itself."""
    merchant_id = new_id()
    await connection.execute(
        "INSERT INTO merchant SELECT * FROM jsonb_populate_record(NULL::merchant, $1)",
        content.merchant
        | {
            "merchant_id": merchant_id,
            "created_at": await connection.fetchval("SELECT app_now()"),
            "is_open_on_holidays": False,
        },
    )
    return merchant_id


async def furnish(tx: Transaction, content: DemoContent) -> None:
    """Add everything that the merchant has."""
    for member in content.staff:
        await tx.connection.execute(
            "INSERT INTO staff_member (merchant_id, id, account, password_hash, name, title, role)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            tx.merchant_id,
            new_id(),
            member.account,
            password_hash(DEMO_PASSWORD),
            member.name,
            member.title,
            member.role,
        )
    location_id = new_id()
    await tx.connection.execute(
        "INSERT INTO location (merchant_id, id, name, address) VALUES ($1, $2, $3, $4)",
        tx.merchant_id,
        location_id,
        content.location["name"],
        content.location["address"],
    )
    ids: dict[str, UUID] = {}
    for position, resource in enumerate(content.resources):
        ids[resource.key] = await _add_resource(tx, resource, position)
    for position, offering in enumerate(content.offerings):
        ids[offering.key] = await _add_offering(tx, offering, ids, location_id, position)
        await _add_reviews(tx, offering, ids[offering.key])
    await add_default_forms(tx)


async def open_simulated_account(
    tx: Transaction, vault: Vault, *, paysim_url: str, payee: str, public_url: str
) -> None:
    """Open a WeChat Pay account at the simulator, the way a merchant does: exchange public keys."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private_key = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    public_key = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    serial, apiv3_key = secrets.token_hex(20).upper(), secrets.token_hex(16)
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.put(
            f"{paysim_url}/_sim/wechat/merchants/{_MCHID}",
            json={
                "appids": [_APPID],
                "serial_no": serial,
                "merchant_public_key": public_key.decode(),
                "apiv3_key": apiv3_key,
                "payee_name": payee,
            },
        )
        answer.raise_for_status()
    account = answer.json()
    config = WechatConfig(
        mchid=_MCHID,
        appid=_APPID,
        merchant_serial=serial,
        merchant_private_key=private_key,
        apiv3_key=apiv3_key,
        platform_keys={account["public_key_id"]: account["public_key"]},
        base_url=paysim_url,
        notify_url=f"{public_url}/notify/wechat/new",
    )
    await add_wechat_channel(tx, vault, config=config, payee=payee)


async def _add_resource(tx: Transaction, resource: DemoResource, position: int) -> UUID:
    resource_id = new_id()
    await tx.connection.execute(
        "INSERT INTO resource (merchant_id, id, kind, name, title, bio, photo_url, position)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.merchant_id,
        resource_id,
        resource.kind,
        resource.name,
        resource.title,
        resource.bio,
        f"/media/{resource.photo}.svg" if resource.photo else "",
        position,
    )
    hours: list[tuple[int, time, time, str | None]] = [
        (day, resource.opens, resource.closes, None) for day in resource.days
    ]
    if resource.pause:
        starts, ends, name = resource.pause
        hours += [(day, starts, ends, name) for day in resource.days]
    await tx.connection.executemany(
        "INSERT INTO working_hours (merchant_id, resource_id, weekday, starts, ends, break_name)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        [(tx.merchant_id, resource_id, *one) for one in hours],
    )
    return resource_id


async def _add_offering(
    tx: Transaction, one: DemoOffering, ids: dict[str, UUID], location_id: UUID, position: int
) -> UUID:
    offering_id = new_id()
    is_here = one.location_mode == "on_site"
    await tx.connection.execute(
        "INSERT INTO offering SELECT * FROM jsonb_populate_record(NULL::offering, $1)",
        {
            "merchant_id": tx.merchant_id,
            "is_published": True,
            "rules_version": 1,
            "images": [],
            "id": offering_id,
            "kind": one.kind,
            "name": one.name,
            "summary": one.summary,
            "facts": one.facts,
            "content": one.content,
            "notes": one.notes,
            "cover_url": f"/media/{one.key}.svg",
            "price_fen": one.price_fen,
            "is_price_from": one.is_price_from,
            "price_unit": one.price_unit,
            "price_note": one.price_note,
            "duration_minutes": one.duration_minutes,
            "location_mode": one.location_mode,
            "location_id": location_id if is_here else None,
            "room": one.room,
            "service_area": one.service_area,
            "resource_word": one.resource_word,
            "free_until_hours": one.free_until_hours,
            "fee_percent": one.fee_percent,
            "max_party": one.max_party,
            "max_open": one.max_open,
            "notice_minutes": one.notice_minutes,
            "horizon_days": one.horizon_days,
            "position": position,
            "rating_sum": sum(count * (5 - n) for n, count in enumerate(one.stars)),
            "rating_stars": one.stars,
            "review_count": sum(one.stars),
        },
    )
    await tx.connection.executemany(
        "INSERT INTO offering_resource (merchant_id, offering_id, resource_id) VALUES ($1, $2, $3)",
        [(tx.merchant_id, offering_id, ids[key]) for key in one.resources],
    )
    await tx.connection.execute(
        "INSERT INTO slot_plan"
        " (merchant_id, offering_id, start_times, capacity, buffer_minutes, is_per_resource)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        tx.merchant_id,
        offering_id,
        one.start_times,
        one.capacity,
        one.buffer_minutes,
        one.is_per_resource,
    )
    return offering_id


async def _add_reviews(tx: Transaction, one: DemoOffering, offering_id: UUID) -> None:
    """Add as many reviews as the stars say; those with words come first."""
    left = dict(zip((5, 4, 3, 2, 1), one.stars, strict=True))
    today = tx.now.date()
    rows = []
    for age, review in enumerate(one.reviews):
        left[review.rating] -= 1
        day = today - timedelta(days=3 + 5 * age)
        rows.append((review.author, review.rating, review.text, review.reply, day))
    silent = [rating for rating, count in left.items() for _ in range(count)]
    for age, rating in enumerate(silent):
        day = today - timedelta(days=40 + age)
        rows.append(("匿名客户", rating, "", None, day))
    await tx.connection.executemany(
        "INSERT INTO review"
        " (merchant_id, id, offering_id, author, rating, text, reply, reviewed_on)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [(tx.merchant_id, new_id(), offering_id, *row) for row in rows],
    )
