#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A small dialog to try the display harness on; prints how it ended."""

import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402


def main():
    dialog = Gtk.Dialog(title="PIN — sample")
    dialog.add_buttons("Cancel", Gtk.ResponseType.CANCEL, "Unlock", Gtk.ResponseType.OK)
    dialog.set_default_response(Gtk.ResponseType.OK)
    entry = Gtk.Entry(visibility=False, activates_default=True,
                      input_purpose=Gtk.InputPurpose.PIN)
    entry.get_accessible().set_name("PIN")
    box = dialog.get_content_area()
    box.add(Gtk.Label(label="2 tries left"))
    box.add(entry)
    dialog.show_all()

    def on_response(_, response):
        print(response == Gtk.ResponseType.OK, entry.get_text() == sys.stdin.readline().strip(),
              flush=True)
        Gtk.main_quit()

    dialog.connect("response", on_response)
    Gtk.main()


if __name__ == "__main__":
    main()
