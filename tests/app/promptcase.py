# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A prompter under test, and an agent in the hands of the test."""

from appcase import AppCase, wait_served
from scriptedagent import PromptingAgent

DETAILS = {
    "program": "Firefox", "program_icon": "firefox", "program_known": True,
    "executable": "/usr/lib/firefox/firefox", "pid": 4711, "purpose": "login",
    "token_label": "Anna Beispiel", "token_serial": "00000001", "token_model": "PKCS#15",
    "reader": "Virtual PCD 00 00", "key_label": "<b>PIV AUTH</b> key",
    "min_len": 4, "max_len": 8, "tries_left": 3,
}


class PromptCase(AppCase):
    """The app, registered as the prompter of an agent that the test plays."""

    app_env = None  # more environment for the app

    def setUp(self):
        super().setUp()
        self.agent = PromptingAgent(self.box)
        self.addCleanup(self.agent.stop)
        self.start_app("--gapplication-service", env=self.app_env)
        wait_served(lambda: self.agent.registered, 15, "the app to register")

    def details(self, **changes):
        """What the agent tells by default; None leaves it out."""
        return {k: v for k, v in (DETAILS | changes).items() if v is not None}

    def ask(self, request=11, **changes):
        self.agent.ask(request, **self.details(**changes))
        return self.ui.window("PIN —")
