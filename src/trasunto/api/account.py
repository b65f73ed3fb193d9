"""The account of a piece of work that a report opens and closes with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from trasunto.api.trainer import Trainer
from trasunto.data import Table

if TYPE_CHECKING:
    from trasunto.report import Run


def account(
    *,
    title: str,
    subtitle: str,
    command: str,
    seconds: float,
    table: Table,
    trainer: Trainer,
    peak: float | None = None,
    remarks: tuple[str, ...] = (),
) -> Run:
    """Say what was run, on which rows, by which versions, and what it took.

    Parameters
    ----------
    seconds
        Wall time, up to now.
    peak
        Matrix products of this machine measured in the same run, in floating-point operations a second.
    """
    from trasunto.report import Run, Work, data_used, installed_versions, this_machine

    return Run(
        title=title,
        subtitle=subtitle,
        command=command,
        started=(datetime.now().astimezone() - timedelta(seconds=seconds)).isoformat(timespec="seconds"),
        seconds=seconds,
        machine=this_machine(peak / 1e9 if peak else None),
        work=Work(trainer.members_trained, trainer.members_reused, trainer.network_epochs),
        versions=installed_versions(),
        data=(data_used(table),),
        outcomes=trainer.outcomes,
        remarks=(*table.remarks, *trainer.remarks, *remarks),
    )
