"""What happens to a course on its way from a file to the API: read, tidy, check, plan, send, report."""

from typing import Final

__version__: Final = "0.1.0"  # told by pyproject.toml too; a test keeps the two alike
