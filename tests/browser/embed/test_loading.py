"""`<drill-sergeant>` finds its own site however its file is loaded, and whatever else is called so."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.rigs.pages.embedding import Host, embedding

TAG = "<drill-sergeant></drill-sergeant>"
TEXT = 'const text = await (await fetch("SITE/embed.js")).text();'
# Comment systems have a file of this name, too; here it lies in the page's own folder.
NAMESAKE = '<!doctype html><title>A lesson</title><script src="embed.js"></script>'
WAYS = {
    "a script": f'{TAG}<script src="SITE/embed.js"></script>',
    "a script that the page adds": f"""{TAG}<script>
      document.head.append(Object.assign(document.createElement("script"), {{ src: "SITE/embed.js" }}));
    </script>""",
    "a module": f'{TAG}<script type="module" src="SITE/embed.js"></script>',
    "import": f'{TAG}<script type="module">import "SITE/embed.js";</script>',
    "import()": f'{TAG}<script>import("SITE/embed.js");</script>',
    "a part of the page's own script, and told the site": f"""<drill-sergeant site="SITE"></drill-sergeant>
    <script type="module">{TEXT}
      document.head.append(Object.assign(document.createElement("script"), {{ textContent: text }}));
    </script>""",
    "a part of the page's own module, and told the site": f"""<drill-sergeant site="SITE/"></drill-sergeant>
    <script type="module">{TEXT}
      await import(URL.createObjectURL(new Blob([text], {{ type: "text/javascript" }})));
    </script>""",
}
FRAME = """() => {
  const drill = document.querySelector("drill-sergeant");
  drill.start();
  const { src } = drill.shadowRoot.querySelector("iframe");
  drill.leave();
  return src.split("?")[0];
}"""


def address_of_the_frame(host: Host, tags: str) -> str:
    (host.folder / "index.html").write_text(NAMESAKE + tags.replace("SITE", host.site.rstrip("/")))
    host.page.goto(host.address)
    host.page.wait_for_function("window.comments && document.querySelector('drill-sergeant')?.shadowRoot")
    return str(host.page.evaluate(FRAME))


def test_however_its_file_is_loaded_the_frame_is_of_its_own_site(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "embed.js").write_text("window.comments = [];")
    with embedding(browser, tmp_path) as host:
        found = {way: address_of_the_frame(host, tags) for way, tags in WAYS.items()}
        assert found == dict.fromkeys(WAYS, host.site + "index.html")


def test_a_file_that_is_a_part_of_the_page_takes_the_pages_own_folder_for_the_site(
    browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "embed.js").write_text("window.comments = [];")
    with embedding(browser, tmp_path) as host:
        tags = WAYS["a part of the page's own script, and told the site"].replace(' site="SITE"', "")
        assert address_of_the_frame(host, tags) == host.address + "index.html"
