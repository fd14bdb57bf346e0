#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The settings' switch for the start at login, and the entry that it writes."""

import shutil
from pathlib import Path

from appcase import wait_served
from pinfoldtest import tap
from pinfoldtest.paths import build_path
from settingscase import SettingsCase


class Autostart(SettingsCase):
    page = "General"

    def setUp(self):
        super().setUp()
        name = "autostart/org.pinfold.Pinfold.desktop"
        self.own = Path(self.box.env["XDG_CONFIG_HOME"], name)
        self.system = Path(self.box.env["XDG_CONFIG_DIRS"], name)
        for path in (self.own, self.system):
            path.parent.mkdir(parents=True)

    def switch(self, window, on):
        """The switch, which shows what is there."""
        switch = window.find("Start Pinfold when I log in", "toggle button", 30, showing=False)
        wait_served(lambda: switch.has_state("checked") == on, 30, f"the switch to be {on}")
        return switch

    def press(self, window, on):
        """Presses it; it follows when the file is written, of which this is the text."""
        self.switch(window, not on).press()
        self.switch(window, on)
        return self.own.read_text(encoding="utf-8")

    def scroll_to(self, window, text):
        """By the wheel, over the page, until the text shows."""
        def is_there():
            self.box.screen.click(600, 400, button=5)
            return text in window.texts()

        wait_served(is_there, 30, text)

    def test_entry(self):
        window = self.open_page()
        text = self.press(window, True)
        self.assertIn(f'Exec="{build_path("app/pinfold")}" --gapplication-service\n', text)
        self.box.run("desktop-file-validate", self.own)
        self.own.write_text(text + "X-Mine=yes\n# mine\n", encoding="utf-8")
        self.assertIn("Hidden=true\n", self.press(window, False))
        text = self.press(window, True)
        self.assertNotIn("Hidden", text)
        self.assertIn("X-Mine=yes\n# mine\n", text)

        # An entry whose program is gone starts nothing.
        self.own.write_text("[Desktop Entry]\nType=Application\nName=P\nExec=/nonexistent/x\n",
                            encoding="utf-8")
        window = self.open_again(window)
        self.assertIn(str(build_path("app/pinfold")), self.press(window, True))

        # The system's is hidden by one's own, and left as it is.
        system = "[Desktop Entry]\nType=Application\nName=P\nExec=true\n"
        self.system.write_text(system, encoding="utf-8")
        self.own.unlink()
        window = self.open_again(window)
        self.assertIn("Hidden=true\n", self.press(window, False))
        self.assertEqual(self.system.read_text(encoding="utf-8"), system)

        self.own.write_text("what is this\n", encoding="utf-8")
        window = self.open_again(window)
        self.scroll_to(window, f"{self.own} is no desktop entry. It is left as it is.")
        self.assertFalse(self.switch(window, False).has_state("sensitive"))
        self.assertEqual(self.own.read_text(encoding="utf-8"), "what is this\n")

    def test_after_an_upgrade(self):
        """The file that the app was started from is another one by now."""
        self.program = self.box.dir / "pinfold"
        upgrade = self.box.dir / "pinfold.new"
        for path in (self.program, upgrade):
            shutil.copy2(build_path("app/pinfold"), path)
        window = self.open_page()
        upgrade.rename(self.program)
        self.assertIn(f'Exec="{self.program}" --gapplication-service\n', self.press(window, True))


if __name__ == "__main__":
    tap.main()
