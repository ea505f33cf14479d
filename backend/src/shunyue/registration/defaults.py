"""The forms that merchants start with: only what is needed for each kind of offering."""

from importlib import resources

import msgspec

from shunyue.kernel.database import Transaction
from shunyue.kernel.ids import new_id
from shunyue.registration.records import FormField


class DefaultForm(msgspec.Struct, frozen=True):
    """A default form as written in the copy catalogue."""

    title: str
    fields: list[FormField]


def default_forms() -> dict[str, DefaultForm]:
    """Return the default form of each kind of offering."""
    text = resources.files("shunyue").joinpath("copy", "default_forms.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, DefaultForm])


async def add_default_forms(tx: Transaction) -> None:
    """Give a merchant the default forms it has no form for yet."""
    for kind, form in default_forms().items():
        await tx.connection.execute(
            "INSERT INTO form (merchant_id, id, kind, version, title, fields)"
            " VALUES ($1, $2, $3, 1, $4, $5) ON CONFLICT (merchant_id, kind, version) DO NOTHING",
            tx.merchant_id,
            new_id(),
            kind,
            form.title,
            msgspec.to_builtins(form.fields),
        )
