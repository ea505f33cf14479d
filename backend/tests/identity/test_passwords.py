"""Passwords of staff: hashed slowly, and compared against something even for nobody."""

import pytest

from shunyue.identity.commands import is_password_right, password_hash
from shunyue.identity.records import StaffMember
from shunyue.kernel.ids import new_id

pytestmark = pytest.mark.req("MC-08")


def _staff(stored: str) -> StaffMember:
    return StaffMember(
        id=new_id(), account="zhou", password_hash=stored, name="周屿", title="", role="owner"
    )


async def test_right_password_is_right_and_others_are_not() -> None:
    staff = _staff(password_hash("a good long password"))

    assert await is_password_right(staff, "a good long password")
    for wrong in ("", "a good long passwor", "A good long password", "a good long password "):
        assert not await is_password_right(staff, wrong)


async def test_no_password_is_right_for_nobody() -> None:
    for password in ("", "a good long password"):
        assert not await is_password_right(None, password)


async def test_same_password_is_hashed_differently_and_slowly() -> None:
    first, second = password_hash("a good long password"), password_hash("a good long password")

    assert first != second
    assert first.startswith("$argon2id$")


async def test_unusual_characters_are_part_of_the_password() -> None:
    staff = _staff(password_hash("密码🧘\x00é"))

    assert await is_password_right(staff, "密码🧘\x00é")
    assert not await is_password_right(staff, "密码🧘é")
