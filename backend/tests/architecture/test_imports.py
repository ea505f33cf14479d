"""The import contracts are complete: no domain without a door, no import excused."""

import configparser
from pathlib import Path

BACKEND = Path(__file__).parents[2]
PRIVATE = ("queries", "commands", "records", "policy")


def test_every_domain_is_entered_by_its_api() -> None:
    protected = {
        module
        for contract in contracts()
        if contract["type"] == "protected"
        for module in contract["protected_modules"].split()
    }

    assert protected == set(private_modules())


def test_every_domain_has_its_order_inside() -> None:
    inside = next(contract for contract in contracts() if contract["name"].startswith("inside"))
    domains = {module.rpartition(".")[0] for module in private_modules()}

    assert domains - set(inside["containers"].split()) == set()


def test_no_import_is_excused() -> None:
    assert not [contract for contract in contracts() if "ignore_imports" in contract]


def contracts() -> list[configparser.SectionProxy]:
    file = configparser.ConfigParser()
    file.read(BACKEND / ".importlinter")
    return [file[name] for name in file.sections() if name.startswith("importlinter:contract:")]


def private_modules() -> list[str]:
    """The parts of domains that only their own domain may import."""
    return [
        f"shunyue.{package.name}.{part}"
        for package in sorted((BACKEND / "src" / "shunyue").iterdir())
        for part in PRIVATE
        if package.name != "kernel"
        and ((package / f"{part}.py").exists() or (package / part / "__init__.py").exists())
    ]
