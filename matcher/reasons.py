"""Why a decision fell as it did. The numbers are stored in sealed decisions: never reuse or change one."""

from enum import IntEnum


class Reason(IntEnum):
    """One rule that fired for the name, or the identification, that decided."""

    __hash__ = int.__hash__

    EXACT = 1
    """Equal but for case, punctuation, spacing and the folding of letters."""
    ORDER = 2
    """The words stand in another order: a rotation for persons, any order otherwise."""
    SPACING = 3
    """Words are joined on one side and apart on the other."""
    TITLE_IGNORED = 4
    """A title, honorific or degree stands on one side only."""
    PARTICLE_IGNORED = 5
    """A noble or linking particle stands on one side only."""
    PARTICLE_DIFFERS = 6
    """Each side has a particle that the other lacks."""
    MIDDLE_MISSING = 7
    """A registered middle name was not typed."""
    MIDDLE_EXTRA = 8
    """One word was typed that the person's registered name lacks."""
    INITIAL_TYPED = 9
    """An initial was typed for a registered given name."""
    INITIAL_REGISTERED = 10
    """A given name was typed where the record holds an initial."""
    SURNAME_PARTIAL = 11
    """One of several surnames, or one half of a hyphenated name, is missing on one side."""
    SURNAME_ENDING = 12
    """The surname differs in its gender ending only."""
    GIVEN_VARIANT = 13
    """The given name is a spelling variant, short form or diminutive of the registered one."""
    GIVEN_MISSING = 14
    """The first given name was not typed, another one was."""
    GIVEN_DIFFERS = 15
    """The given names are independent of each other or of different sex."""
    SURNAME_MISSING = 16
    """No surname was typed that fits."""
    SURNAME_ONLY = 17
    """A surname was typed and no given name that fits."""
    TYPO = 18
    """Spelling differs within the budget."""
    SCRIPT_MIXED = 19
    """A word mixes letters of two scripts."""
    SCRIPT_CROSSED = 20
    """The sides are written in different scripts."""
    WORDS_EXTRA = 21
    """Words were typed that fit no holder."""
    WORD_DIFFERS = 22
    """A distinctive word is missing or different."""
    GENERIC_DIFFERS = 23
    """A generic or place word stands on one side only."""
    FORM_MISSING = 24
    """A legal form stands on one side only."""
    FORM_DIFFERS = 25
    """The legal forms are different."""
    NUMBER_DIFFERS = 26
    """A number, ordinal or roman numeral is different or stands on one side only."""
    SYNONYM = 27
    """A known abbreviation or connecting word stands for the other side's."""
    ALIAS = 28
    """The decision rests on an alias or trade name."""
    FORMER = 29
    """The decision rests on a former name."""
    JOINT = 30
    """Several holders were typed and each part fits a holder of its own."""
    NOT_DISCLOSABLE = 31
    """A close match that may not be disclosed became no match."""
    NOTHING_IN_COMMON = 32
    """No word that counts fits."""
    NO_WORDS = 33
    """One side has no letter or digit to compare."""
    TOO_MANY_WORDS = 34
    """One side has more words than the matcher compares."""
    STEPS_EXHAUSTED = 35
    """The work of one decision reached its limit."""
    NOT_ACTIVE = 36
    """The account is closed, or too large for this engine."""
    NO_HOLDER = 37
    """The account has no name to compare with."""
    IDENTIFICATION_EQUAL = 38
    """Every identification typed is on file and equal."""
    IDENTIFICATION_DIFFERS = 39
    """An identification of a scheme on file is different."""
    IDENTIFICATION_NOT_HELD = 40
    """An identification's scheme is not on file, or none was typed."""
    NAME_CUT = 41
    """One side was cut, by the length of a field or elsewhere, and begins the other."""
    LETTER_UNKNOWN = 42
    """A full stop stands for a letter that could not be converted (EPC217-08)."""
    ACRONYM = 43
    """One side abbreviates the other to the first letters of its words."""
    TRADING_AS = 44
    """Only the part before, or after, "t/a", "c/o" or their like fits."""
    BRANCH = 45
    """A branch suffix stands on one side only."""
