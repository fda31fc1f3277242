"""What one of the things is called that are applied for."""

from collections.abc import Mapping

from app.core.i18n import mark
from search.engine import Kind

ONE: Mapping[Kind, str] = {
    Kind.VENDOR: mark("Vendor"),
    Kind.SOLUTION: mark("Solution"),
    Kind.CASE: mark("Case"),
    Kind.INFORMATION: mark("Information"),
    Kind.TRAINING: mark("Training"),
}
