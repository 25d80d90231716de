"""The page that sorts the errors by who must act leaves none out."""

import inspect
import re

from services import errors


def test_every_error_stands_in_the_drawn_tree_at_its_depth() -> None:
    lines = re.findall(r"^([│├└─ ]*)(\w+)(?:  .*)?$", errors.__doc__ or "", re.MULTILINE)
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    root = len(errors.MocaError.__mro__)
    assert {name: len(branch) // 4 for branch, name in lines} == {
        kind.__name__: len(kind.__mro__) - root for kind in kinds
    }
