"""The examples in the recorder's modules run."""

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize("name", ["adapter.pace", "adapter.counts", "intake", "lag", "okx.chain"])
def test_the_examples_of_a_module_run(name):
    result = doctest.testmod(import_module(f"recorder.live.{name}"))
    assert result.attempted
    assert result.failed == 0
