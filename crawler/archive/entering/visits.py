"""Visits of workers: their segments are entered in one transaction, each in order, and none twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from crawler.archive.damage import errors_as_damage
from crawler.archive.entering.recognising import Recognising
from crawler.archive.segments.entering import Entered, enter_staged
from crawler.archive.segments.looking_ahead import looking_ahead
from crawler.archive.segments.staging import Staging
from crawler.errors import NotMerged


class EnteringVisits(Recognising):
    """An archive opened for writing, into which visits are entered that workers have made."""

    def enter(self, folder: Path, name: str, notify: Callable[[str], None]) -> Entered | None:
        """Enter one segment, as `enter_all` does. None if it is here already. Raises NotMerged if it has a fault."""
        faults: list[NotMerged] = []
        entered = self.enter_all({name: folder}, notify, lambda _, fault: faults.append(fault))
        if faults:
            raise faults[0]
        return entered[0] if entered else None

    def enter_all(
        self,
        segments: Mapping[str, Path],
        notify: Callable[[str], None],
        refused: Callable[[str, NotMerged], None],
    ) -> list[Entered]:
        """Enter segments of workers' visits in one transaction, and commit. Return what those brought that are not here already.

        `segments`: by name, each with the folder that has its file as `warc/segments/<name>`, and nothing else. `refused`: called
        with each that has a fault; nothing of it is entered. The text files may be written after the return.
        """
        assert self._manifest is not None
        with (
            errors_as_damage(self.path, faults=self._faults),
            Staging(self.path, self._session, self._manifest, self._now()) as staging,
        ):
            self.flush()
            for name, folder in segments.items():
                try:
                    staging.stage(folder, name)
                except NotMerged as fault:
                    refused(name, fault)
            if not staging.staged:
                return []
            staging.wait()
            at, texts = self._now(), dict[str, bytes]()
            acts_of_all = [each.act for each in staging.staged]
            self._write_acts(acts_of_all, at)  # from here on a kill leaves segments that the next run enters
            staging.give_names()
            with looking_ahead(self._session, staging.staged):
                found = [
                    enter_staged(self.path, self._session, self._manifest, each, at, notify, texts.update)
                    for each in staging.staged
                ]
            self._commit()
            self._text_writer.write(texts, at_once=True)
            return [each for each in found if each is not None]
