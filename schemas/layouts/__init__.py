"""Layouts: how files of other systems become courses, as data.

Each `.toml` beside this file is one layout. The file says, in this order of reading:

* `name`, `title`, and `signature`: the headers that tell such a file. Case, blanks, `_` and `-` do not count
  in headers; here, in `[not_imported]` and in values, a word that ends in `*` stands for all that begin so.
* `[properties.X]`: what feeds property X. `column`, or `columns` with the transform `first_of`; `transforms`;
  `separator`, for cells that are lists; `values`, what each value means (`""`: nothing); `blank`, what a
  blank cell means. Several `[[properties.X]]` are asked in turn, and the first that says something counts. A
  value that is not listed is a fault.
* `[constants]`: properties that are the same for all rows.
* `[[leave_out]]`: rows that do not become courses: `column`, `values`, `reason`.
* `[price]`: the `column`, or `columns`, that say what a course costs (`*` for any letters), what is `free`
  besides zero and blank, and in `[price.tariffs]` the pricing plan of each price. A course that is sold is
  Paid with its plan, else Hidden; a private one stays Private.
* `[not_imported]`: the other columns, each with its reason.
"""

from __future__ import annotations

from schemas.layouts.drafting import draft
from schemas.layouts.feeding import Fed, Note, feed
from schemas.layouts.layout import Layout
from schemas.layouts.loading import load_layout, read_layout, shipped
from schemas.layouts.matching import Match, fit, not_imported, recognise
from schemas.layouts.table import LayoutRefused, Problem

__all__ = [
    "Fed",
    "Layout",
    "LayoutRefused",
    "Match",
    "Note",
    "Problem",
    "draft",
    "feed",
    "fit",
    "load_layout",
    "not_imported",
    "read_layout",
    "recognise",
    "shipped",
]
