# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What can go wrong with tokens: readers, cards, PINs that are changed elsewhere, backends. As in
faults.py each fault is a function that makes it, waits, and mends it.
"""

import os
import signal
import time

from pinfoldtest import Driver
from pinfoldtest.wait import wait_for
from bed import CARD, CARD2, CARD2_LABEL, CARD_LABEL, MOCK_SERIALS, PINS
from clients import now
from sequence import fault, pick

_NONSENSE = ("CKR_GENERAL_ERROR", "CKR_DEVICE_ERROR", "CKR_DEVICE_REMOVED", "CKR_FUNCTION_FAILED",
             "CKR_SESSION_HANDLE_INVALID", "CKR_USER_NOT_LOGGED_IN", "CKR_KEY_HANDLE_INVALID",
             "CKR_OPERATION_NOT_INITIALIZED", "CKR_HOST_MEMORY", "CKR_TOKEN_NOT_PRESENT",
             "after:CKR_DEVICE_ERROR", "after:CKR_GENERAL_ERROR", "CKR_DATA_LEN_RANGE")
_ALL_CALLS = ("C_Login", "C_Logout", "C_OpenSession", "C_CloseSession", "C_GetTokenInfo",
              "C_GetSlotList", "C_GetSessionInfo", "C_FindObjectsInit", "C_FindObjects",
              "C_FindObjectsFinal", "C_SignInit", "C_Sign", "C_GetAttributeValue")


# Readers and cards

@fault("pcscd")
def do_pcscd_killed(bed, crew, fault, dice):
    bed.readers.stop(kill=True)
    time.sleep(dice.choice((0, 0.3, 2)))
    bed.lasting(bed.readers.restart)


@fault("pcscd")
def do_pcscd_stopped(bed, crew, fault, dice):
    bed.readers.stop()
    time.sleep(dice.choice((0, 0.3, 2)))
    bed.lasting(bed.readers.restart)


@fault("pcscd")
def do_pcscd_halted(bed, crew, fault, dice):
    pid = bed.readers._process.pid
    os.kill(pid, signal.SIGSTOP)
    time.sleep(dice.choice((0.2, 1, 4)))
    os.kill(pid, signal.SIGCONT)


@fault("pcscd")
def do_reader_unplugged(bed, crew, fault, dice):
    """pcscd has no reader for a while: its driver knows no unplugging."""
    bed.lasting(bed.readers.unplug)
    time.sleep(dice.choice((0.2, 1, 2)))
    bed.readers.stop()
    bed.lasting(bed.readers.restart)


@fault("pcscd")
def do_card_pulled(bed, crew, fault, dice):
    bed.card.remove(wait=False)
    time.sleep(dice.choice((0.05, 0.3, 1)))
    bed.card.insert(wait=False)


def _swap_card(bed, dice, gap):
    bed.card.swap(CARD2, CARD2_LABEL, gap, wait=False)
    time.sleep(dice.choice((0.3, 1, 2)))
    bed.card.swap(CARD, CARD_LABEL, gap, wait=False)


@fault("pcscd")
def do_card_swapped_slowly(bed, crew, fault, dice):
    _swap_card(bed, dice, 1.0)


@fault("pcscd")
def do_card_swapped_quickly(bed, crew, fault, dice):
    """Within pcscd's poll, which is 0.4 s."""
    _swap_card(bed, dice, 0.05)


# PINs that are changed elsewhere

def _other_pin(family, present):
    return next(pin for pin in PINS[family] if pin != present)


@fault("pcscd")
def do_card_pin_changed(bed, crew, fault, dice):
    stats = bed.card.stats()
    family, serial = (("card", bed.card_serials[0]) if stats["serial"] == CARD else
                      ("card2", bed.card_serials[1]))
    fault.note = serial
    pin = _other_pin(family, bed.read_pin(serial))
    bed.card.set_pin(pin)
    bed.write_pin(serial, pin)
    time.sleep(dice.uniform(0.5, 1.5))


def _open_by_itself(d, serial):
    """A session of a program that does not know Pinfold, with the token of that serial.

    SoftHSM reads its tokens in C_Initialize alone: one that another process was writing just then
    is none until the next. A program that is halted while it writes may be so for some seconds.
    """
    def look():
        d.ok("init")
        for slot in d.ok("slots", "present").numbers("slots"):
            info = d.cmd("tokeninfo", slot)
            if info.ok and info["serial"].strip() == serial:
                opened = d.cmd("open", slot, "rw")
                if opened.ok:
                    return opened["session"]
        d.ok("finalize")
        return None

    return wait_for(look, 12, f"the token {serial}")


def _settle_pin(bed, module, env, serial, family):
    """Writes down which PIN the token has: SoftHSM processes that believe in the one of before write
    it back with the rest of the token's file."""
    for pin in PINS[family]:
        with Driver(bed.box, module, env=env) as d:
            if d.rv("login", _open_by_itself(d, serial), "user", pin) == "CKR_OK":
                bed.write_pin(serial, pin)
                return pin
    return bed.read_pin(serial)


def _set_pin_by_itself(bed, module, env, serial, family):
    """By a program that does not know Pinfold."""
    old = _settle_pin(bed, module, env, serial, family)
    new = _other_pin(family, old)
    with Driver(bed.box, module, env=env) as d:
        session = _open_by_itself(d, serial)
        if d.rv("login", session, "user", old) == "CKR_OK" and \
                d.rv("setpin", session, old, new) == "CKR_OK":
            bed.write_pin(serial, new)


@fault("soft")
def do_soft_pin_changed(bed, crew, fault, dice):
    serial = dice.choice(bed.soft_serials)
    fault.note = serial
    _set_pin_by_itself(bed, bed.softhsm, {}, serial, "soft")
    time.sleep(0.5)
    _settle_pin(bed, bed.softhsm, {}, serial, "soft")


@fault("mock")
def do_mock_pin_changed(bed, crew, fault, dice):
    bed.mock.script(serial=MOCK_SERIALS[0])
    fault.note = MOCK_SERIALS[0]
    _set_pin_by_itself(bed, bed.mock.path, bed.mock.env, MOCK_SERIALS[0], "mock")
    time.sleep(dice.uniform(0.5, 1))


# A backend that misbehaves

@fault("mock", 1.5)
def do_backend_crashes(bed, crew, fault, dice):
    client = pick(crew, "mock", dice, fault)
    call = dice.choice(_ALL_CALLS)
    fault.note += f" {call}"
    span = [now(), None]
    client.may_crash.append(span)
    bed.mocks[client.name].script(f"{call}=crash@{dice.randrange(1, 4)}")
    time.sleep(dice.uniform(0.3, 1))
    bed.mocks[client.name].script()
    span[1] = now() + 500000


@fault("mock", 1.5)
def do_backend_hangs(bed, crew, fault, dice):
    """For ever: until its program is killed, as a person would do it."""
    client = pick(crew, "mock", dice, fault)
    call = dice.choice(_ALL_CALLS + ("C_Login", "C_Login"))
    fault.note += f" {call}"
    fault.names = None
    fault.families = ["mock"]
    bed.mocks[client.name].script(f"{call}=hang@{dice.randrange(1, 3)}")
    time.sleep(dice.choice((0.5, 2, 5)))
    client.kill()
    bed.mocks[client.name].script()


@fault("mock", 1.5)
def do_backend_talks_nonsense(bed, crew, fault, dice):
    client = pick(crew, "mock", dice, fault)
    rules = [f"{dice.choice(_ALL_CALLS)}={dice.choice(_NONSENSE)}@{dice.randrange(1, 6)}"
             for _ in range(dice.randrange(1, 4))]
    fault.note += " " + " ".join(rules)
    garbage = dice.random() < 0.3
    bed.mocks[client.name].script(*rules, garbage_token_info=garbage)
    time.sleep(dice.uniform(0.3, 1.5))
    bed.mocks[client.name].script(garbage_token_info=False)


@fault("mock", 1.5)
def do_backend_is_slow(bed, crew, fault, dice):
    client = pick(crew, "mock", dice, fault)
    fault.names = None
    fault.families = ["mock"]
    bed.mocks[client.name].script(f"{dice.choice(_ALL_CALLS)}=delay:{dice.choice((200, 1500))}@1")
    time.sleep(dice.uniform(0.5, 2))
    bed.mocks[client.name].script()


@fault("mock")
def do_mock_swapped(bed, crew, fault, dice):
    fault.families = ["mock"]
    gap = dice.choice((0, 0.1, 0.6))
    for serial in (MOCK_SERIALS[1], MOCK_SERIALS[0]):
        for script in bed.mocks.values():
            if gap:
                script.remove()
        time.sleep(gap)
        for script in bed.mocks.values():
            script.insert(serial)
        time.sleep(dice.uniform(0.2, 1))
