"""Links between documents lead somewhere."""

import re

import pytest
from documents import DOCUMENTS
from project import ROOT


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_somewhere(document):
    folder = (ROOT / document.name).parent
    targets = re.findall(r"\]\(([^)#:]+)\)", document.text)
    assert [target for target in targets if not (folder / target).exists()] == []
