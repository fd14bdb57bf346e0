#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""No dialog and no offer over a locked screen; what was asked meanwhile waits for the person."""

import json

from agentbed import TOKEN
from consentbed import ConsentCase
from desktopbed import CTL, LOGIN, SESSION, DesktopCase
from pinfoldtest import tap, wait_for
from pinfoldtest.extent import FULL

PIN = "135790"


class LockedCase(ConsentCase, DesktopCase):
    def setUp(self):
        super().setUp()
        self.wait_log(f"The login session is {SESSION}", 2)  # of the agent in the tree
        self.ui = self.person()
        self.client_ = self.client()
        self.entry = self.client_.join_domain()

    def lock(self, locked):
        word = "locked" if locked else "open"
        line = f"The screen is {word} for dialogs"
        times = self.agent.log().count(line)
        self.system.set(LOGIN, SESSION, f"{LOGIN}.Session", "LockedHint", "b", locked)
        self.wait_log(line, times + 1)

    def ask_over_lock(self, *words):
        """The job of a call whose question waits."""
        line = "Calls that wait for the person: 1"
        times = self.agent.log().count(line)
        job = self.client_.background(*words)
        self.wait_log(line, times + 1)
        self.assert_nothing_shown()
        return job

    def assert_nothing_shown(self):
        # What the agent has sent before its answer is here with it.
        self.ui.call("cancel", 1)
        self.assertTrue(self.ui.events.empty())

    def answer(self, job, request):
        self.assertEqual(self.ui.call("answer", request, PIN), "ok")
        status, lease, pin = self.finish(job)
        self.assertEqual((status, pin), ("ok", PIN))
        self.assertEqual(self.client_.call("end", lease, 1), ["ok", "cached"])
        self.ui.closed(request, "accepted")
        self.assertEqual(self.client_.state(self.entry), "user")


class Dialogs(LockedCase):
    def test_asked_while_locked(self):
        self.lock(True)
        job = self.ask_over_lock("prompt", TOKEN, "-", 0)
        job.join(2.5)  # longer than an agent may say nothing
        self.assertTrue(job.is_alive())
        self.assert_nothing_shown()
        self.lock(False)
        self.answer(job, self.ui.question("ask")[0])

    def test_open_when_it_is_locked(self):
        job = self.client_.background("prompt", TOKEN, "-", 0)
        before, _ = self.ui.question("ask")
        self.lock(True)
        self.ui.closed(before, "withdrawn")
        self.assertEqual(self.ui.call("answer", before, PIN), "error org.pinfold.Error.NoRequest")
        self.assertTrue(job.is_alive())
        self.lock(False)
        request, _ = self.ui.question("ask")
        self.assertNotEqual(request, before)
        self.answer(job, request)

    def test_wrong_pin_over_the_lock(self):
        job = self.client_.background("prompt", TOKEN, "-", 0)
        request, _ = self.ui.question("ask")
        self.assertEqual(self.ui.call("answer", request, "111111"), "ok")
        lease = self.finish(job)[1]
        self.lock(True)
        self.assertEqual(self.client_.call("end", lease, 2, 0x10000), ["ok", "not-cached"])
        job = self.client_.background("prompt", TOKEN, "-", lease)
        self.ui.closed(request, "withdrawn")
        self.assert_nothing_shown()
        self.lock(False)
        request, details = self.ui.question("ask")
        self.assertEqual(details["token-flags"], str(0x10000))
        self.answer(job, request)

    def test_consent_to_the_last_try(self):
        self.lock(True)
        job = self.ask_over_lock("try", TOKEN, "-", "login", 0x20000)
        self.lock(False)
        request, _ = self.ui.question("confirm")
        self.assertEqual(self.ui.call("confirm", request), "ok")
        self.assertEqual(self.finish(job), ["ok"])

    def test_program_that_goes_meanwhile(self):
        self.lock(True)
        self.ask_over_lock("prompt", TOKEN, "-", 0)
        self.client_.kill()
        self.wait_log("Calls that wait for the person: 0")
        self.lock(False)
        self.assert_nothing_shown()

    def test_app_that_is_being_started(self):
        self.ui.kill()
        started = self.box.dir / "started"
        self.box.add_service("org.pinfold.Pinfold",
                             f"/bin/sh -c 'echo x >>{started}; exec sleep 30'")
        self.domain()  # and so the agent knows that the app is gone
        job = self.client_.background("prompt", TOKEN, "-", 0)
        wait_for(started.exists, 5, "the app to be started")
        self.lock(True)
        job.join(6)  # longer than the app may take
        self.assertTrue(job.is_alive())
        self.ui = self.person()
        self.lock(False)
        self.answer(job, self.ui.question("ask")[0])

    def test_each_that_says_so(self):
        """A saver that is gone has nothing to say; one that is left holds."""
        saver = self.start_saver()
        self.say_active(True)
        self.wait_log("The screen is locked for dialogs")
        job = self.ask_over_lock("prompt", TOKEN, "-", 0)
        self.system.set(LOGIN, SESSION, f"{LOGIN}.Session", "LockedHint", "b", True)
        self.wait_log("The screen is locked, says logind")
        saver.kill()
        saver.wait(20)
        wait_for(lambda: not self.session.has_owner("org.gnome.ScreenSaver"), 5, "its end")
        self.domain()
        self.assert_nothing_shown()
        self.lock(False)
        self.answer(job, self.ui.question("ask")[0])

    def test_only_asked_to_lock(self):
        """A desktop that locks nothing, or does not say so."""
        self.system.emit(LOGIN, SESSION, f"{LOGIN}.Session", "Lock")
        self.wait_log("The screen is locked, says logind")
        job = self.client_.background("prompt", TOKEN, "-", 0)
        self.answer(job, self.ui.question("ask")[0])

    @tap.only_if(FULL)  # takes a minute
    def test_nobody_comes_back(self):
        self.lock(True)
        job = self.ask_over_lock("prompt", TOKEN, "-", 0)
        job.join(55)
        self.assertTrue(job.is_alive())
        job.join(30)
        self.assertEqual(job.answer, ["canceled"])
        self.lock(False)
        self.assert_nothing_shown()
        # It was nobody's no.
        job = self.client_.background("prompt", TOKEN, "-", 0)
        self.answer(job, self.ui.question("ask")[0])


class Offers(LockedCase):
    def setUp(self):
        super().setUp()
        self.settle_setting("forget-on-lock", "false")
        self.owner()

    def members(self):
        domains = json.loads(self.box.run(CTL, "status", "--json").stdout)["domains"]
        return [member["pid"] for domain in domains for member in domain["members"]]

    def test_waits(self):
        self.lock(True)
        client, entry = self.stranger()
        self.assert_nothing_shown()
        self.lock(False)
        offer, _ = self.ui.question("offer")
        self.ui.decide(offer, "once")
        self.ui.closed(offer, "accepted")
        self.assert_in(client, entry)

    def test_withdrawn_and_made_again(self):
        client, entry, before = self.stranger(self.ui)
        self.lock(True)
        self.ui.closed(before, "withdrawn")
        self.assertEqual(self.ui.call("decide", before, "once"),
                         "error org.pinfold.Error.NoRequest")
        self.assert_out(client, entry)
        self.lock(False)
        offer, _ = self.ui.question("offer")
        self.assertNotEqual(offer, before)
        self.ui.decide(offer, "once")
        self.assert_in(client, entry)

    def test_over_before_anybody_saw_it(self):
        self.lock(True)
        client, _ = self.stranger()
        client.kill()
        wait_for(lambda: client.pid not in self.members(), 5, "the program's end")
        self.lock(False)
        self.assert_nothing_shown()


if __name__ == "__main__":
    tap.main()
