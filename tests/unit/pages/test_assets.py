"""A browser keeps static files for ever under an address that changes with what is in them."""

from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.test import Client

from oms_site import assets


def test_the_version_is_that_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    before = assets.version(tmp_path)
    assert assets.version(tmp_path) == before
    (tmp_path / "a.js").write_text("2")
    changed = assets.version(tmp_path)
    (tmp_path / "a.js").rename(tmp_path / "b.js")
    renamed = assets.version(tmp_path)
    assert len({before, changed, renamed}) == 3


def test_a_file_is_served_for_ever_under_its_version_and_nowhere_else() -> None:
    address = static("oms/api.js")
    assert address == f"{settings.STATIC_URL}oms/api.js"
    served = Client().get(address)
    assert served.status_code == 200
    assert served["Cache-Control"] == "max-age=315360000, public, immutable"
    assert Client().get("/static/oms/api.js").status_code == 404
