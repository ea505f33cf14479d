"""The house style as a test: the repository keeps every rule, and every rule catches its breach.

`permitted.json` lists what a rule will never fit, with the reason. `ratchet.json` lists debts
(`rule`, `path`, `measure`): they may shrink, and then must be written down smaller, but not grow.
"""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.architecture import tidy_bans, tidy_names, tidy_shape, tidy_web
from tests.architecture.tidy_tree import Finding, Source, sources

RULES = {
    rule.name: rule
    for module in (tidy_shape, tidy_names, tidy_bans, tidy_web)
    for rule in module.RULES
}
HERE = Path(__file__).parent
PERMITTED = json.loads((HERE / "permitted.json").read_text(encoding="utf-8"))
RATCHET = json.loads((HERE / "ratchet.json").read_text(encoding="utf-8"))

PY = "backend/src/shunyue/booking/queries.py"
COMMANDS = "backend/src/shunyue/booking/commands.py"
TEST = "backend/tests/booking/test_commands.py"
SQL = "backend/src/shunyue/migrations/sql/0001/60_booking.sql"
TS = "apps/customer/src/composables/useHold.ts"
VUE = "apps/customer/src/components/HoldCard.vue"
LOCK = "apps/customer/package-lock.json"

BREACHES = [
    ("function length", PY, "def long():\n" + "    pass\n" * 60),
    ("file length", PY, "x = 1\n" * 401),
    ("file length", TS, "export {}\n" * 401),
    ("component length", VUE, "<br>\n" * 251),
    ("page length", "apps/customer/src/pages/home/index.vue", "<br>\n" * 101),
    ("parameters", PY, "def f(a, b, c, d, e, f): ..."),
    ("parameters", PY, "class C:\n    def f(self, a, b, c, d, e, f): ..."),
    ("module sentence", PY, "x = 1"),
    ("module sentence", TEST, "import os"),
    ("unfinished", PY, "# TODO: later"),
    ("unfinished", VUE, "<!-- FIXME -->"),
    ("names", "backend/src/shunyue/kernel/date_utils.py", ""),
    ("names", PY, "class BookingManager: ..."),
    ("names", PY, "def cancel_appointment(): ..."),
    ("names", PY, "def f(*, user_id): ..."),
    ("names", PY, "session = 1"),
    ("names", PY, "def handle_hold(): ..."),
    ("names", SQL, "CREATE TABLE reservation ("),
    ("names", SQL, "    tenant_id   uuid NOT NULL,"),
    ("names", TS, "export function processHold() {}"),
    ("rules alone", COMMANDS, "async def f(tx): await tx.connection.commit()"),
    ("rules alone", COMMANDS, "now = datetime.datetime.now(UTC)"),
    ("rules alone", "backend/src/shunyue/booking/policy.py", "time.time()"),
    ("rules alone", "backend/src/shunyue/booking/commands/holds.py", "import httpx"),
    ("rules alone", COMMANDS, "from httpx import AsyncClient"),
    ("sql clock", SQL, "held_at timestamptz DEFAULT now(),"),
    ("sql clock", SQL, "SELECT CURRENT_TIMESTAMP"),
    ("sql clock", PY, 'QUERY = "SELECT 1 WHERE at < clock_timestamp()"'),
    ("sql clock", PY, 'QUERY = f"SELECT {COLUMNS} WHERE at < now()"'),
    (
        "sql claims",
        PY,
        'Q = "UPDATE timer t SET x = 1 FROM (SELECT id FROM timer FOR UPDATE SKIP LOCKED) d"',
    ),
    ("sql of constants", PY, 'f"SELECT * FROM slot WHERE id = {slot_id}"'),
    ("sql of constants", PY, '"SELECT * FROM slot WHERE " + condition'),
    ("sql of constants", PY, '"SELECT * FROM slot WHERE id = {}".format(slot_id)'),
    ("sql of constants", PY, '"DELETE FROM slot WHERE id = %s" % slot_id'),
    ("no patching", TEST, 'monkeypatch.setattr("shunyue.kernel.clock.utc_now", f)'),
    ("no patching", TEST, "from shunyue.kernel import clock\nmonkeypatch.setattr(clock, 'x', f)"),
    ("no patching", TEST, 'with mock.patch("shunyue.kernel.clock.utc_now"): ...'),
    ("no patching", TEST, "import paysim.state as s\nmock.patch.object(s.Orders, 'x')"),
    ("chinese in code", PY, 'raise ValueError("时段已约满")'),
    ("chinese in code", SQL, "INSERT INTO word VALUES ('预约')"),
    ("foreign hosts", VUE, '<img src="https://cdn.example.net/logo.png">'),
    ("foreign hosts", "apps/console/index.html", '<script src="//cdn.example.net/a.js">'),
    ("foreign hosts", TS, "const socket = 'wss://push.example.net/ws'"),
    ("chinese in apps", VUE, "<text>立即预约</text>"),
    ("chinese in apps", TS, "const label = '立即预约'"),
    ("requests in components", VUE, "const answer = await fetch('/v1/site')"),
    ("requests in components", VUE, "uni.request({ url })"),
    ("platform switches", TS, "// #ifdef MP-WEIXIN"),
    ("addresses in locks", LOCK, '      "resolved": "https://example.net/vue.tgz",'),
    ("addresses in locks", "backend/requirements/run.txt", "--index-url https://example.net"),
    (
        "addresses in locks",
        "backend/requirements/dev.txt",
        "ruff @ https://example.net/simple/ruff",
    ),
]

INNOCENT = [
    ("function length", PY, "def long():\n" + "    pass\n" * 59),
    ("page length", "apps/customer/src/pages/home/components/Hero.vue", "<br>\n" * 200),
    ("parameters", PY, "class C:\n    def f(self, a, b, c, d, e, *, f, g): ..."),
    ("module sentence", "backend/src/shunyue/booking/__init__.py", ""),
    ("names", PY, "from starlette import SessionMiddleware\nf(user=1)\nprocesses = 2"),
    ("names", TS, "export function useSession() {}"),
    ("names", "backend/src/shunyue/payments/handlers.py", "def handle_payment_received(): ..."),
    ("names", "backend/src/shunyue/payments/providers/wechat.py", "user_id = 1"),
    ("rules alone", PY, "datetime.now(UTC)"),
    ("sql clock", SQL, "held_at timestamptz DEFAULT app_now(), -- not now()"),
    ("sql clock", SQL, "CREATE FUNCTION app_now() RETURNS timestamptz AS $$ SELECT now() $$;"),
    ("sql clock", PY, 'def f():\n    """Moved like now()."""'),
    ("sql claims", PY, 'Q = "SELECT id FROM timer ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"'),
    (
        "sql claims",
        PY,
        'Q = "WITH d AS MATERIALIZED (SELECT 1 FROM timer FOR UPDATE SKIP LOCKED) UPDATE timer …"',
    ),
    ("sql of constants", PY, 'f"SELECT {_COLUMNS} FROM slot" + queries.ORDER'),
    ("sql of constants", PY, 'f"SELECT {_COLUMNS} FROM slot {_FILTERS[state]}"'),
    ("sql of constants", PY, 'f"Update {name} please"'),
    ("no patching", TEST, "monkeypatch.setenv('PG_BIN_DIR', x)\nmonkeypatch.setattr(os, 'x', f)"),
    ("chinese in code", "backend/src/shunyue/demo/offerings.py", 'name = "瑜伽"'),
    ("chinese in code", PY, '"""The page says 「可预约」."""'),
    ("foreign hosts", VUE, '<svg xmlns="http://www.w3.org/2000/svg">'),
    ("foreign hosts", TS, "// https://developers.example.net/reference"),
    ("chinese in apps", "apps/customer/src/locales/zh-CN.ts", "'立即预约'"),
    ("chinese in apps", "packages/rules/src/phone.test.ts", "'立即预约'"),
    ("requests in components", VUE, "prefetch(slot)"),
    ("platform switches", "apps/customer/src/platform/weixin.ts", "// #ifdef MP-WEIXIN"),
    ("addresses in locks", LOCK, '      "integrity": "sha512-abc",'),
]


@pytest.mark.parametrize("name", RULES)
def test_repository_keeps(name: str) -> None:
    breaches = [str(found) for found in unexcused() if found.rule == name]

    if breaches:
        pytest.fail("\n".join(breaches), pytrace=False)


@pytest.mark.parametrize(("name", "path", "text"), BREACHES)
def test_breach_is_caught(name: str, path: str, text: str) -> None:
    assert RULES[name].check(Source(path, text))


@pytest.mark.parametrize(("name", "path", "text"), INNOCENT)
def test_innocent_is_left_alone(name: str, path: str, text: str) -> None:
    assert not RULES[name].check(Source(path, text))


def test_every_rule_is_tried() -> None:
    assert {name for name, _, _ in BREACHES} == set(RULES)


def test_debts_shrink_on_paper_too() -> None:
    owed = measures()
    written = {(debt["rule"], debt["path"]): debt["measure"] for debt in RATCHET}

    assert {place: owed[place] for place in written} == written


def test_permissions_are_needed_and_explained() -> None:
    owed = measures()

    for permission in PERMITTED:
        assert owed[permission["rule"], permission["path"]], f"no longer needed: {permission}"
        assert permission["reason"].endswith("."), f"say why in a sentence: {permission}"


@cache
def findings() -> tuple[Finding, ...]:
    return tuple(
        found for source in sources() for rule in RULES.values() for found in rule.check(source)
    )


@cache
def measures() -> Counter[tuple[str, str]]:
    counted: Counter[tuple[str, str]] = Counter()
    for found in findings():
        counted[found.rule, found.path] += found.measure
    return counted


def unexcused() -> list[Finding]:
    excused = {(entry["rule"], entry["path"]) for entry in (*PERMITTED, *RATCHET)}
    return [found for found in findings() if (found.rule, found.path) not in excused]
