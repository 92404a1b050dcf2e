"""A name told in the scheme's base set of characters (EPC217-08; scheme reference, section 7)."""

import struct
from string import ascii_letters, digits

NAME_CHARACTERS_MAX = 140
"""`matchedName` (scheme reference, section 3); a name that the conversion makes longer is cut."""

BASE_SET = f"{ascii_letters}{digits}/-?:().,'+ "
UNKNOWN = "."
"""What stands for a character that the base set can't write."""


class Conversion(dict[int, str]):
    """What each code point is written as, for `str.translate`; the base set stands for itself."""

    def __init__(self, section: bytes) -> None:
        super().__init__((ord(character), character) for character in BASE_SET)
        for first, last, length, text in struct.iter_unpack("<IIB3s", section):
            self.update(dict.fromkeys(range(first, last + 1), text[:length].decode("ascii")))

    def __missing__(self, _code: int) -> str:
        """Give the full stop, for a code point that is not in the table."""
        return UNKNOWN

    def of(self, name: str) -> str:
        """Convert a name; idempotent, at most NAME_CHARACTERS_MAX characters."""
        return name.translate(self)[:NAME_CHARACTERS_MAX]
