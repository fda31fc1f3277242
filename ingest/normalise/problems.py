"""What could not be read in a row, said so that staff can mend it."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field


@dataclass(frozen=True, slots=True)
class Problem:
    """One remark about one field: `reason` is an English sentence with `{placeholders}`.

    `value` is what the cell said, `values` fills the placeholders. `repaired` remarks tell what
    was mended without loss; the others tell what was left out.
    """

    field: str
    reason: str
    value: str
    values: Mapping[str, str] = dataclass_field(default_factory=dict)
    repaired: bool = False

    def sentence(self) -> str:
        """The reason in English with its values filled in."""
        return self.reason.format(**self.values)
