"""The letter box: who holds a letter, what is withdrawn, and what is left of it in the end."""

from typing import Any

import pytest

from harness.letters import DAY, MINUTE, Office, a_case, a_letter


def test_a_letter_is_put_in_once_and_claimed_by_one(office: Office) -> None:
    case = a_case(at=office.clock())
    office.decide(case)
    office.decide(case)

    claim = office.box.claim("mail", office.clock())

    assert claim is not None
    assert (claim.attempts, claim.marked_at, claim.doubted_at, claim.withdrawn) == (1, None, None, False)
    assert claim.letter == a_letter(case)
    assert office.box.claim("mail", office.clock()) is None
    assert office.box.waiting() == 1


def test_what_is_put_in_by_a_transaction_that_fails_was_never_there(office: Office) -> None:
    def work(session: Any) -> None:
        office.box.put([a_letter(a_case())], session)
        raise LookupError

    with pytest.raises(LookupError):
        office.store.transact(work)

    assert office.letters() == {}


def test_a_letter_that_is_over_is_not_put_in_again(office: Office) -> None:
    case = a_case(at=office.clock())
    office.decide(case)
    office.withdraw(case)
    office.decide(case)

    assert office.states() == {"survey1": "withdrawn"}


def test_a_claim_whose_lease_ended_can_neither_mark_nor_release(office: Office) -> None:
    office.decide(a_case(at=office.clock()))
    first = office.box.claim("mail", office.clock())
    assert first is not None
    office.clock.pass_by(11 * MINUTE)
    assert not office.box.mark(first, office.clock())
    second = office.box.claim("mail", office.clock())
    assert second is not None

    assert second.attempts == 2
    assert second.marked_at is None
    assert office.box.mark(second, office.clock())
    office.box.release(first, 0)
    assert office.box.claim("mail", office.clock()) is None


def test_a_withdrawn_letter_cant_be_marked_and_its_address_is_gone_at_once(office: Office) -> None:
    case = a_case(at=office.clock())
    office.decide(case)
    claim = office.box.claim("mail", office.clock())
    assert claim is not None

    office.withdraw(case)

    assert not office.box.mark(claim, office.clock())
    assert office.states() == {"survey1": "withdrawn"}
    assert "contact" not in office.letters()["survey1"]


def test_a_letter_that_may_have_left_waits_for_what_became_of_it_without_its_address(office: Office) -> None:
    case = a_case(at=office.clock())
    office.decide(case)
    claim = office.box.claim("mail", office.clock())
    assert claim is not None
    assert office.box.mark(claim, office.clock())

    office.withdraw(case)

    assert office.states() == {"survey1": "waiting"}
    assert "contact" not in office.letters()["survey1"]
    office.clock.pass_by(11 * MINUTE)
    heir = office.box.claim("mail", office.clock())
    assert heir is not None
    assert heir.withdrawn
    assert heir.marked_at == office.clock() - 11 * MINUTE


def test_lanes_are_apart(office: Office) -> None:
    now = office.clock()
    office.decide(a_case(1, at=now), a_case(2, "hooked", at=now), a_case(3, "ces", at=now))

    hooked = office.box.claim("webhook:hooked", now)

    assert hooked is not None
    assert hooked.letter.survey == "survey2"
    assert hooked.letter.contact is None
    assert sorted(office.box.lanes()) == ["mail", "webhook:hooked"]
    assert office.box.claim("webhook:hooked", now + DAY // 1000) is None


def test_what_is_over_vanishes_after_a_month(office: Office) -> None:
    indexes = office.store.database["letters"].index_information()

    assert indexes["ended"]["expireAfterSeconds"] == 30 * 86_400
