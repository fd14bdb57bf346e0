#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The settings for groups of programs, and the decisions that can be taken back."""

import time

from appcase import wait_served
from pinfoldtest import tap
from pinfoldtest.wait import wait_for
from scriptedagent import ReportingAgent
from settingscase import CARD, CHOOSER_ENV, SettingsCase

MEMBER = {"app_id": "1:2", "token_uri": CARD, "logged_in": False, "asleep": False, "members": [
    {"pid": 12, "exe": "/usr/bin/ssh", "name": "ssh", "sessions": 1},
    {"pid": 13, "exe": "/usr/bin/ssh", "name": "ssh", "sessions": 1},
    {"pid": 14, "exe": "", "name": "Ghost", "sessions": 1}]}
ALWAYS = {"id": "a1", "program": "Mail <b>Client</b>", "program-icon": "mail",
          "executable": "/usr/bin/mail-client", "token-uri": CARD, "shared-id": "1207:42",
          "group": "Office", "decision": "always", "since": int(time.time())}
SESSION = {"id": "a2", "program": "backup.py", "executable": "/usr/bin/python3.11",
           "script": "/usr/share/backup/backup.py", "token-uri": CARD, "shared-id": "7:8",
           "decision": "session", "since": int(time.time())}
NEVER = {"id": "a3", "program": "Chat", "executable": "/usr/bin/bwrap",
         "sandbox": "org.example.Chat", "token-uri": CARD, "decision": "never", "since": 0}


class Groups(SettingsCase):
    page = "Groups"

    def fill(self, title, **entries):
        dialog = self.ui.window(title)
        for name, text in entries.items():
            dialog.find(name.replace("_", " "), "text").set_text(text)
        return dialog

    def test_groups(self):
        window = self.open_page()
        self.wait_texts(window, "No groups yet")
        self.picture("groups-empty")
        window.press("Add Group…")
        dialog = self.fill("New Group", Name="Office", Application_ID="1:x")
        self.wait_texts(dialog, "An ID is two numbers with a colon")
        save = dialog.find("Save", "push button")
        self.assertFalse(save.has_state("sensitive"))
        self.picture("group-dialog-wrong")
        self.fill("New Group", Application_ID="1207:42")
        wait_served(lambda: save.has_state("sensitive"), 10, "Save")
        save.press()
        self.wait_groups(("Office", "1207:42", []))
        self.wait_texts(window, "Office", "Application ID 1207:42", "No programs yet")

        window.press("Rename Group")
        self.fill("Rename Group", Name=" Mail & <i>Web</i> ", Application_ID="").press("Save")
        self.wait_groups(("Mail & <i>Web</i>", "", []))
        self.wait_texts(window, "Mail & <i>Web</i>", "Application ID drawn at each start")
        window.press("Remove Group")
        self.wait_groups()
        self.wait_texts(window, "No groups yet")

    def test_taken_id(self):
        self.set("groups", [("Office", "1207:42", [])])
        window = self.open_page()
        window.press("Rename Group")
        dialog = self.fill("Rename Group", Name="Work")
        save = dialog.find("Save", "push button")
        wait_served(lambda: save.has_state("sensitive"), 10, "Save: the ID is its own")
        dialog.press("Cancel")
        self.ui.wait_no_window("Rename Group")
        window.press("Add Group…")
        dialog = self.fill("New Group", Name="Home", Application_ID="1207:042")
        self.wait_texts(dialog, "Another group has this ID.")
        self.assertFalse(dialog.find("Save", "push button").has_state("sensitive"))

    def test_cancelled(self):
        self.set("groups", [("Office", "", [])])
        window = self.open_page()
        window.press("Rename Group")
        self.fill("Rename Group", Name="Other").press("Cancel")
        self.ui.wait_no_window("Rename Group")
        window.press("Add Group…")
        dialog = self.fill("New Group", Name="  ")
        self.assertFalse(dialog.find("Save", "push button").has_state("sensitive"))
        dialog.press("Cancel")
        self.ui.wait_no_window("New Group")
        self.wait_groups(("Office", "", []))

    def pick(self, window, text):
        """Adds the program that is found by that text, to the first group."""
        window.press("Add Program…")
        dialog = self.ui.window("Add Program")
        dialog.find("Search", "text").set_text(text)
        add = dialog.find("Add", "push button")
        wait_served(lambda: add.has_state("sensitive"), 10, "a program to be found")
        return dialog

    def test_installed_and_connected(self):
        self.set("groups", [("Office", "", [])])
        window = self.open_page([MEMBER])
        window.press("Add Program…")
        dialog = self.ui.window("Add Program")
        self.wait_texts(dialog, "ssh", "/usr/bin/ssh", "Test Mail", "mail.desktop")
        self.assertEqual(dialog.tree().count("label '/usr/bin/ssh'"), 1)
        self.assertNotIn("Ghost", dialog.texts())
        self.assertFalse(dialog.find("Add", "push button").has_state("sensitive"))
        self.picture("program-dialog")
        dialog.find("Search", "text").set_text("nothing of that name")
        self.wait_texts(dialog, "No program found")
        dialog.press("Cancel")
        self.ui.wait_no_window("Add Program")

        self.pick(window, "test mail").press("Add")
        self.wait_groups(("Office", "", ["mail.desktop"]))
        self.wait_texts(window, "Test Mail", "mail.desktop")
        self.pick(window, "ssh").press("Add")
        self.wait_groups(("Office", "", ["mail.desktop", "/usr/bin/ssh"]))
        window.press("Remove Test Mail from the group")
        self.wait_groups(("Office", "", ["/usr/bin/ssh"]))
        self.wait_no_text(window, "Test Mail")

    def test_program_moves(self):
        self.set("groups", [("Office", "", []), ("Home", "5:6", ["web.desktop", "mail.desktop"])])
        window = self.open_page()
        self.wait_texts(window, "Test Web")
        self.picture("groups")
        dialog = self.pick(window, "web.desktop")
        self.wait_texts(dialog, "It is in the group “Home” now, which it leaves")
        self.picture("program-dialog-moves")
        dialog.press("Add")
        self.wait_groups(("Office", "", ["web.desktop"]), ("Home", "5:6", ["mail.desktop"]))

    def test_default_group(self):
        window = self.open_page()
        self.wait_texts(window, "Each change on this page forgets all cached PINs first.")
        switch = window.find("Programs in no group share a login, too", "toggle button")
        self.assertTrue(switch.has_state("checked"))
        switch.press()
        wait_for(lambda: self.get("share-by-default") == "false", 10, "the setting")

    def test_changed_elsewhere(self):
        window = self.open_page()
        self.set("groups", [("Office", "", ["gone.desktop", "/opt/x/tool"])])
        self.wait_texts(window, "Office", "gone.desktop", "tool", "/opt/x/tool")


    def test_group_that_moved(self):
        self.set("groups", [("Office", "", []), ("Home", "", ["web.desktop"])])
        window = self.open_page()
        self.wait_texts(window, "Test Web")
        window.press("Remove Test Web from the group")
        self.wait_groups(("Office", "", []), ("Home", "", []))
        window.press("Rename Group")
        dialog = self.fill("Rename Group", Name="Work", Application_ID="1207:42")
        self.set("groups", [("New", "1207:42", []), ("Office", "", ["web.desktop"])])
        self.wait_texts(dialog, "Another group has this ID.")
        self.fill("Rename Group", Application_ID="1207:43")
        save = dialog.find("Save", "push button")
        wait_served(lambda: save.has_state("sensitive"), 10, "Save")
        save.press()
        self.wait_groups(("New", "1207:42", []), ("Work", "1207:43", ["web.desktop"]))

    def test_group_that_went(self):
        self.set("groups", [("Office", "", []), ("Home", "", [])])
        window = self.open_page()
        self.pick(window, "web.desktop")
        self.set("groups", [("Home", "", [])])
        note = self.ui.window("The group “Office” is not there any more")
        self.ui.wait_no_window("Add Program")
        self.wait_texts(note, "Another program has changed the groups meanwhile.")
        note.press("Close")
        self.wait_groups(("Home", "", []))


class Files(SettingsCase):
    page = "Groups"
    app_env = CHOOSER_ENV

    def choose_program(self, path):
        self.ui.window("Add Program").press("Choose File…")
        self.choose_file("Choose a Program", path)

    def test_file(self):
        self.set("groups", [("Office", "", [])])
        tool, link, text = (self.box.dir / name for name in ("tool", "link", "text"))
        tool.write_text("#!/bin/sh\n")
        tool.chmod(0o755)
        link.symlink_to(tool)
        text.write_text("no program")
        window = self.open_page()
        window.press("Add Program…")
        dialog = self.ui.window("Add Program")
        self.choose_program(text)
        self.wait_texts(dialog, "This file is no program that can be run.")
        add = dialog.find("Add", "push button")
        self.assertFalse(add.has_state("sensitive"))
        self.choose_program(link)
        self.wait_texts(dialog, str(tool))
        wait_served(lambda: add.has_state("sensitive"), 10, "the file to be selected")
        add.press()
        self.wait_groups(("Office", "", [str(tool)]))


class Permissions(SettingsCase):
    page = "Permissions"

    def test_decisions(self):
        self.agent.consents = [ALWAYS, SESSION, NEVER]
        window = self.open_page()
        # It has not answered yet, which is no reason to say that it is not there.
        window.find("Your decisions")
        self.assertFalse(window.has("The agent is not running"))
        self.wait_texts(window, "Mail <b>Client</b>", "Always allowed: “Anna Beispiel”, group “Office”",
                        "/usr/bin/mail-client, since", "backup.py",
                        "Allowed for this session: “Anna Beispiel”, application ID 7:8",
                        "/usr/share/backup/backup.py, since", "Chat",
                        "Never allowed: “Anna Beispiel”, programs in no group",
                        "org.example.Chat")
        self.picture("permissions")
        window.press("Revoke")
        wait_served(lambda: self.agent.revoked == ["a1"], 10, "RevokeConsent")
        self.wait_no_text(window, "Mail <b>Client</b>")
        self.agent.decide([NEVER])
        self.wait_no_text(window, "backup.py")
        self.wait_texts(window, "Chat")

    def test_revoke_all(self):
        self.agent.consents = [ALWAYS, NEVER]
        window = self.open_page()
        button = window.find("Revoke All…", "push button")
        wait_served(lambda: button.has_state("sensitive"), 10, "Revoke All…")
        button.press()
        self.ui.window("Revoke all permissions?").press("Cancel")
        self.ui.wait_no_window("Revoke all permissions?")
        self.assertEqual(self.agent.revoked, [])
        button.press()
        question = self.ui.window("Revoke all permissions?")
        self.picture("permissions-revoke-all")
        question.press("Revoke All")
        wait_served(lambda: self.agent.revoked == [""], 10, "RevokeConsent")
        self.wait_texts(window, "No decisions yet")
        self.picture("permissions-empty")
        wait_served(lambda: not button.has_state("sensitive"), 10, "nothing to revoke")

    def test_agent_goes_and_comes(self):
        self.agent.consents = [NEVER]
        window = self.open_page()
        self.wait_texts(window, "Chat")
        self.agent.stop()
        self.wait_texts(window, "It keeps your decisions.")
        self.wait_no_text(window, "Chat")
        agent = ReportingAgent(self.bus)
        self.addCleanup(agent.stop)
        agent.decide([ALWAYS])
        self.wait_texts(window, "Mail <b>Client</b>")

    def test_not_revoked(self):
        self.agent.consents = [NEVER]
        self.agent.refuses = ("RevokeConsent",)
        window = self.open_page()
        self.wait_texts(window, "Chat")
        window.press("Revoke")
        self.wait_texts(window, "The permission could not be revoked", "Chat")

    def test_by_keyboard(self):
        self.agent.consents = [ALWAYS, SESSION, NEVER]
        window = self.open_page()
        self.wait_texts(window, "Chat")
        button = window.find("Revoke", "push button")
        button.focus()
        self.press_keys(window, "space", focused=button)
        wait_served(lambda: self.agent.revoked == ["a1"], 10, "the first to be revoked")
        self.wait_no_text(window, "Mail <b>Client</b>")
        button = window.find("Revoke", "push button")
        wait_served(lambda: button.has_state("focused"), 10, "the focus on the next")

    def test_sharing(self):
        window = self.open_page()
        self.assertTrue(window.find("Ask me", "radio button").has_state("checked"))
        window.find("Ask me, unless both are the same program", "radio button").press()
        wait_for(lambda: self.get("sharing") == "'same-program'", 10, "the setting")
        self.set("sharing", "allow")
        button = window.find("Allow it without asking", "radio button")
        wait_for(lambda: button.has_state("checked"), 10, "the choice")


class Keyring(SettingsCase):
    page = "Keyring"

    def test_stored_pins(self):
        window = self.open_page()
        window.find("PINs in the keyring")
        self.assertFalse(window.has("The agent is not running."))
        self.wait_texts(window, "PINs are not put into the keyring.")
        window.find("Let me put PINs into my keyring", "toggle button").press()
        wait_for(lambda: self.get("allow-keyring") == "true", 10, "the setting")
        one, two = ({"token-uri": f"pkcs11:serial={name};token={name}", "label": name,
                     "since": 1700000000} for name in ("Anna <b>Beispiel</b>", "Office"))
        self.agent.store("ready", [one, two])
        self.wait_texts(window, "Anna <b>Beispiel</b>", "Office", "Since")
        self.picture("keyring")
        window.press("Remove")
        wait_served(lambda: self.agent.removed == [one["token-uri"]], 10, "RemoveStoredPin")
        self.wait_no_text(window, "Anna <b>Beispiel</b>")
        self.agent.refuses = ("RemoveStoredPin",)
        window.press("Remove")
        self.wait_texts(window, "The PIN could not be removed", "Office")
        for state, words in (("ready", "There is no PIN in the keyring."),
                             ("locked", "The keyring is locked."),
                             ("plain", "offers no encrypted connection"),
                             ("unavailable", "no keyring that can be used")):
            self.agent.store(state)
            self.wait_texts(window, words)
        self.agent.stop()
        self.wait_texts(window, "The agent is not running.")

    def test_by_keyboard(self):
        window = self.open_page()
        self.agent.store("ready", [{"token-uri": f"pkcs11:serial={name[-1]}", "label": name}
                                   for name in ("Card A", "Card B")])
        self.wait_texts(window, "Card A", "Card B")
        button = window.find("Remove", "push button")
        button.focus()
        self.press_keys(window, "space", focused=button)
        self.wait_no_text(window, "Card A")
        button = window.find("Remove", "push button")
        wait_served(lambda: button.has_state("focused"), 10, "the focus on the next")


class Locked(SettingsCase):
    page = "Groups"
    app_env = {"XDG_CONFIG_HOME": "/proc/nothing-can-be-kept-here"}

    def test_nothing_can_be_changed(self):
        window = self.open_page()
        self.wait_texts(window, "Set by the administrator of this computer")
        self.picture("settings-locked")
        for name, role in (("Add Group…", "push button"),
                           ("Programs in no group share a login, too", "toggle button")):
            self.assertFalse(window.find(name, role).has_state("sensitive"), name)
        self.turn_to(window, "Permissions")
        self.assertFalse(window.find("Ask me", "radio button").has_state("sensitive"))


class Dark(SettingsCase):
    page = "Permissions"
    app_env = {"GTK_THEME": "Adwaita:dark"}

    def test_looks(self):
        self.set("groups", [("Office", "1207:42", ["mail.desktop", "/usr/bin/ssh"])])
        self.agent.consents = [ALWAYS, SESSION, NEVER]
        window = self.open_page()
        self.wait_texts(window, "Chat")
        self.picture("permissions-dark")
        self.turn_to(window, "Groups")
        self.wait_texts(window, "Test Mail")
        self.picture("groups-dark")


if __name__ == "__main__":
    tap.main()
