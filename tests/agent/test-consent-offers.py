#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Offers of logins that others made, and programs that ask too much."""


from agentbed import TOKEN
from consentbed import ID, ConsentCase
from pinfoldtest import tap, wait_for


class Offers(ConsentCase):
    def test_accepted(self):
        person = self.person()
        self.owner()
        client, entry, offer = self.stranger(person)
        other, other_entry = self.stranger()
        person.decide(offer, "once")
        person.closed(offer, "accepted")
        # Both had knocked, and are one program.
        self.assert_in(client, entry)
        self.assert_in(other, other_entry)

    def test_never(self):
        person = self.person()
        self.owner()
        client, entry, offer = self.stranger(person)
        person.decide(offer, "never")
        person.closed(offer, "accepted")
        self.assert_out(client, entry)
        self.assertEqual([c["decision"] for c in self.consents()], ["never"])
        self.ask(client)
        person.question("ask")

    def test_dismissed(self):
        person = self.person()
        owner, _ = self.owner()
        client, entry, offer = self.stranger(person)
        self.assertEqual(person.call("cancel", offer), "ok")
        self.assertEqual(person.call("decide", offer, "once"), "error org.pinfold.Error.NoRequest")
        # Not again in this login: what comes next is another login's.
        self.stranger()
        self.assert_out(client, entry)
        owner.call("logout", TOKEN, ID)
        self.log_in(owner)
        self.assertEqual(client.leave_domain(entry, app_id=ID), "ok")
        client.join_domain(app_id=ID)
        self.assertNotEqual(person.question("offer")[0], offer)

    def test_token_gone(self):
        person = self.person()
        self.owner()
        _, _, offer = self.stranger(person)
        self.client().call("report", TOKEN, 3)
        person.closed(offer, "withdrawn")

    def test_program_gone(self):
        person = self.person()
        self.owner()
        first, _, offer = self.stranger(person)
        second, _ = self.stranger()
        first.kill()
        different, _, different_offer = self.stranger(person, path=self.copy_client())
        different.kill()
        person.closed(different_offer, "withdrawn")
        second.kill()
        person.closed(offer, "withdrawn")

    def test_prompter_comes_again(self):
        person = self.person()
        self.owner()
        client, entry, _ = self.stranger(person)
        person.kill()
        again = self.wait_for_place()
        job = self.ask(client)
        request, _ = again.question()
        again.decide(request, "session")
        again.closed(request, "accepted")
        self.assert_let_in(job, client, entry)

    def wait_for_place(self):
        """The next person, once the agent has seen the last one go."""
        def register():
            person = type(self).person
            try:
                return person(self)
            except AssertionError:
                return None
        return wait_for(register, 10, "the prompter's place")

    def test_not_many(self):
        person = self.person()
        self.owner()
        for number in range(8):
            self.stranger(person, path=self.copy_client(f"client-{number}"))
        ninth, _ = self.stranger(path=self.copy_client("client-8"))
        self.ask(ninth)
        _, details = person.question()
        self.assertEqual(details["program"], "client-8")


class Floods(ConsentCase):
    def test_equal_questions_are_one(self):
        person = self.person()
        self.owner()
        first, first_entry, offer = self.stranger(person)
        job = self.ask(first)
        person.closed(offer, "withdrawn")
        request, _ = person.question()
        others = [self.stranger() for _ in range(5)]
        jobs = [self.ask(client) for client, _ in others]
        self.wait_for_waiting(6)
        # One that leaves changes nothing for the others, nor does another program's question.
        others[0][0].kill()
        self.wait_for_waiting(5)
        different, _, different_offer = self.stranger(person, path=self.copy_client())
        different_job = self.ask(different)
        person.closed(different_offer, "withdrawn")
        self.wait_for_waiting(6)
        person.decide(request, "once")
        person.closed(request, "accepted")
        self.assert_let_in(job, first, first_entry)
        for (client, entry), job in list(zip(others, jobs))[1:]:
            self.assert_let_in(job, client, entry)
        _, details = person.question()
        self.assertEqual(details["program"], "other-client")
        self.assertTrue(different_job.is_alive())

    def wait_for_waiting(self, count):
        """Until so many calls wait for the person, as the agent's log says."""
        def is_so():
            lines = [line for line in self.agent.log().splitlines() if "wait for the person" in line]
            return bool(lines) and lines[-1].endswith(f"wait for the person: {count}")
        wait_for(is_so, 10, f"{count} waiting calls")

    def test_calls_of_one_process(self):
        person = self.person()
        self.owner()
        client, entry, offer = self.stranger(person)
        job = client.background("prompt-many", TOKEN, ID, 8)
        person.closed(offer, "withdrawn")
        request, _ = person.question()
        # The other four are told at once that it is too much.
        wait_for(lambda: self.agent.log().count("is asked too much") == 4, 10, "the refusals")
        person.call("cancel", request)
        self.assertEqual(self.finish(job), ["canceled", "4"])
        self.assert_out(client, entry)

    def test_many_processes(self):
        person = self.person()
        self.owner()
        clients = [self.stranger() for _ in range(200)]
        offer, _ = person.question("offer")
        jobs = [self.ask(client) for client, _ in clients]
        person.closed(offer, "withdrawn")
        request, _ = person.question()
        wait_for(lambda: sum(not job.is_alive() for job in jobs) == 136, 20, "the refusals")
        waiting = {i for i, job in enumerate(jobs) if job.answer is None}
        refused = set(range(200)) - waiting
        self.assertEqual(len(refused), 136)
        for i in refused:
            self.assertEqual(jobs[i].answer, ["refused"])
        # The agent has time for others meanwhile, and one dialog answers all.
        self.assertEqual(self.consents(), [])
        person.decide(request, "once")
        person.closed(request, "accepted")
        for i in waiting:
            self.assert_let_in(jobs[i], *clients[i])
        for i in refused:
            self.assert_out(*clients[i])


if __name__ == "__main__":
    tap.main()
