"""The files of a decision log, and one archive of them."""

import io
import zipfile
from collections.abc import Sequence

from bot.clients.madr.names import file_name
from bot.domain.decisions.archive import ArchivedDecision, DecisionFile, FileRefused

# The beginning of time in archives of this kind: the same files always make the same bytes.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o644 << 16
_UNIX = 3


class MadrFiles:
    """Implements `bot.ports.archive.DecisionFiles`."""

    def write(self, decisions: Sequence[ArchivedDecision]) -> dict[str, bytes]:
        """The files by their names, in the order of the numbers."""
        # Here and below: YAML is for who exports or imports, not for every start.
        from bot.clients.madr import write

        ordered = sorted(decisions, key=lambda each: each.record.number)
        names = {each.record.number: file_name(each.record) for each in ordered}
        return {names[each.record.number]: write.document(each, names).encode() for each in ordered}

    def read(self, name: str, content: bytes, workspace: str) -> DecisionFile:
        """What a file says; raises FileRefused with the line that can't be understood."""
        from bot.clients.madr import read

        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise FileRefused("This isn't UTF-8 text.", line) from error
        return read.read(name, text.replace("\r\n", "\n"), workspace)

    def pack(self, files: dict[str, bytes]) -> bytes:
        """A zip without times of its own."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(files):
                entry = zipfile.ZipInfo(name, _NO_TIME)
                entry.external_attr, entry.create_system = _PLAIN_FILE, _UNIX
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, files[name])
        return buffer.getvalue()
