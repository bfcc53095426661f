"""How tests make sure that a decision is plain data, which they can compare."""

from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import get_args


def assert_plain(union: object) -> None:
    """Each kind is an Enum or a frozen dataclass, and none holds a function."""
    for kind in get_args(union) or (union,):
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            continue
        assert is_dataclass(kind), kind
        assert getattr(kind, "__dataclass_params__").frozen, kind  # noqa: B009
        assert not [each for each in fields(kind) if "Callable" in str(each.type)], kind
