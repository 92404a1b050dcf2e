"""Names of persons: given name against surname is what counts (scheme reference, section 8)."""

from matcher.persons.align import align
from matcher.persons.judge import judge
from matcher.persons.prepare import prepare

__all__ = ["align", "judge", "prepare"]
