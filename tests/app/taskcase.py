# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What a person does to a token, in the app, with the real agent, helper and tokens."""

import json
import subprocess

from gi.repository import Gio, GLib

from appcase import AppCase, wait_served
from pinfoldtest import softhsm
from pinfoldtest.driver import Driver
from pinfoldtest.paths import build_path
from pinfoldtest.sandbox import Sandbox
from pinfoldtest.wait import wait_for


# Seconds: a helper is run, or two, on a machine that may have much else to do.
LONG = 30


class Saver:
    """A screen saver of the session."""

    NAME = "org.gnome.ScreenSaver"
    XML = f"""<node><interface name="{NAME}">
        <method name="GetActive"><arg type="b" direction="out"/></method>
        </interface></node>"""

    def __init__(self, bus):
        self.bus = bus
        self.active = False
        info = Gio.DBusNodeInfo.new_for_xml(self.XML).lookup_interface(self.NAME)
        bus.register_object("/org/gnome/ScreenSaver", info, self._answer, None, None)
        bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                      "RequestName", GLib.Variant("(su)", (self.NAME, 0)), None, 0, 5000, None)
        self.asked = 0
        # Agent and app.
        wait_served(lambda: self.asked >= 2, LONG, "both to ask the saver")

    def _answer(self, _bus, _sender, _path, _interface, _method, _parameters, invocation):
        self.asked += 1
        invocation.return_value(GLib.Variant("(b)", (self.active,)))

    def set_active(self, active):
        self.active = active
        self.bus.emit_signal(None, "/org/gnome/ScreenSaver", self.NAME, "ActiveChanged",
                             GLib.Variant("(b)", (active,)))


class TaskCase(AppCase):
    """make_tokens() is a class's own; what it configures is known to agent, app and helper."""

    agent_program = build_path("agent/pinfold-agent")
    app_env = None
    config = ""  # more of pinfold.conf

    def setUp(self):
        self.box = Sandbox(display=True, wm=True, bus=False, services=False)
        self.addCleanup(self.box.close)
        self.modules = {}
        self.make_tokens()
        conf = self.box.dir / "pinfold.conf"
        lines = "".join(f"{name} = {path}\n" for name, path in self.modules.items())
        conf.write_text(f"[Modules]\n{lines}{self.config}", encoding="utf-8")
        self.box.env["PINFOLD_CONF"] = str(conf)
        self.box.start_bus()
        self.ui = self.box.ui()
        self.start_agent()
        self.start_app("--gapplication-service", env=self.app_env)
        self.bus = self.session_bus()
        self.addCleanup(self.bus.close_sync, None)
        wait_served(lambda: self.has_name(self.bus, "org.pinfold.Agent"), LONG, "the agent")
        wait_served(lambda: self.has_name(self.bus, "org.pinfold.Pinfold"), LONG, "the app")
        wait_for(self.tokens, LONG, "the tokens")

    def start_agent(self):
        self.agent = self.box.start([self.agent_program], name="agent")

    def softhsm(self, **kwargs):
        self.modules["soft"] = self.module = softhsm.setup(self.box)
        softhsm.init_token(self.box, **kwargs)

    def piv(self, **kwargs):
        self.readers = self.box.readers()
        self.card = self.readers.card(**kwargs)
        self.modules["opensc"] = self.module = self.readers.opensc()

    def tokens(self):
        """{label: URI} as the agent has them."""
        text = self.box.run(build_path("app/pinfoldctl"), "status", "--json").stdout
        return {token["label"]: token["uri"] for token in json.loads(text)["tokens"]}

    def activate(self, action, *parameters):
        """As the window's menu does it; a str is one, anything else a GVariant."""
        values = [GLib.Variant("s", p) if isinstance(p, str) else p for p in parameters]
        self.bus.call_sync("org.pinfold.Pinfold", "/org/pinfold/Pinfold", "org.gtk.Actions",
                           "Activate", GLib.Variant("(sava{sv})", (action, values, {})), None,
                           Gio.DBusCallFlags.NONE, 60000, None)

    def window(self, title):
        return self.ui.window(title, LONG)

    def wait_no_window(self, title):
        self.ui.wait_no_window(title, LONG)

    def begin(self, action, title, label="pinfold-test"):
        self.activate(action, self.tokens()[label])
        return self.window(title)

    def fill(self, window, button, **texts):
        """Types into the entries; names with "_" for " "; presses the button when it can be."""
        for name, text in texts.items():
            window.type(text, name.replace("_", " "),
                        "text" if name == "Name" else "password text")
        self.press(window, button)

    def press(self, window, button):
        found = window.find(button, "push button")
        wait_for(lambda: found.has_state("sensitive"), LONG, f"{button} to be offered")
        found.press()

    def wait_focus(self, window, name):
        entry = window.find(name, "password text")
        wait_for(lambda: entry.has_state("focused"), LONG, f"the focus in {name}")

    def accepts(self, pin, user="user", slot="@0"):
        """Does the token accept PIN? Costs a try when not."""
        with Driver(self.box, self.module) as driver:
            driver.ok("init")
            session = driver.open_session(slot)
            return driver.rv("login", session, user, pin) == "CKR_OK"

    def start_client(self, uri):
        """A program with sessions on the token."""
        self.client = self.box.start([build_path("tests/agent/link-client")], name="client",
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        wait_for(lambda: self.command("contact -").startswith("ok"), 10, "the agent")
        self.assertTrue(self.command(f"sessions {uri} - 1").startswith("ok"))

    def command(self, line):
        self.client.stdin.write(line + "\n")
        self.client.stdin.flush()
        return self.client.stdout.readline().strip()


class FileCase(TaskCase):
    """On a software token."""

    def make_tokens(self):
        self.softhsm()

    def choose(self, title, path, button):
        """Gives a path to a file chooser."""
        window = self.window(title)
        wait_for(lambda: self.box.screen.windows(title), LONG, "the chooser's window")
        self.box.screen.focus(self.box.screen.windows(title)[0])

        def has_line():
            self.box.screen.key("ctrl+l")
            return window.has(role="text")

        wait_for(has_line, LONG, "the line for a path", step=0.5)
        window.find(role="text").set_text(str(path))
        self.press(window, button)
        self.wait_no_window(title)
