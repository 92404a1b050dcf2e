"""Names of organisations: distinctive words, numbers and legal forms (scheme reference, section 8)."""

from matcher.organisations.align import align
from matcher.organisations.closeness import closeness
from matcher.organisations.forms import Forms
from matcher.organisations.judge import judge
from matcher.organisations.prepare import prepare

__all__ = ["Forms", "align", "closeness", "judge", "prepare"]
