"""The root of everything the simulator remembers; one document in the state file."""

import msgspec

from paysim.records import Fault, Movement, Notice, Settings
from paysim.wechatpay_records import WechatPayState

STATE_VERSION = 1


class State(msgspec.Struct, kw_only=True):
    """All memory of the simulator; each provider adds one field of its own."""

    version: int = STATE_VERSION
    clock_offset_seconds: float = 0.0
    last_number: int = 0
    settings: Settings = msgspec.field(default_factory=Settings)
    faults: list[Fault] = msgspec.field(default_factory=list)
    notices: dict[int, Notice] = msgspec.field(default_factory=dict)
    journal: list[Movement] = msgspec.field(default_factory=list)
    wechatpay: WechatPayState = msgspec.field(default_factory=WechatPayState)
