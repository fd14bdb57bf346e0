#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""pinfoldctl doctor: the backends, the logout test on real and bad ones, and its documentation."""

import json
import os
import pty
import re
import signal
import subprocess
import termios
import unittest

from pinfoldtest import Sandbox, Spy, build_path, process, softhsm, source_path, tap, wait_for
from pinfoldtest import mock as mocktoken
from pinfoldtest import readers as piv

CTL = build_path("app/pinfoldctl")
HELPER = build_path("agent/pinfold-tokens")
MOCK_URI = f"pkcs11:serial={mocktoken.SERIAL}"
SOFT_URI = "pkcs11:token=pinfold-test"
PIV_URI = "pkcs11:manufacturer=piv_II"


class DoctorCase(unittest.TestCase):
    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)

    def configure(self, **modules):
        conf = self.box.dir / "pinfold.conf"
        lines = "".join(f"{name} = {path}\n" for name, path in modules.items())
        conf.write_text(f"[Modules]\n{lines}", encoding="utf-8")
        self.box.env["PINFOLD_CONF"] = str(conf)

    def softhsm(self, with_key=True):
        path = softhsm.setup(self.box)
        self.serial = softhsm.init_token(self.box)
        if with_key:
            softhsm.import_key(self.box)
        return path

    def mock(self, *rules, **settings):
        mock = mocktoken.Mock(self.box)
        mock.script(*rules, **settings)
        self.box.env.update(mock.env)
        self.configure(mock=mock.path)
        return mock

    def logout_test(self, uri, pin, *extra):
        done = self.box.run(CTL, "doctor", "--logout-test", uri, "--pin-fd", "0", *extra,
                            input=f"{pin}\n", check=False)
        self.assertNotIn(pin, done.stdout + done.stderr)
        return done

    def measure(self, uri, pin):
        done = self.logout_test(uri, pin, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def assertRefused(self, uri, pin, reason):
        done = self.logout_test(uri, pin)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(reason, done.stderr)


class Page(DoctorCase):
    """data/backends.md says what the tool measures."""

    def column(self, name):
        """{question: answer} of a backend; skips when the page has another version of it."""
        text = source_path("data/backends.md").read_text(encoding="utf-8")
        rows = [[cell.strip().strip("*") for cell in line.strip("|").split("|")]
                for line in text.splitlines() if line.startswith("|") and "---" not in line]
        if name not in rows[0]:
            raise unittest.SkipTest(f"the page has no column for {name}")
        index = rows[0].index(name)
        return {row[0]: row[index] for row in rows[1:]}

    def said(self, uri, pin):
        """The version, and {question: answer} in the words that pinfoldctl prints."""
        done = self.logout_test(uri, pin)
        self.assertEqual(done.returncode, 0, done.stderr)
        head, table, verdict = done.stdout.strip().split("\n\n")
        answers = dict(re.split(r" {2,}", line.strip()) for line in table.splitlines())
        return re.search(r"version (\S+)", head)[1], answers | {"Verdict": verdict}

    def known_verdict(self):
        (module,) = json.loads(self.box.run(HELPER, "list").stdout)["modules"]
        token = next(s["token"] for s in module["slots"] if s["token"] and s["token"]["label"])
        self.assertEqual(token["logout"]["measured_with"], module["version"])
        return token["logout"]["verdict"]

    def test_softhsm(self):
        self.configure(soft=self.softhsm())
        version, said = self.said(SOFT_URI, softhsm.PIN)
        page = self.column(f"SoftHSM {version}")
        cards = [question for question in page if question.startswith("The card stays")]
        self.assertEqual({page.pop(question) for question in cards}, {"—"})
        self.assertEqual(page, said)
        self.assertEqual(self.known_verdict(), self.measure(SOFT_URI, softhsm.PIN)["verdict"])

    def test_opensc_with_piv_card(self):
        readers = self.box.readers()
        readers.card()
        self.configure(opensc=readers.opensc())
        version, said = self.said(PIV_URI, piv.PIN)
        self.assertEqual(self.column(f"OpenSC {version}, PIV card"), said)
        self.assertEqual(self.known_verdict(), self.measure(PIV_URI, piv.PIN)["verdict"])


def has_in_memory(pid, pin):
    """False for one that has ended meanwhile, as those that list tokens do."""
    try:
        return bool(process.scan_memory(pid, pin.encode()))
    except (FileNotFoundError, ProcessLookupError):
        return False


class LogoutTest(DoctorCase):
    def test_sees_what_a_backend_allows(self):
        mock = self.mock(enforces_login=False)
        self.assertEqual(self.measure(MOCK_URI, mocktoken.PIN)["verdict"], "mark")
        mock.script(enforces_login=True)
        strict = self.measure(MOCK_URI, mocktoken.PIN)
        self.assertFalse(strict["usable_after_logout"] or strict["readable_after_logout"])
        # Its slot is one of hardware, but of no reader that could be asked.
        self.assertEqual(strict["verdict"], "ends-in-program")
        self.assertIsNone(strict["card_verified_after_logout"])

    def test_sees_a_card_that_is_locked_again(self):
        readers = self.box.readers()
        readers.card()
        self.configure(opensc=readers.opensc())
        conf = self.box.dir / "reset.conf"
        conf.write_text("app default {\n    reader_driver pcsc {\n"
                        "        disconnect_action = reset;\n    }\n}\n", encoding="utf-8")
        self.box.env["OPENSC_CONF"] = str(conf)
        result = self.measure(PIV_URI, piv.PIN)
        self.assertTrue(result["card_verified_after_close"])
        self.assertFalse(result["card_verified_after_finalize"])

    def test_keys_that_ask_each_time_are_not_used(self):
        readers = self.box.readers()
        card = readers.card(keys="9a=none,9d=none")
        self.configure(opensc=readers.opensc())
        card.reset_stats()
        result = self.measure(PIV_URI, piv.PIN)
        self.assertIsNone(result["usable_after_logout"])
        self.assertEqual(result["verdict"], "mark")
        stats = card.stats()
        self.assertEqual((stats["sign"]["9c"], stats["denied"]), (0, 0))

    def test_decrypts_where_nothing_signs(self):
        readers = self.box.readers()
        card = readers.card(keys="9a=none,9c=none")
        spy = Spy(self.box, readers.opensc())
        self.configure(opensc=spy.path)
        self.box.env.update(spy.env)
        card.reset_stats()
        self.assertIs(self.measure(PIV_URI, piv.PIN)["usable_after_logout"], True)
        self.assertGreater(card.stats()["sign"]["9d"], 0)
        counts = spy.counts()
        self.assertGreater(counts["C_Decrypt"], 0)
        self.assertEqual(counts["C_Sign"], 0)

    def test_sees_what_handles_do(self):
        for handles, change in (("fresh", True), ("stable", False)):
            self.mock(handles=handles)
            self.assertEqual(self.measure(MOCK_URI, mocktoken.PIN)["handles_change"], change)

    def test_logins_are_counted(self):
        mock = self.mock()
        logins = self.measure(MOCK_URI, mocktoken.PIN)["logins"]
        self.assertEqual(logins, 3)
        # One of them the token refuses because it is logged in.
        self.assertEqual(mock.counts()["presentations"], 2)

    def test_wrong_pin_is_sent_once(self):
        mock = self.mock()
        self.assertRefused(MOCK_URI, "9876", "rejected")
        self.assertEqual(mock.counts()["presentations"], 1)

    def test_wrong_pin_costs_a_card_one_try(self):
        readers = self.box.readers()
        card = readers.card()
        self.configure(opensc=readers.opensc())
        self.assertRefused(PIV_URI, "987654", "rejected")
        stats = card.stats()
        self.assertEqual((stats["presentations"], stats["pin_tries"]), (1, 2))
        card.set_tries(1)
        card.reset_stats()
        self.assertRefused(PIV_URI, piv.PIN, "last try")
        self.assertEqual(card.stats()["presentations"], 0)

    def test_tokens_at_risk_are_left_alone(self):
        mock = self.mock(to_be_changed=True)
        self.assertRefused(MOCK_URI, mocktoken.PIN, "must be changed")
        mock.script(to_be_changed=False)
        for tries in (1, 0):
            mock.set_tries(tries)
            self.assertRefused(MOCK_URI, mocktoken.PIN, "last try")
        self.assertEqual(mock.counts()["presentations"], 0)

    def test_other_length_is_not_sent(self):
        mock = self.mock()
        for pin in ("1", "1" * 200, "1" * 2000):
            self.assertRefused(MOCK_URI, pin, "the PIN is too long" if len(pin) > 512 else "length")
        self.assertEqual(mock.counts()["presentations"], 0)

    def test_line_end_of_another_system(self):
        mock = self.mock()
        self.measure(MOCK_URI, f"{mocktoken.PIN}\r")
        self.assertRefused(MOCK_URI, "\r", "no PIN")
        presented = mock.counts()["presentations"]
        # One within the PIN is the PIN's.
        self.assertRefused(MOCK_URI, "12\r34", "rejected")
        self.assertEqual(mock.counts()["presentations"], presented + 1)

    def test_nothing_typed(self):
        mock = self.mock()
        done = self.box.run(CTL, "doctor", "--logout-test", MOCK_URI, "--pin-fd", "0", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no PIN", done.stderr)
        self.assertEqual(mock.counts()["presentations"], 0)

    def test_keypad(self):
        self.mock(pinpad=True)
        self.assertRefused(MOCK_URI, mocktoken.PIN, "typed at its reader")

    def test_token_swapped_before_the_login(self):
        gate = self.box.dir / "gate"
        mock = self.mock(f"C_OpenSession=block:{gate}")
        ctl = self.box.start([CTL, "doctor", "--logout-test", MOCK_URI, "--pin-fd", "0"],
                             stdin=subprocess.PIPE, text=True)
        ctl.stdin.write(f"{mocktoken.PIN}\n")
        ctl.stdin.close()
        wait_for(lambda: any("logout-test" in line for line in self.helpers()), 10, "the test")
        mock.insert(serial="MOCK000000000002")
        gate.touch()
        self.assertEqual(ctl.wait(20), 1)
        for serial in (mocktoken.SERIAL, "MOCK000000000002"):
            self.assertEqual(mock.counts(serial)["presentations"], 0)

    def helpers(self):
        """The command lines of the helpers that run."""
        lines = []
        for pid in self.box.pids_of(HELPER):
            try:
                with open(f"/proc/{pid}/cmdline", encoding="utf-8") as line:
                    lines.append(line.read())
            except (FileNotFoundError, ProcessLookupError):
                pass
        return lines

    def test_pin_is_in_no_argument_and_no_environment(self):
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root may look into a process that is not dumpable")
        gate = self.box.dir / "gate"
        mock = self.mock(f"C_Login=block:{gate}")
        pin = "74921650"
        ctl = self.box.start([CTL, "doctor", "--logout-test", MOCK_URI, "--pin-fd", "0"],
                             stdin=subprocess.PIPE, text=True)
        ctl.stdin.write(f"{pin}\n")
        ctl.stdin.close()
        (helper,) = wait_for(lambda: [pid for pid in self.box.pids_of(HELPER)
                                      if has_in_memory(pid, pin)], 20, "the PIN")
        for pid in (helper, ctl.pid):
            for name in ("cmdline", "environ"):
                with open(f"/proc/{pid}/{name}", "rb") as text:
                    self.assertNotIn(pin.encode(), text.read())
        # The page is not left where the backend could find it.
        self.assertEqual(os.readlink(f"/proc/{helper}/fd/0"), "/dev/null")
        gate.touch()
        self.assertEqual(ctl.wait(20), 1)
        self.assertEqual(mock.counts()["wrong"], 1)

    def test_backend_that_crashes(self):
        self.mock("C_Logout=crash")
        self.assertRefused(MOCK_URI, mocktoken.PIN, "crashed")

    def test_killed_test_leaves_nothing(self):
        mock = self.mock("C_Login=hang")
        ctl = self.box.start([CTL, "doctor", "--logout-test", MOCK_URI, "--pin-fd", "0"],
                             stdin=subprocess.PIPE, text=True)
        ctl.stdin.write(f"{mocktoken.PIN}\n")
        ctl.stdin.close()
        wait_for(lambda: any("logout-test" in line for line in self.helpers()), 10, "the test")
        ctl.kill()
        ctl.wait()
        wait_for(lambda: self.box.pids_of(HELPER) == [], 10, "the helper's end")
        self.assertEqual(mock.counts()["ok"], 0)

    def test_token_without_a_key(self):
        self.configure(soft=self.softhsm(with_key=False))
        result = self.measure(SOFT_URI, softhsm.PIN)
        self.assertEqual(result["verdict"], "unknown")
        self.assertIsNone(result["usable_after_logout"])
        self.assertTrue(result["repeated_login_refused"])

    def test_token_that_needs_no_login(self):
        self.mock(login_required=False)
        done = self.box.run(CTL, "doctor", "--logout-test", MOCK_URI)
        self.assertIn("needs no login", done.stdout)

    def test_which_token(self):
        self.configure(soft=self.softhsm())
        softhsm.init_token(self.box, label="another")
        self.assertRefused("pkcs11:model=SoftHSM%20v2", softhsm.PIN, "more than one")
        self.assertRefused("pkcs11:token=nowhere", softhsm.PIN, "no token")
        for uri in ("nonsense", f"{SOFT_URI}?pin-value=74921650", "pkcs11:object=key"):
            done = self.logout_test(uri, "74921650")
            self.assertEqual((done.returncode, done.stdout), (2, ""))


class Terminal(DoctorCase):
    def start(self, *args):
        """pinfoldctl on a terminal of its own; returns its pid and the terminal's other end."""
        env = self.box.environment()
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(CTL, [str(CTL), "doctor", "--logout-test", MOCK_URI, *args], env)
        self.addCleanup(os.close, fd)
        self.seen = b""
        if not args:
            self.read_until(fd, "PIN of “Mock Token”".encode())
        return pid, fd

    def read_until(self, fd, text):
        while text not in self.seen:
            try:
                self.seen += os.read(fd, 4096)
            except OSError as end:
                raise AssertionError(f"ended with {self.seen}") from end

    @staticmethod
    def echoes(fd):
        return termios.tcgetattr(fd)[3] & termios.ECHO != 0

    def test_typed_without_echo(self):
        self.mock()
        pid, fd = self.start()
        self.assertFalse(self.echoes(fd))
        os.write(fd, f"{mocktoken.PIN}\n".encode())
        self.read_until(fd, b"Logout really ends access")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        self.assertNotIn(mocktoken.PIN.encode(), self.seen)

    def test_descriptor_that_is_a_terminal(self):
        self.mock()
        pid, fd = self.start("--pin-fd", "0")
        wait_for(lambda: not self.echoes(fd), 20, "silence")
        os.write(fd, f"{mocktoken.PIN}\n".encode())
        self.read_until(fd, b"Logout really ends access")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        self.assertNotIn(mocktoken.PIN.encode(), self.seen)
        self.assertTrue(self.echoes(fd))

    def test_interrupted(self):
        mock = self.mock()
        pid, fd = self.start()
        os.write(fd, b"12\x03")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), -signal.SIGINT)
        self.assertTrue(self.echoes(fd))
        self.assertEqual(mock.counts()["presentations"], 0)

    def test_no_terminal(self):
        self.mock()
        done = self.box.run(CTL, "doctor", "--logout-test", MOCK_URI, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no terminal", done.stderr)


class Backends(DoctorCase):
    def doctor(self, *args):
        return self.box.run(CTL, "doctor", *args, check=False).stdout

    def test_lists_them(self):
        mock = mocktoken.Mock(self.box)
        self.box.env.update(mock.env)
        self.configure(soft=self.softhsm(), mock=mock.path, gone="/nonexistent/module.so")
        text = self.doctor()
        self.assertIn(f"serial={self.serial};token=pinfold-test\n      Logout really ends", text)
        self.assertRegex(text, rf"serial={mocktoken.SERIAL}.*\n      .*was not measured")
        self.assertRegex(text, r"gone +/nonexistent/module.so\n    \S")
        backends = {b["name"]: b for b in json.loads(self.doctor("--json"))["backends"]}
        self.assertTrue(backends["soft"]["ok"] and backends["mock"]["ok"])
        self.assertFalse(backends["gone"]["ok"])

    def test_report_names_nothing(self):
        home = self.box.env["HOME"]
        self.configure(soft=self.softhsm(), gone=f"{home}/module.so")
        for text in (self.doctor("--report"), self.doctor("--report", "--json")):
            self.assertIn("SoftHSM v2", text)
            for word in (self.serial, self.serial[-8:], "pinfold-test", home):
                self.assertNotIn(word, text)
        self.assertIn(self.serial, self.doctor())
        self.assertIn(home, self.doctor())

    def test_usage(self):
        for args in (["x"], ["--what"], ["--pin-fd", "0"], ["--logout-test"],
                     ["--logout-test", MOCK_URI, "--pin-fd", "-4"]):
            done = self.box.run(CTL, "doctor", *args, check=False)
            self.assertEqual(done.returncode, 2, args)


if __name__ == "__main__":
    tap.main()
