#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Screen lock, sleep, user switch, session end: PINs are forgotten, or kept as the settings say."""

import os
import signal

from agentbed import TOKEN, Agent
from desktopbed import CTL, GLib, LOGIN, MANAGER, MOCK, SAVERS, SEAT, SESSION, Bus, DesktopCase, pump
from pinfoldtest import process, tap, wait_for, wait_within

SESSION_IFACE, SEAT_IFACE = f"{LOGIN}.Session", f"{LOGIN}.Seat"


class Locks(DesktopCase):
    def lock_hint(self, locked):
        self.system.set(LOGIN, SESSION, SESSION_IFACE, "LockedHint", "b", locked)

    def test_each_saver(self):
        client, entry = self.logged_in()
        for name in SAVERS:
            with self.subTest(saver=name):
                self.start_saver(name)
                self.assert_kept(client, entry)
                self.say_active(True, name)
                self.forgotten.expect("screen-locked")
                self.assert_asleep(client, entry)
                self.say_active(False, name)
                # What was forgotten stays so; the person brings it back.
                self.assertEqual(client.state(entry), "asleep")
                self.assertEqual(client.call("store", TOKEN, "-", "135790"), ["ok"])

    def test_saver_that_dies_and_returns(self):
        saver = self.start_saver()
        client, entry = self.logged_in()
        saver.kill()
        saver.wait(20)
        wait_for(lambda: not self.session.has_owner("org.gnome.ScreenSaver"), 5, "its end")
        self.assert_kept(client, entry)
        self.start_saver()
        self.assert_kept(client, entry)
        self.say_active(True)
        self.forgotten.expect("screen-locked")
        self.assert_asleep(client, entry)

    def test_saver_that_is_active_when_it_comes(self):
        client, entry = self.logged_in()
        self.start_saver("org.mate.ScreenSaver", active=True)
        self.forgotten.expect("screen-locked")
        self.assert_asleep(client, entry)

    def test_signal_of_a_program_that_is_no_saver(self):
        self.start_saver()
        client, entry = self.logged_in()
        stranger = Bus(self.box.bus_address)
        stranger.connection.emit_signal(None, SAVERS["org.gnome.ScreenSaver"],
                                        "org.gnome.ScreenSaver", "ActiveChanged",
                                        GLib.Variant("(b)", (True,)))
        stranger.has_owner("org.pinfold.Agent")  # the signal has passed the bus
        self.domain()  # and the agent has handled what came before this call
        self.assert_kept(client, entry)

    def test_logind_locks(self):
        client, entry = self.logged_in()
        self.system.emit(LOGIN, SESSION, SESSION_IFACE, "Lock")
        self.forgotten.expect("screen-locked")
        self.assert_asleep(client, entry)

    def test_logind_hint(self):
        client, entry = self.logged_in()
        self.lock_hint(True)
        self.forgotten.expect("screen-locked")
        self.assert_asleep(client, entry)
        client.call("store", TOKEN, "-", "135790")
        self.lock_hint(False)
        self.system.emit(LOGIN, SESSION, SESSION_IFACE, "Unlock")
        self.domain()
        self.assert_kept(client, entry)

    def test_other_session_locks(self):
        self.system.call(LOGIN, MANAGER, MOCK, "AddSession", "(ssusb)",
                         "c2", "seat1", os.getuid() + 1, "other", True)
        client, entry = self.logged_in()
        self.system.emit(LOGIN, f"{MANAGER}/session/c2", SESSION_IFACE, "Lock")
        self.system.emit(LOGIN, SESSION, SESSION_IFACE, "Unlock")
        self.domain()
        self.assert_kept(client, entry)

    def test_setting_off(self):
        self.start_saver()
        self.settle_setting("forget-on-lock", "false")
        client, entry = self.logged_in()
        self.say_active(True)
        self.wait_log("The screen is locked, says org.gnome.ScreenSaver")
        self.system.emit(LOGIN, SESSION, SESSION_IFACE, "Lock")
        self.wait_log("The screen is locked, says logind")
        self.assert_kept(client, entry)
        # On again, it holds at once.
        self.settle_setting("forget-on-lock", "true")
        self.assert_kept(client, entry)
        self.say_active(True)
        self.forgotten.expect("screen-locked")
        self.assert_asleep(client, entry)

    def test_turned_off_forgets_first(self):
        for key in ("forget-on-lock", "forget-on-suspend", "forget-on-user-switch"):
            with self.subTest(key=key):
                client, entry = self.logged_in()
                self.settle_setting(key, "false")
                self.forgotten.expect("setting-loosened")
                self.assert_asleep(client, entry)
                client.call("store", TOKEN, "-", "135790")
                self.settle_setting(key, "true")
                self.assert_kept(client, entry)
                client.end()
                self.forgotten.expect("process-gone")

    def test_nothing_is_started(self):
        marker = self.box.dir / "started"
        for name in SAVERS:
            self.box.add_service(name, f"/usr/bin/touch {marker}")
        self.session.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                          "ReloadConfig")
        self.agent.process.terminate()
        self.agent.process.wait(20)
        self.agent = Agent(self.box)
        self.wait_log(f"The login session is {SESSION}", 2)
        self.box.run(CTL, "doctor", check=False)
        self.assertFalse(marker.exists())


class Lent(DesktopCase):
    """A lock while the PIN is out."""

    def lock(self):
        self.system.emit(LOGIN, SESSION, SESSION_IFACE, "Lock")
        self.forgotten.expect("screen-locked")

    def test_operation_ends_and_sleep_stays(self):
        client, entry = self.logged_in()
        lease, _ = client.take()
        self.lock()
        self.assert_asleep(client, entry)
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assert_asleep(client, entry)
        self.assertEqual(client.call("take", TOKEN, "-"), ["asleep"])

    def test_rejection_is_remembered(self):
        client, entry = self.logged_in()
        other, other_entry = self.logged_in("246802")
        lease, _ = client.take()
        self.system.emit(LOGIN, SESSION, SESSION_IFACE, "Lock")
        wait_within(lambda: self.forgotten.seen == ["screen-locked"] * 2, 1, "both PINs", pump=pump)
        self.forgotten.seen.clear()
        # The one that is out comes back by another program, and is then found to be wrong.
        self.assertEqual(other.call("store", TOKEN, "-", "135790"), ["ok"])
        self.assertEqual(client.call("end", lease, 2), ["ok", "not-cached"])
        self.forgotten.expect("rejected")
        self.assertEqual(other.state(other_entry), "public")
        self.assertEqual(client.state(entry), "asleep")
        self.agent.wait_no_pin("135790")

    def test_other_pin_survives_that_rejection(self):
        client, _ = self.logged_in()
        other, other_entry = self.logged_in("246802")
        lease, _ = client.take()
        self.assertEqual(self.box.run(CTL, "forget", "--pid", client.pid).returncode, 0)
        self.forgotten.expect("command")
        self.assertEqual(client.call("end", lease, 2), ["ok", "not-cached"])
        self.assertEqual(other.state(other_entry), "user")
        self.assertEqual(other.take()[1], "246802")

    def test_one_lease_for_a_token_all_the_same(self):
        client, entry = self.logged_in()
        other, other_entry = self.logged_in("246802")
        lease, _ = client.take()
        self.system.emit(LOGIN, SESSION, SESSION_IFACE, "Lock")
        wait_within(lambda: self.forgotten.seen == ["screen-locked"] * 2, 1, "both PINs", pump=pump)
        self.assertEqual(other.call("store", TOKEN, "-", "246802"), ["ok"])
        waiter = other.background("take", TOKEN, "-")
        self.box.run(CTL, "status")  # the call before has been seen
        self.assertTrue(waiter.is_alive())
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        waiter.join(20)
        self.assertEqual(waiter.answer[2], "246802")
        self.assertEqual(client.state(entry), "asleep")


    def test_lent_but_not_taken_yet(self):
        holder, _ = self.logged_in("246802")
        client, entry = self.logged_in()
        lease, _ = holder.take()
        waiter = client.background("take", TOKEN, "-")
        wait_for(lambda: is_blocked(client.pid), 5, "a client that waits")
        os.kill(client.pid, signal.SIGSTOP)
        self.assertEqual(holder.call("end", lease, 1), ["ok", "cached"])
        self.system.emit(LOGIN, SESSION, SESSION_IFACE, "Lock")
        wait_within(lambda: self.forgotten.seen == ["screen-locked"] * 2, 1, "both PINs", pump=pump)
        self.agent.wait_no_pin("135790")
        os.kill(client.pid, signal.SIGCONT)
        waiter.join(20)
        # Not half a PIN, and nothing but the PIN is lost.
        self.assertEqual(waiter.answer, ["asleep"])
        self.assertEqual(client.state(entry), "asleep")
        self.assertEqual(client.call("store", TOKEN, "-", "135790"), ["ok"])
        self.assertEqual(client.take()[1], "135790")


def is_blocked(pid):
    """Whether the process sleeps in poll(): its call is sent, and not answered."""
    with open(f"/proc/{pid}/wchan", encoding="ascii") as wchan:
        return "poll" in wchan.read()


class Sleep(DesktopCase):
    def prepare(self, begin):
        self.system.emit(LOGIN, MANAGER, f"{LOGIN}.Manager", "PrepareForSleep", "b", begin)

    def inhibitors(self):
        (found,) = self.system.call(LOGIN, MANAGER, f"{LOGIN}.Manager", "ListInhibitors")
        return [(what, who, mode) for what, who, _why, mode, _uid, _pid in found]

    def wait_held(self, held=True):
        expected = [("sleep", "Pinfold", "delay")] if held else []
        wait_for(lambda: self.inhibitors() == expected, 5, f"the inhibitor: {held}")

    def test_forgotten_before_sleep(self):
        self.wait_held()
        client, entry = self.logged_in()
        self.prepare(True)
        self.forgotten.expect("suspend")
        self.assert_asleep(client, entry)
        self.wait_held(False)
        self.assertEqual(client.call("store", TOKEN, "-", "135790"), ["ok"])
        self.prepare(False)
        self.wait_held()
        self.assert_kept(client, entry)
        self.prepare(True)
        self.forgotten.expect("suspend")
        self.wait_held(False)

    def test_lent_while_sleep_begins(self):
        client, entry = self.logged_in()
        other, other_entry = self.logged_in("246802")
        lease, _ = client.take()
        self.prepare(True)
        wait_within(lambda: self.forgotten.seen == ["suspend"] * 2, 1, "both PINs", pump=pump)
        self.agent.wait_no_pin("135790")
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(client.state(entry), "asleep")
        self.assertEqual(other.state(other_entry), "asleep")

    def test_setting_off(self):
        self.wait_held()
        self.settle_setting("forget-on-suspend", "false")
        self.wait_held(False)
        client, entry = self.logged_in()
        self.prepare(True)
        self.domain()
        self.assert_kept(client, entry)
        self.prepare(False)
        self.domain()
        self.assertEqual(self.inhibitors(), [])
        self.settle_setting("forget-on-suspend", "true")
        self.wait_held()
        self.assert_kept(client, entry)

    def test_logind_restarts(self):
        self.wait_held()
        self.logind.kill()
        self.logind.wait(20)
        wait_for(lambda: not self.system.has_owner(LOGIN), 5, "logind's end")
        client, entry = self.logged_in()
        self.start_logind()
        self.wait_held()
        self.assert_kept(client, entry)
        self.prepare(True)
        self.forgotten.expect("suspend")
        self.assert_asleep(client, entry)


class Switch(DesktopCase):
    OTHER = f"{MANAGER}/session/c2"

    def setUp(self):
        super().setUp()
        self.add_session("c2", os.getuid() + 1)
        self.to_front("c1")

    def add_session(self, name, uid):
        self.system.call(LOGIN, MANAGER, MOCK, "AddSession", "(ssusb)", name, "seat0", uid,
                         f"user{uid}", False)

    def to_front(self, name):
        path = f"{MANAGER}/session/{name}" if name else "/"
        self.system.set(LOGIN, SESSION, SESSION_IFACE, "Active", "b", name == "c1")
        self.system.set(LOGIN, SEAT, SEAT_IFACE, "ActiveSession", "(so)", (name, path))

    def test_another_user(self):
        client, entry = self.logged_in()
        self.to_front("c2")
        self.forgotten.expect("user-switch")
        self.assert_asleep(client, entry)
        client.call("store", TOKEN, "-", "135790")
        self.to_front("c1")
        self.domain()
        self.assert_kept(client, entry)
        self.to_front("c2")
        self.forgotten.expect("user-switch")

    def test_own_second_session_and_nobody(self):
        self.add_session("c3", os.getuid())
        self.to_front("c1")
        self.settle_seat()
        client, entry = self.logged_in()
        for name in ("c3", "", "c1"):
            self.to_front(name)
            self.settle_seat()
            self.assert_kept(client, entry)

    def settle_seat(self):
        """The agent has asked the seat, and whom it named, before it answers this."""
        for _ in range(3):
            self.box.run(CTL, "status", "--json")

    def test_somebody_logs_in_on_an_empty_console(self):
        client, entry = self.logged_in()
        self.to_front("")
        self.settle_seat()
        self.assert_kept(client, entry)
        self.to_front("c2")
        self.forgotten.expect("user-switch")
        self.assert_asleep(client, entry)

    def test_setting_off(self):
        self.settle_setting("forget-on-user-switch", "false")
        client, entry = self.logged_in()
        line = "Another user's session is in front"
        times = self.agent.log().count(line)
        self.to_front("c2")
        self.wait_log(line, times + 1)
        self.assert_kept(client, entry)


class End(DesktopCase):
    def remove(self, name, path):
        self.system.emit(LOGIN, MANAGER, f"{LOGIN}.Manager", "SessionRemoved", "so", name, path)

    def test_session_removed(self):
        client, entry = self.logged_in()
        self.remove("c1", SESSION)
        self.forgotten.expect("session-end")
        self.assertEqual(client.state(entry), "public")
        self.agent.wait_no_pin("135790")
        self.wait_log("The session has ended (logind); PINs forgotten: 1")
        self.assertNotIn("135790", self.agent.log())

    def test_other_session_removed(self):
        client, entry = self.logged_in()
        self.remove("c2", f"{MANAGER}/session/c2")
        self.domain()
        self.assert_kept(client, entry)

    def test_next_session_is_found(self):
        self.remove("c1", SESSION)
        self.wait_log("The session has ended")
        self.wait_log(f"The login session is {SESSION}", 2)
        client, entry = self.logged_in()
        self.system.emit(LOGIN, SESSION, SESSION_IFACE, "Lock")
        self.forgotten.expect("screen-locked")
        self.assert_asleep(client, entry)

    def test_lent_at_the_end(self):
        client, entry = self.logged_in()
        lease, _ = client.take()
        self.remove("c1", SESSION)
        self.forgotten.expect("session-end")
        self.agent.wait_no_pin("135790")
        self.assertEqual(client.call("end", lease, 1), ["ok", "not-cached"])
        self.assertEqual(client.state(entry), "public")

    def test_session_bus_gone(self):
        client, entry = self.logged_in()
        self.box.stop_bus()
        self.assertEqual(self.agent.process.wait(20), 0)
        self.assertIn("The session has ended (session-bus); PINs forgotten: 1", self.agent.log())
        self.assertEqual(client.state(entry), "public")

    def test_system_bus_gone(self):
        self.start_saver()
        client, entry = self.logged_in()
        self.box.stop_system_bus()
        self.domain()
        self.assert_kept(client, entry)
        self.say_active(True)
        self.forgotten.expect("screen-locked")
        self.assert_asleep(client, entry)


class Doctor(DesktopCase):
    def findings(self):
        return self.box.run(CTL, "doctor", check=False).stdout

    def test_what_is_heard(self):
        text = self.findings()
        self.assertRegex(text, r"warning +screen-lock .*only if it goes through logind")
        self.assertIn("loginctl lock-session", text)
        self.assertRegex(text, r"ok +suspend")
        self.start_saver("org.xfce.ScreenSaver")
        self.start_saver("org.cinnamon.ScreenSaver")
        self.assertRegex(self.findings(), r"ok +screen-lock .*org\.cinnamon\.ScreenSaver, "
                                          r"org\.xfce\.ScreenSaver")
        self.settle_setting("forget-on-suspend", "false")
        self.assertNotRegex(self.findings(), r"(ok|warning) +suspend")


class NoLogind(DesktopCase):
    login_session = False

    def test_savers_are_heard_all_the_same(self):
        text = self.box.run(CTL, "doctor", check=False).stdout
        self.assertRegex(text, r"warning +screen-lock .*cannot be seen")
        self.assertRegex(text, r"warning +suspend .*logind does not answer")
        self.start_saver()
        client, entry = self.logged_in()
        self.say_active(True)
        self.forgotten.expect("screen-locked")
        self.assert_asleep(client, entry)

    def test_logind_comes_later(self):
        client, entry = self.logged_in()
        self.start_logind()
        self.wait_log(f"The login session is {SESSION}")
        self.system.emit(LOGIN, SESSION, SESSION_IFACE, "Lock")
        self.forgotten.expect("screen-locked")
        self.assert_asleep(client, entry)


class Rest(DesktopCase):
    def test_no_wakeups(self):
        for name in SAVERS:
            self.start_saver(name)
        self.logged_in()
        wait_for(lambda: process.count_wakeups(self.agent.pid, 3) == 0, 40, "rest", step=0)
        self.assertEqual(process.count_wakeups(self.agent.pid, 10), 0)


if os.environ.get("PINFOLD_SANITIZED"):
    del Rest.test_no_wakeups  # ThreadSanitizer's own thread wakes up, and once is enough


if __name__ == "__main__":
    tap.main()
