"""No message has the words of the standard library, which its next version may change."""

import ast
import re

import pytest

from tests.modules import ROOT, modules

# Whose text the standard library writes, and may write otherwise in its next version.
_ITS_ERRORS = {
    *("ArithmeticError", "AttributeError", "EOFError", "JSONDecodeError", "KeyError", "LookupError"),
    *("OSError", "OverflowError", "RecursionError", "TarError", "TypeError", "UnicodeDecodeError"),
    *("UnicodeError", "ValueError", "HTTPException", "IndexError"),
}


def quoted_errors(source: str) -> list[int]:
    """The lines that put an error of the standard library into a text as it is."""
    return [
        quoted.lineno
        for handler in ast.walk(ast.parse(source))
        if isinstance(handler, ast.ExceptHandler) and handler.name and handler.type
        if _ITS_ERRORS & set(re.findall(r"\w+", ast.unparse(handler.type)))
        for statement in handler.body
        for quoted in map(quoted_value, ast.walk(statement))
        if isinstance(quoted, ast.Name) and quoted.id == handler.name
    ]


def quoted_value(node: ast.AST) -> ast.AST | None:
    """What a node makes text of, or takes the text of."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("str", "repr", "format") and node.args:
        return node.args[0]
    if isinstance(node, ast.FormattedValue) or (
        isinstance(node, ast.Attribute) and node.attr in ("msg", "args")
    ):
        return node.value
    return None


def test_no_message_depends_on_the_words_of_the_standard_library() -> None:
    # Where a setting is read every ValueError is raised there, with a text of ours.
    found = {
        str(module): lines
        for module in modules()
        if module.parts[0] != "settings" and module.name != "settings.py"
        if (lines := quoted_errors((ROOT / "flux" / module).read_text()))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("handler", "lines"),
    [
        ("except ValueError as error: raise Our(f'no: {error}')", [3]),
        ("except (OSError, zlib.error) as e: raise Our(str(e)) from e", [3]),
        ("except json.JSONDecodeError as error: say(error.msg)", [3]),
        ("except OSError as error: raise Our(f'no: {error.strerror}')", []),
        ("except ValueError as error: raise Our('no') from error", []),
        ("except FluxError as error: say(f'{error}')", []),
    ],
)
def test_an_error_that_is_quoted_is_found(handler: str, lines: list[int]) -> None:
    assert quoted_errors(f"try:\n    x()\n{handler}\n") == lines
