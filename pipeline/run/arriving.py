"""At the target: signed in, alone there, with what names mean."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pipeline.api import read_directory
from pipeline.check import NOTHING_LOOKED_UP, names_to_look_up
from pipeline.send import Means

if TYPE_CHECKING:
    from contextlib import ExitStack

    from pipeline.model import Directory, Target, TidySheet
    from pipeline.run.orders import House, Order

DAY: Final = timedelta(hours=24)  # the longest of the API's windows


def look_up_names(order: Order, house: House, wanted: frozenset[str]) -> Directory:
    """Read the lists at the target that say what names mean; a run may be under way meanwhile."""
    log = house.journal.log(run_id=order.run_id, host=house.host, now=house.now)
    client, target = house.sign_in(log)
    log.target = target.name
    directory = read_directory(client, wanted)
    log.settle()
    return directory


def with_names(
    order: Order, house: House, sheet: TidySheet, held: ExitStack
) -> tuple[Means | None, Target | None, Directory]:
    """Look up what names mean, at the target; without names the rows are judged before anybody signs in."""
    wanted = names_to_look_up(sheet, order.aliases)
    if not wanted:
        return None, None, NOTHING_LOOKED_UP
    means, target = at_the_target(order, house, sheet, held)
    return means, target, read_directory(means.client, wanted)


def at_the_target(order: Order, house: House, sheet: TidySheet, held: ExitStack) -> tuple[Means, Target]:
    """Sign in and take the target's lock, which `held` gives back at the end."""
    log = house.journal.log(run_id=order.run_id, host=house.host, now=house.now)
    client, target = house.sign_in(log)
    held.enter_context(house.lock(target))
    log.target = target.name
    house.journal.doubt_unanswered(target.name, at=house.now())
    # Only now nobody else adds to what counts against the limits.
    since = house.now() - DAY
    client.gate.remember(house.journal.requests_since(since, host=house.host, target=target.name))
    client.created_lately = house.journal.created_since(target.name, since)
    means = Means(
        client=client,
        log=log,
        known=lambda: house.journal.known(target.name),
        doubts=lambda: house.journal.doubts(target.name),
        columns=sheet.columns,
        new_token=house.new_token,
        now=house.now,
        settle_seconds=house.settle_seconds,
    )
    return means, target
