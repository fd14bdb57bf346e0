# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""An agent on a desktop whose logind and screen savers are python-dbusmock's."""

import json
import os
import time

from gi.repository import GLib

from agentbed import Agent, AgentCase
from pinfoldtest import Sandbox, build_path, wait_for
from pinfoldtest.bus import MOCK, Bus
from pinfoldtest.wait import PATIENCE

CTL = build_path("app/pinfoldctl")
LOGIN = "org.freedesktop.login1"
MANAGER = "/org/freedesktop/login1"
SOON = 10.0  # at once, on a machine that is busy
SESSION = f"{MANAGER}/session/c1"
SEAT = f"{MANAGER}/seat/seat0"
SAVERS = {name: "/" + name.replace(".", "/") for name in (
    "org.gnome.ScreenSaver", "org.freedesktop.ScreenSaver", "org.mate.ScreenSaver",
    "org.cinnamon.ScreenSaver", "org.xfce.ScreenSaver")}


def pump():
    """Lets messages of the test's own connections arrive."""
    context = GLib.MainContext.default()
    if not context.iteration(False):
        time.sleep(0.002)
    while context.iteration(False):
        pass


class Forgotten:
    """The signals Agent1.Forgotten, as they come; and what status and history say then."""

    def __init__(self, bus):
        self.bus = bus
        self.seen = []
        self.last = None
        bus.connection.signal_subscribe(None, "org.pinfold.Agent1", "Forgotten", None, None, 0,
                                        self._on_forgotten)
        bus.has_owner("org.pinfold.Agent")  # what was subscribed before is in place then

    def _on_forgotten(self, _bus, _sender, _path, _interface, _signal, parameters):
        self.last = parameters.unpack()
        self.seen.append(self.last[2])

    def expect(self, reason, within=SOON):
        """Waits for the next one, which must have this reason; and so the history says, and there is
        no PIN in the status, both in the same time."""
        until = time.monotonic() + within
        wait_for(lambda: self.seen, within / PATIENCE, f"a PIN forgotten: {reason}", pump=pump)
        assert self.seen == [reason], self.seen
        self.seen.clear()
        token, app_id, _ = self.last
        latest = next(e for e in self.ask("GetHistory", "(t)", 0) if e["event"] == "forgotten")
        assert (latest["token-uri"], latest["app-id"], latest["reason"]) == self.last, latest
        domains = self.ask("GetStatus")["domains"]
        assert not any(d["logged_in"] for d in domains
                       if (d["token_uri"], d["app_id"]) == (token, app_id)), domains
        assert time.monotonic() < until, f"{reason}: seen too late"

    def ask(self, method, signature="()", *args):
        return self.bus.call("org.pinfold.Agent", "/org/pinfold/Agent", "org.pinfold.Agent1", method,
                             signature, *args)[0]


class DesktopCase(AgentCase):
    """A session with a private system bus and a logind; the savers come when a case wants them."""

    login_session = True

    def setUp(self):
        self.box = Sandbox(services=False)
        self.addCleanup(self.box.close)
        self.box.start_system_bus()
        self.system = Bus(self.box.env["DBUS_SYSTEM_BUS_ADDRESS"])
        self.session = Bus(self.box.bus_address)
        self.forgotten = Forgotten(self.session)
        if self.login_session:
            self.start_logind()
        self.agent = Agent(self.box)
        wait_for(lambda: self.session.has_owner("org.pinfold.Agent"), 10, "the agent's name")
        if self.login_session:
            self.wait_log(f"The login session is {SESSION}")

    def start_logind(self):
        self.logind = self.box.start(["/usr/bin/python3", "-m", "dbusmock", "--system",
                                      "--template", "logind"], name="logind")
        wait_for(lambda: self.system.has_owner(LOGIN), 10, "logind")
        self.system.call(LOGIN, MANAGER, MOCK, "AddSession", "(ssusb)", "c1", "seat0",
                         os.getuid(), "person", True)
        self.system.call(LOGIN, MANAGER, MOCK, "AddMethod", "(sssss)", f"{LOGIN}.Manager",
                         "GetSession", "s", "o", f'ret = "{SESSION}"')
        self.system.emit(LOGIN, MANAGER, f"{LOGIN}.Manager", "SessionNew", "so", "c1", SESSION)

    def start_saver(self, name="org.gnome.ScreenSaver", active=False):
        """A saver that says it is active, or not, from the moment it is there; its process."""
        base, path = name + ".Base", SAVERS[name]
        met = self.agent.log().count(f"There is {name}")
        saver = self.box.start(["/usr/bin/python3", "-m", "dbusmock", "--session", base, path,
                                name], name="saver")
        wait_for(lambda: self.session.has_owner(base), 10, name)
        # As a real one: who asks is never told what was so before the last signal.
        for method, takes, gives, code in (
                ("GetActive", "", "b", "ret = self.active"),
                ("SetActive", "b", "", "self.active = args[0]; self.EmitSignal("
                 f"'{name}', 'ActiveChanged', 'b', [self.active])"),
                ("Own", "", "", f"self.active = {active}; "
                 f"self.own = dbus.service.BusName('{name}', self.connection)")):
            self.session.call(base, path, MOCK, "AddMethod", "(sssss)", name, method, takes,
                              gives, code)
        self.session.call(base, path, name, "Own")
        self.wait_log(f"There is {name}", met + 1)
        return saver

    def say_active(self, active, name="org.gnome.ScreenSaver"):
        self.session.call(name, SAVERS[name], name, "SetActive", "(b)", active)

    def wait_log(self, text, times=1):
        wait_for(lambda: self.agent.log().count(text) >= times, 10, f"the line {text}")

    def domain(self):
        """The only domain that pinfoldctl shows."""
        (domain,) = json.loads(self.box.run(CTL, "status", "--json").stdout)["domains"]
        return domain

    def assert_asleep(self, client, entry, pin="135790"):
        self.agent.wait_no_pin(pin)
        self.assertEqual(client.state(entry), "asleep")
        domain = self.domain()
        self.assertEqual((domain["logged_in"], domain["asleep"]), (False, True))

    def assert_kept(self, client, entry, pin="135790"):
        self.assertEqual(client.state(entry), "user")
        lease, taken = client.take()
        self.assertEqual(taken, pin)
        self.assertEqual(client.call("end", lease, 1), ["ok", "cached"])
        pump()
        self.assertEqual(self.forgotten.seen, [])

    def settle_setting(self, key, value):
        """Changes a setting and waits until the agent has read it."""
        line = "The settings on forgetting were read"
        times = self.agent.log().count(line)
        self.setting(key, value)
        self.wait_log(line, times + 1)
