"""A person's word on one row."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from pipeline.errors import FileRefused
from pipeline.run.arriving import at_the_target, with_names
from pipeline.run.judging import judge, read
from pipeline.send import take_word

if TYPE_CHECKING:
    from pipeline.run.orders import House, Order
    from pipeline.send import Word


def resolve_row(order: Order, house: House, number: int, word: Word) -> str:
    """Record a person's word on a row that is held or in doubt; return what follows from it.

    Raises:
        FileRefused: the file cannot be read.
        UsageError: there is nothing to decide about this row, or the word cannot be true.
    """
    record, sheet = read(order, house.now)
    if sheet is None:
        raise FileRefused(*record.file_findings)
    with ExitStack() as held:
        means, _, directory = with_names(order, house, sheet, held)
        record, checked = judge(order, record, sheet, directory)
        if checked is None:
            raise FileRefused(*record.file_findings)
        if means is None:
            means, _ = at_the_target(order, house, sheet, held)
        return take_word(checked, number, word, means)
