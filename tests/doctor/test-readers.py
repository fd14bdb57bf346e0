#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""doctor and the smart card service, polkit, readers, cards: real ones, each broken on purpose."""

import os
import signal
import socket
import sys
import threading

from doctorcase import DoctorCase, FakeService, Loop, dead_socket
from pinfoldtest import tap
from pinfoldtest.extent import FULL
from pinfoldtest.paths import need_tools
from pinfoldtest.pcsccard import RawCard

POLKIT = "org.freedesktop.PolicyKit1"
SYSTEMD = "org.freedesktop.systemd1"


class ServiceCase(DoctorCase):
    """The service is another for each look: what programs know of it is an environment variable."""

    def look(self, socket_path=None, prefix=(), **env):
        return self.doctor(prefix, env | ({"PCSCLITE_CSOCK_NAME": socket_path} if socket_path
                                          else {}))

    def assert_service(self, findings, problem, *words):
        self.assert_problem(findings, "pcscd", problem, *words)


class Service(ServiceCase):
    def test_not_there(self):
        self.assert_service(self.look(self.box.dir / "nowhere/pcscd.comm"), "pcscd-absent",
                            "Install pcscd", "pcscd.socket")

    def test_left_its_socket_behind(self):
        self.assert_service(self.look(dead_socket(self.box.dir / "stale.comm")), "pcscd-stale",
                            "left its socket", "restart")

    def listen(self, name):
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        server.bind(str(self.box.dir / name))
        server.listen()
        return server

    def test_closed_to_us(self):
        self.listen("closed.comm")
        path = self.box.dir / "closed.comm"
        path.chmod(0)
        rights = self.need_other_rights()
        self.assert_service(self.look(path, rights), "pcscd-closed", "SocketMode=0666")

    @tap.only_if(FULL)
    def test_refuses(self):
        """As a pcscd with polkit that does not want us: it hangs up."""
        server = self.listen("refuses.comm")

        def hang_up():
            try:
                while True:
                    server.accept()[0].close()
            except OSError:
                pass

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        try:
            self.assert_service(self.look(self.box.dir / "refuses.comm"), "pcscd-refuses",
                                "refuses", "polkit")
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()

    @tap.only_if(FULL)
    def test_speaks_another_language(self):
        """pcscd of another version than the library."""
        server = self.listen("other.comm")

        def answer():
            try:
                while True:
                    peer = server.accept()[0]
                    with peer:
                        request = peer.recv(4096)
                        peer.sendall(request[-12:-4] + (0x8010002C).to_bytes(4, sys.byteorder))
            except OSError:
                pass

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            self.assert_service(self.look(self.box.dir / "other.comm"), "pcscd-fails", "0x80100")
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


class SystemBus(ServiceCase):
    """polkit and systemd as a test says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.box.start_system_bus()
        cls.loop = Loop()
        cls.addClassCleanup(cls.loop.stop)

    def fake(self, *args, **kwargs):
        service = FakeService(self.box.env["DBUS_SYSTEM_BUS_ADDRESS"], *args, **kwargs)
        self.addCleanup(service.stop)

    def polkit(self, answers):
        self.asked = []

        def check(_subject, action, _details, _flags, _cancellation):
            self.asked.append(action)
            if action not in answers:
                raise RuntimeError(f"{POLKIT}.Error.Failed", f"Action {action} is not registered")
            return ((answers[action], False, {}),)

        self.fake(POLKIT, "/org/freedesktop/PolicyKit1/Authority", f"{POLKIT}.Authority",
                  {"CheckAuthorization": ((["(sa{sv})", "s", "a{ss}", "u", "s"], ["(bba{ss})"]),
                                          check)})

    @tap.only_if(FULL)
    def test_polkit_allows(self):
        self.polkit({"org.debian.pcsc-lite.access_pcsc": True,
                     "org.debian.pcsc-lite.access_card": True})
        findings = self.look()
        self.assert_ok(findings, "polkit")
        self.assertIn("lets you", findings["polkit"]["text"])
        self.assertEqual(len(self.asked), 2)

    def test_polkit_denies(self):
        self.polkit({"org.debian.pcsc-lite.access_pcsc": True,
                     "org.debian.pcsc-lite.access_card": False})
        self.assert_problem(self.look(), "polkit", "polkit-denies",
                            "(org.debian.pcsc-lite.access_card)", "ssh", "rule")

    @tap.only_if(FULL)
    def test_polkit_is_not_asked_by_pcscd(self):
        self.polkit({})
        findings = self.look()
        self.assert_ok(findings, "polkit")
        self.assertIn("does not ask", findings["polkit"]["text"])

    @tap.only_if(FULL)
    def test_no_polkit(self):
        self.assertNotIn("polkit", self.look())

    def unit(self, state):
        def get(_name):
            if state is None:
                raise RuntimeError("org.freedesktop.DBus.Error.FileNotFound", "no such unit")
            return (state,)

        self.fake(SYSTEMD, "/org/freedesktop/systemd1", f"{SYSTEMD}.Manager",
                  {"GetUnitFileState": ((["s"], ["s"]), get)})

    def test_masked(self):
        self.unit("masked")
        self.assert_service(self.look(), "pcscd-masked", "masked", "unmask")

    @tap.only_if(FULL)
    def test_installed_but_off(self):
        self.unit("disabled")
        self.assert_service(self.look(), "pcscd-off", "does not run", "enable --now")

    @tap.only_if(FULL)
    def test_not_installed(self):
        self.unit(None)
        self.assert_service(self.look(), "pcscd-absent", "Install")


class Names(DoctorCase):
    """What a slot says of its reader: 64 bytes, without the blanks at their end."""

    TOKEN = {"uri": "pkcs11:token=a", "label": "a", "serial": "1"}

    def test_card_that_is_known(self):
        for name, slot in (("R 00 00", "R 00 00"),
                           ("R" * 64 + " 00 00", "R" * 64),
                           ("R" * 63 + " 00 00", "R" * 63),
                           ("R" * 63 + "ü 00 00", "R" * 63 + "\ufffd")):
            self.script_helper({name: True}, [(slot, self.TOKEN)])
            self.assert_ok(findings := self.doctor(), f"reader:{name}")
            self.no_problem(findings, "card-unknown")

    def test_card_in_another_reader(self):
        for name, slot in (("R 00 00", "R 00 01"), ("R" * 63 + " 00 00", "R" * 62),
                           ("R" * 63 + " 00 00", "R" * 64), ("R", "")):
            self.script_helper({name: True}, [(slot, self.TOKEN)])
            self.assert_problem(self.doctor(), f"card:{name}", "card-unknown")


class MuteCard(threading.Thread):
    """In a virtual reader's slot. Commands and answers have two bytes of length before them; 4 asks
    for the ATR, and this one is longer than any: the card is there, and cannot be powered up."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self._socket = socket.create_connection(("127.0.0.1", port))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self._socket.shutdown(socket.SHUT_RDWR)
        self.join()
        self._socket.close()

    def run(self):
        while (command := self._socket.recv(3, socket.MSG_WAITALL)) != b"":
            if command[2] == 4:
                self._socket.sendall(b"\0\x28" + b"\x3b" * 40)


class Cards(ServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.readers = cls.box.readers()
        cls.card = cls.readers.card()
        cls.opensc = cls.readers.opensc()

    def setUp(self):
        self.conf = self.write_conf("cards", opensc=self.opensc)

    def look(self, **kwargs):
        return self.doctor(env={"PINFOLD_CONF": self.conf}, **kwargs)

    def about(self, kind, index=0):
        return f"{kind}:{self.readers.names[index]}"

    def token(self, findings):
        (about,) = (name for name in findings if name.startswith("token:"))
        return about

    @tap.only_if(FULL)
    def test_all_is_there(self):
        findings = self.look()
        self.assert_ok(findings, "pcscd", self.about("reader"), self.about("reader", 1),
                       "backend:opensc", self.token(findings))
        self.assertNotIn("cards", findings)
        self.assertNotIn("readers", findings)

    def test_no_card(self):
        self.card.remove()
        try:
            self.assert_problem(self.look(), "cards", "card-none", "Insert your card")
        finally:
            self.card.insert()

    @tap.only_if(FULL)
    def test_card_that_no_module_knows(self):
        self.conf = self.write_conf("cards", soft=self.soft)
        self.assert_problem(self.look(), self.about("card"), "card-unknown",
                            self.readers.names[0], "PKCS#11 module")

    @tap.only_if(FULL)
    def test_card_taken(self):
        raw = RawCard(self.box, self.readers.names[0], "exclusive")
        try:
            self.assert_problem(self.look(), self.about("reader"), "reader-taken", "for itself",
                                "scdaemon.conf")
        finally:
            raw.end()
        self.assert_ok(self.look(), self.about("reader"))

    @tap.only_if(FULL)
    def test_card_that_does_not_answer(self):
        """As one that is the wrong way round: the reader sees it, and has no ATR."""
        with MuteCard(self.readers.port + 1):
            self.readers.wait_present(1)
            self.assert_problem(self.look(), self.about("reader", 1), "card-mute",
                                self.readers.names[1], "Turn the card round")
        self.readers.wait_present(1, False)
        self.assert_ok(self.look(), self.about("reader", 1))

    def test_tries(self):
        self.card.reset_stats()
        about = self.token(self.look())
        for tries, problem, *words in ((1, "pin-last-try", "one try left", "no cached PIN"),
                                       (0, "pin-locked", "blocked", "PUK")):
            self.card.set_tries(tries)
            self.assert_problem(self.look(), about, problem, "Pinfold Test Card", *words)
        self.card.set_tries(3)
        self.assert_ok(self.look(), about)
        self.assertEqual(self.card.stats()["presentations"], 0)

    def test_logout_that_is_a_lie(self):
        self.assert_problem(self.look(), "logout:opensc", "logout-is-a-mark", "only a mark",
                            "reset-card always")
        self.box.run("gsettings", "set", "org.pinfold", "reset-card", "always")
        try:
            findings = self.look()
            self.assert_ok(findings, "logout:opensc")
            self.assertIn("only a mark", findings["logout:opensc"]["text"])
        finally:
            self.box.run("gsettings", "reset", "org.pinfold", "reset-card")


class Readers(ServiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.readers = cls.box.readers()

    def test_hangs(self):
        """doctor ends all the same, and says the rest."""
        os.kill(self.readers.pid(), signal.SIGSTOP)
        try:
            findings = self.look()
        finally:
            os.kill(self.readers.pid(), signal.SIGCONT)
        self.assert_service(findings, "pcscd-hangs", "does not answer", "restart pcscd")
        self.assert_ok(findings, "backend:soft", "configuration")

    def test_none(self):
        self.readers.unplug()
        try:
            self.assert_problem(self.look(), "readers", "reader-none", "Connect one")
            self.assert_problem(self.look(prefix=self.plugged("0b")), "readers",
                                "reader-no-driver", "no driver", "libccid")
            # A keyboard is no reader.
            self.assert_problem(self.look(prefix=self.plugged("03")), "readers", "reader-none")
        finally:
            self.readers.stop()
            self.readers.restart()

    def plugged(self, usb_class):
        """What runs a command where the kernel shows a USB device of that class."""
        need_tools("unshare")
        interface = self.box.dir / f"bus-{usb_class}/usb/devices/1-1:1.0"
        interface.mkdir(parents=True)
        (interface / "bInterfaceClass").write_text(f"{usb_class}\n")
        how = ["-m"] if os.geteuid() == 0 else ["-Urm"]
        return ("unshare", *how, "sh", "-c", 'mount --bind "$0" /sys/bus && exec "$@"',
                self.box.dir / f"bus-{usb_class}")


if __name__ == "__main__":
    tap.main()
