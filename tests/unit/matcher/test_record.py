"""The plain record: what is encoded comes back, and every limit holds at its edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher import (
    Account,
    AccountStatus,
    Holder,
    HolderKind,
    Identification,
    IdentificationKind,
    Name,
    NameKind,
)
from matcher.record import (
    HOLDERS_MAX,
    IDENTIFICATIONS_MAX,
    ISSUER_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
    NAMES_MAX,
    RECORD_BYTES_MAX,
    SCHEME_CHARACTERS_MAX,
    VALUE_CHARACTERS_MAX,
    RecordError,
    decode,
    encode,
)
from tests.unit.matcher.cases import account, holder

_LEI = Identification(IdentificationKind.LEI, "", "", "A1")
_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
_HOLDERS = st.builds(
    lambda kind, first, others, never: Holder(kind, (Name(first), *others), never),
    st.sampled_from(HolderKind),
    _TEXT,
    st.lists(st.builds(Name, _TEXT, st.sampled_from((NameKind.ALIAS, NameKind.FORMER))), max_size=3),
    st.booleans(),
)
_IDENTIFICATIONS = st.one_of(
    st.builds(
        Identification,
        st.sampled_from((IdentificationKind.LEI, IdentificationKind.BIC)),
        st.just(""),
        st.one_of(st.just(""), _TEXT),
        _TEXT,
    ),
    st.builds(
        Identification,
        st.sampled_from((IdentificationKind.CODED, IdentificationKind.PROPRIETARY)),
        _TEXT,
        st.one_of(st.just(""), _TEXT),
        _TEXT,
    ),
)


@given(
    status=st.sampled_from((AccountStatus.ACTIVE, AccountStatus.CLOSED)),
    holders=st.lists(_HOLDERS, max_size=4),
    identifications=st.lists(_IDENTIFICATIONS, max_size=4),
    never=st.booleans(),
)
def test_what_is_encoded_comes_back(
    status: AccountStatus, holders: list[Holder], identifications: list[Identification], *, never: bool
) -> None:
    given_account = Account(status, tuple(holders), tuple(identifications), never)
    record = encode(given_account)
    assert decode(record) == given_account
    assert len(record) % 64 == 0


def _is_stub(one: Account) -> bool:
    return decode(encode(one)).status is AccountStatus.TOO_LARGE


@pytest.mark.parametrize(
    ("fits", "too_large"),
    [
        (account(*[holder("A")] * HOLDERS_MAX), account(*[holder("A")] * (HOLDERS_MAX + 1))),
        (account(holder(*["A"] * NAMES_MAX)), account(holder(*["A"] * (NAMES_MAX + 1)))),
        (account(holder("ü" * NAME_CHARACTERS_MAX)), account(holder("ü" * (NAME_CHARACTERS_MAX + 1)))),
        (
            Account(AccountStatus.ACTIVE, (), (_LEI,) * IDENTIFICATIONS_MAX),
            Account(AccountStatus.ACTIVE, (), (_LEI,) * (IDENTIFICATIONS_MAX + 1)),
        ),
        *(
            (
                Account(AccountStatus.ACTIVE, (), (Identification(IdentificationKind.CODED, *texts),)),
                Account(AccountStatus.ACTIVE, (), (Identification(IdentificationKind.CODED, *longer),)),
            )
            for texts, longer in (
                (("s" * SCHEME_CHARACTERS_MAX, "", "v"), ("s" * (SCHEME_CHARACTERS_MAX + 1), "", "v")),
                (("s", "i" * ISSUER_CHARACTERS_MAX, "v"), ("s", "i" * (ISSUER_CHARACTERS_MAX + 1), "v")),
                (("s", "", "v" * VALUE_CHARACTERS_MAX), ("s", "", "v" * (VALUE_CHARACTERS_MAX + 1))),
            )
        ),
    ],
)
def test_an_account_beyond_a_limit_becomes_the_stub(fits: Account, too_large: Account) -> None:
    assert decode(encode(fits)) == fits
    assert _is_stub(too_large)
    assert encode(too_large) == bytes((1, 3)).ljust(64, b"\0")


def test_a_record_may_fill_its_4096_bytes_and_not_one_more() -> None:
    head, per_name = 5 + 3, 3
    names = [NAME_CHARACTERS_MAX] * 28
    rest = RECORD_BYTES_MAX - head - sum(names) - (len(names) + 1) * per_name
    full = account(holder(*("x" * count for count in (*names, rest))))
    assert len(encode(full)) == RECORD_BYTES_MAX
    assert decode(encode(full)) == full
    assert _is_stub(account(holder(*("x" * count for count in (*names, rest + 1)))))


@pytest.mark.parametrize(
    "impossible",
    [
        account(holder("")),
        account(Holder(HolderKind.PERSON, ())),
        account(Holder(HolderKind.PERSON, (Name("A", NameKind.ALIAS),))),
        account(Holder(HolderKind.PERSON, (Name("A"), Name("B")))),
        account(holder("\ud800")),
        Account(AccountStatus.ACTIVE, (), (Identification(IdentificationKind.LEI, "X", "", "A"),)),
        Account(AccountStatus.ACTIVE, (), (Identification(IdentificationKind.CODED, "", "", "A"),)),
        Account(AccountStatus.ACTIVE, (), (Identification(IdentificationKind.LEI, "", "", ""),)),
    ],
)
def test_an_account_that_no_record_may_hold_is_an_error(impossible: Account) -> None:
    with pytest.raises(RecordError):
        encode(impossible)


_GOOD = encode(account(holder("Anna Müller")))


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        _GOOD[:-1],
        _GOOD + bytes(64),
        b"\x02" + _GOOD[1:],
        _GOOD[:1] + b"\x04" + _GOOD[2:],
        _GOOD[:2] + b"\x02" + _GOOD[3:],
        _GOOD[:3] + bytes((HOLDERS_MAX + 1,)) + _GOOD[4:],
        _GOOD[:4] + bytes((IDENTIFICATIONS_MAX + 1,)) + _GOOD[5:],
        _GOOD[:5] + b"\x03" + _GOOD[6:],
        _GOOD[:6] + b"\x02" + _GOOD[7:],
        _GOOD[:7] + b"\x00" + _GOOD[8:],
        _GOOD[:8] + b"\x01" + _GOOD[9:],
        _GOOD[:9] + b"\xff\xff" + _GOOD[11:],
        _GOOD[:9] + b"\x00\x00" + _GOOD[11:],
        _GOOD.replace("ü".encode(), b"\xc3\x28"),
        _GOOD[:-1] + b"\x01",
        b"\x01\x03" + bytes(126),
    ],
)
def test_a_record_that_breaks_the_format_is_refused_without_showing_it(damaged: bytes) -> None:
    with pytest.raises(RecordError) as caught:
        decode(damaged)
    assert "Anna" not in str(caught.value)


def test_no_value_of_the_model_shows_personal_data() -> None:
    one = Identification(IdentificationKind.CODED, "TXID", "Amt", "123456")
    shown = repr(Account(AccountStatus.ACTIVE, (holder("Anna Müller", "Studio"),), (one,)))
    for secret in ("Anna", "Studio", "123456", "Amt"):
        assert secret not in shown
