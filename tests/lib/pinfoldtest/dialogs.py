# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Answers to Pinfold's dialogs, as a person gives them."""

from .wait import wait_for

PIN = "PIN — "
PERMISSION = "Permission — "


def answer_pin(ui, pin, timeout=20):
    """Types the PIN into the dialog when it is there; returns the texts that it showed."""
    window = ui.window(PIN, timeout)
    texts = " ".join(window.texts())
    window.type(pin)
    # What is pressed in the first moment after the focus came is not taken.
    wait_for(lambda: window.find("Unlock", "push button").has_state("sensitive"), 5,
             "the button to be ready")
    window.press("Unlock")
    return texts


def answer_consent(ui, window, name):
    """Presses a button of the permission dialog; what is pressed in its first moment is not taken."""
    button = window.find(name, "push button")

    def is_gone():
        if ui.find_window(PERMISSION) is None:
            return True
        button.press()
        return False

    wait_for(is_gone, 10, "the dialog to go", step=0.2)
