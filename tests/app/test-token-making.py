#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Software tokens that the person makes and deletes."""

from pinfoldtest import softhsm, tap
from pinfoldtest.wait import wait_for
from taskcase import LONG, TaskCase

PIN = "83062915"


class Making(TaskCase):
    def make_tokens(self):
        self.softhsm()

    def create(self, name, pin=PIN, again=None):
        self.activate("create-token")
        window = self.window("Create Software Token")
        self.fill(window, "Create", Name=name, PIN=pin, Repeat_PIN=again or pin)
        return window

    def test_create_and_delete(self):
        self.create("Mine")
        self.wait_no_window("Create Software Token")
        uri = wait_for(lambda: self.tokens().get("Mine"), 20, "the new token")
        self.assertTrue(self.accepts(PIN, slot="=Mine"))
        # The one PIN opens nothing more.
        self.assertFalse(self.accepts(PIN, "so", slot="=Mine"))
        self.assert_not_in_memory(self.app.pid, PIN)

        self.activate("delete-token", uri)
        window = self.window("Delete — Mine")
        self.picture("delete")
        delete = window.find("Delete", "push button")
        self.assertFalse(delete.has_state("sensitive"))
        window.press("Cancel")
        self.wait_no_window("Delete — Mine")
        self.assertIn("Mine", self.tokens())

        self.activate("delete-token", uri)
        window = self.window("Delete — Mine")
        window.find("I know that this cannot be undone", "check box").press()
        self.press(window, "Delete")
        self.wait_no_window("Delete — Mine")
        wait_for(lambda: "Mine" not in self.tokens(), 20, "the token to go")
        self.assertIn("pinfold-test", self.tokens())
        self.assertTrue(self.accepts(softhsm.PIN, slot="=pinfold-test"))

    def test_name_and_pin_are_checked(self):
        self.activate("create-token")
        window = self.window("Create Software Token")
        self.picture("create")
        window.type("ä" * 17, "Name", "text")
        window.wait_text("Too long for the name of a token.", LONG)
        window.type("Mine", "Name", "text")
        window.type("1234", "PIN")
        window.type("1235", "Repeat PIN")
        window.wait_text("The repetition is different.", LONG)
        create = window.find("Create", "push button")
        wait_for(lambda: not create.has_state("sensitive"), LONG, "the button to rest")
        window.press("Cancel")
        self.wait_no_window("Create Software Token")
        self.assertEqual(list(self.tokens()), ["pinfold-test"])

    def test_name_that_is_taken(self):
        window = self.create("pinfold-test")
        window.wait_text("There is a token with this name already.", LONG)
        wait_for(lambda: window.find("Name", "text").has_state("focused"), 10, "the focus")
        self.fill(window, "Create", Name="Other")
        self.wait_no_window("Create Software Token")
        wait_for(lambda: "Other" in self.tokens(), 20, "the new token")


if __name__ == "__main__":
    tap.main()
