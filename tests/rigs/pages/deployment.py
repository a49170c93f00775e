"""A site that is replaced by its next build while somebody has it open."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

from build.pins import SITE
from build.site import manifest
from build.site_parts.integrity import seal
from build.stamps import file_sha256


class Deployment:
    """A copy of the site that can be replaced by its next build in place, as an upload does."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(SITE, folder)
        self.folder = folder
        self.list = folder / "build.json"
        self.manifest = self.list.read_text()
        self.index = (folder / "index.html").read_text()
        self.key = json.loads(self.manifest)["key"]
        self.next_key = hashlib.sha256(self.key.encode()).hexdigest()[: len(self.key)]

    def lighten(self, *, starts: bool) -> None:
        """Keep one drill only; of what Python runs on, only the names, unless the page `starts`."""
        for file in self.folder.glob("programs/*"):
            if not file.name.startswith("ball."):
                file.unlink()
        for file in () if starts else self.folder.glob("pyodide/*"):
            if file.suffix in (".wasm", ".bin", ".zip") or file.name.startswith("numpy"):
                file.write_text(file.name)
        (wheel,) = self.folder.glob("pyodide/drillsergeant-*.whl")
        self.list.unlink()
        self.manifest = manifest(self.folder, self.key, wheel)
        self.list.write_text(self.manifest)

    def replace(self) -> None:
        """Upload the next build: another key in every name, and a wheel with one more comment."""
        for pattern in ("*.html", "*.js*", "workers/*.js", "tutorial/*.html"):
            for file in self.folder.glob(pattern):
                file.write_text(file.read_text().replace(self.key, self.next_key))
        (old,) = self.folder.glob("pyodide/drillsergeant-*.whl")
        new = old.with_name(old.name.replace(old.name.split("-")[2], "0123456789abc"))
        with zipfile.ZipFile(old) as before, zipfile.ZipFile(new, "w") as after:
            for name in before.namelist():
                after.writestr(name, before.read(name) + (b"\nmore,,\n" if name.endswith("RECORD") else b""))
        lock = self.folder / "pyodide" / "pyodide-lock.json"
        text = lock.read_text().replace(old.name, new.name).replace(file_sha256(old), file_sha256(new))
        lock.write_text(text)
        old.unlink()
        self.list.unlink()
        seal(self.folder)
        self.list.write_text(manifest(self.folder, self.next_key, new))

    def changed(self) -> set[str]:
        """The files that the next build has otherwise, or new."""
        before, now = (json.loads(text)["files"] for text in (self.manifest, self.list.read_text()))
        return {name for name, file in now.items() if before.get(name) != file}
