"""Runs evaluation.ipynb from its first cell and keeps what it shows. `make notebook` calls it."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
FILE = HERE / "evaluation.ipynb"

notebook = nbformat.read(FILE, as_version=4)
NotebookClient(notebook, timeout=900, kernel_name="python3", resources={"metadata": {"path": str(HERE)}}).execute()
for cell in notebook.cells:
    # Times of the run differ each time, and nobody reads them.
    cell.metadata.pop("execution", None)
notebook.metadata["language_info"] = {"name": "python"}
nbformat.write(notebook, FILE)
