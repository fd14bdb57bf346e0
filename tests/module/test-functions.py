#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The table of functions in data/module.md, row by row: what the call does to windows, what it changes,
and what the agent is asked, as measured on the module itself."""

import re
import unittest

from pinfoldtest import mock, softhsm, tap
from pinfoldtest.mock import Mock
from pinfoldtest.paths import source_path
from pinfoldtest.pinfold import module_path

from functioncases import CASES
from scriptedbed import ScriptedCase, TOKEN, USER_STATE

# Whether an operation of a kind goes on is asked by its last call, which ends it.
PROBES = {"search": ("findnext", "{s}", "1"), "verify": ("verifyfinal", "{s}", "00")} | {
    kind: (kind + "final", "{s}", "size=null") for kind in ("digest", "sign", "encrypt", "decrypt")}
# What the mock does not have, nor SoftHSM.
ANSWERED = ["C_GetOperationState", "C_SetOperationState", "C_SignRecoverInit", "C_SignRecover",
            "C_VerifyRecoverInit", "C_VerifyRecover", "C_DigestEncryptUpdate", "C_DecryptDigestUpdate",
            "C_SignEncryptUpdate", "C_DecryptVerifyUpdate", "C_GetFunctionStatus", "C_CancelFunction"]
INITS = {"findinit": "search"} | {kind + "init": kind for kind in PROBES}


class Bed:
    """The module in front of SoftHSM by way of the spy, or of the mock."""

    def __init__(self, case):
        self.case = case
        self.d = None
        self.names = self.about = {}
        self.app_id = 5
        self.mock = Mock(case.box)
        self.is_scripted = None

    def presented(self):
        return self.mock.counts()["presentations"] if self.is_scripted else self.case.presented(self.d)

    def has_window(self):
        if not self.is_scripted:
            return self.case.spy.logged_in(self.d.pid)
        # One more operation costs a presentation, unless a window is open.
        before = self.presented()
        self.d.ok("sign", self.names["b"], self.names["k"], "RSA_PKCS", "00")
        return self.presented() == before

    def driver(self, scripted):
        if self.d is not None:
            self.d.close()
        self.is_scripted = scripted
        if scripted:
            self.d = self.case.pinfold.driver(env=self.mock.env | self.case.mock_env(self.mock))
        else:
            self.case.spy.clear()
            self.d = self.case.pinfold.driver(self.case.spy)
        return self.d

    def open_sessions(self):
        self.names = {name: self.d.open_session(self.about["slot"], "rw") for name in "sb"}
        self.names |= self.about

    def log_in(self):
        self.d.ok("login", self.names["s"], "user", mock.PIN if self.is_scripted else softhsm.PIN)
        self.name_objects()

    def name_objects(self):
        wanted = {"k": {"class": "private_key"}}
        if self.is_scripted:
            for name, kind in (("aes", "secret_key"), ("mac", "public_key")):
                self.d.ok("create", self.names["b"], f"class={kind}", "key_type=aes", f"label={name}",
                          "value=fill:16:41", "token=true", "private=true", "encrypt=true",
                          "decrypt=true", "verify=true")
        wanted |= {name: {"label": name} for name in ("aes", "mac", "open", "data")
                   if not self.is_scripted or name in ("aes", "mac")}
        for name, about in wanted.items():
            self.names[name] = self.d.find(self.names["b"], **about)[0]

    def prepare(self, case):
        """A program in the state that the case wants."""
        if self.names.get("s") and self.d.rv("sessioninfo", self.names["s"]) == "CKR_OK":
            self.d.ok("close", self.names["s"])
        is_good = self.d is not None and self.is_scripted == case.scripted and \
            case.state == "user" and "k" in self.names and self.d.rv("sessioninfo", self.names.get("b", 0)) == "CKR_OK" and \
            self.d.state(self.names["b"]) == USER_STATE and not self.has_window()
        if is_good:
            self.names["s"] = self.d.open_session(self.names["slot"], "rw")
        else:
            self.start(case)
        if case.scripted:
            self.mock.script(*(f"{name}=CKR_OK" for name in ANSWERED), v3=True)

    def start(self, case):
        self.driver(case.scripted)
        if case.scripted:
            self.mock.script(v3=True)
        self.app_id += 1
        self.about = {"slot": "@0" if case.scripted else TOKEN, "module": module_path(),
                      "id": self.app_id}
        self.names = self.about
        if case.state == "loaded":
            return
        self.d.ok("init", "os-locking")
        self.d.ok("appid", "set", 0, self.app_id)
        if case.state != "alone":
            self.open_sessions()
        if case.state == "user":
            self.log_in()

    def words(self, line):
        return line.format(**self.names, **self.case.texts).split()

    def look(self):
        """What can be seen of the program's state without changing it."""
        d, names = self.d, self.names
        if not d.cmd("info").ok:
            return {"library": False}
        seen = {"library": True, "sessions": [d.rv("sessioninfo", names.get(s, 0)) for s in "sb"]}
        answer = d.cmd("sessioninfo", names.get("b", 0))
        seen["login"] = answer.get("state")
        seen["token"] = d.cmd("tokeninfo", "@0").get("label")
        if answer.ok and seen["login"] == USER_STATE:
            found = d.find(names["b"])
            seen["objects"] = [d.cmd("getattr", names["b"], handle, "label").line for handle in found]
        return seen

    def find_active(self):
        """The kinds of operations of the session that go on; ends them."""
        if self.d.rv("sessioninfo", self.names.get("s", 0)) != "CKR_OK":
            return set()
        return {kind for kind, probe in PROBES.items()
                if self.d.rv(*self.words(" ".join(probe))) != "CKR_OPERATION_NOT_INITIALIZED"}


def tally(agent):
    return {name: int(count) for name, count in
            (word.split("=") for word in agent.call("all-calls"))}


def name_window(opened, was_open, is_open):
    if opened:
        return "stays" if is_open else "for the call"
    return "closes" if was_open and not is_open else "–"


def name_changes(before, after, is_session, begun, active):
    """What is seen of the program's state; what follows from another change is not named."""
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    if is_session:
        changed.add("sessions")
    for name in ("library", "sessions", "login"):
        if name in changed:
            return {name}
    if active != begun:
        changed.add("operation begins" if active - begun else "operation ends")
    return changed


def read_table():
    """Function -> its three cells, of the page."""
    text = source_path("data/module.md").read_text(encoding="utf-8")
    return {row[1]: row[2].split(" | ")
            for row in re.finditer(r"(?m)^\| `(CA?_\w+)` \| (.*) \|$", text)}


def expect(case, window, changes, asks):
    """A row as it can be measured."""
    unseen = {"PIN", "ID"}
    changes = set() if changes == "–" else set(changes.split(", ")) - unseen
    if case.scripted:  # nothing has happened but the answer
        changes = changes & {"login", "objects"}
    if case.function == "C_SetPIN":  # it is the agent that ends the login
        changes.remove("login")
    return {"its own login": "for the call"}.get(window, window), changes, set(re.findall(r"`(\w+)`", asks))


def list_functions():
    """The names of the two lists of the module, and of its own functions."""
    names = []
    for path, macro in (("function-list.h", "PF_FUNCTIONS_BEFORE_INFO"),
                        ("function-list.h", "PF_FUNCTIONS_AFTER_INFO"), ("pkcs11-v3.h", "PF_FUNCTIONS_3_0")):
        text = source_path("p11module", path).read_text(encoding="utf-8")
        body = re.search(rf"#define {macro}\(X\)((?:.*\\\n)*.*)", text)[1]
        names += re.findall(r"X\((\w+)\)", body)
        names += ["C_GetInfo"] if macro == "PF_FUNCTIONS_BEFORE_INFO" else []
    own = source_path("p11module/pinfold.h").read_text(encoding="utf-8")
    return names + re.findall(r"(?m)^CK_RV (CA_\w+)\(", own)


class Functions(ScriptedCase):
    texts = {}

    def setUp(self):
        super().setUp()
        d = self.driver()
        session = self.open_as(d, 5)
        d.ok("login", session, "user", softhsm.PIN)
        secret = ("token=true", "private=true", "extractable=true")
        d.ok("genkey", session, "aes", 16, "label=aes", "encrypt=true", "decrypt=true", "wrap=true", *secret)
        d.ok("genkey", session, "generic", 32, "label=mac", "sign=true", "verify=true", *secret)
        d.ok("genkey", session, "generic", 16, "label=open", "token=true", "private=false",
             "extractable=true", "sensitive=false")
        d.ok("create", session, "class=data", "label=data", "value=text:x", "token=true", "private=true")
        (public,) = d.find(session, **{"class": "public_key"})
        (aes,) = d.find(session, label="aes")
        self.texts = {
            "secret": d.ok("encrypt", session, public, "RSA_PKCS", "fill:16:41")["data"],
            "code": d.ok("sign", session, d.find(session, label="mac")[0], "SHA256_HMAC", "text:x")["data"],
            "sealed": d.ok("encrypt", session, aes, "AES_CBC_PAD:" + "00" * 16, "text:x")["data"]}
        d.ok("finalize")
        self.bed = Bed(self)

    def mock_env(self, backend):
        conf = self.box.dir / "mock.conf"
        self.pinfold.write_config(conf, {"mock": backend.path})
        return {"PINFOLD_CONF": str(conf)}

    def measure(self, case):
        """The row of a function: what happens to windows, what changes, what the agent is asked."""
        bed = self.bed
        bed.prepare(case)
        for line in case.before:
            answer = bed.d.ok(*bed.words(line))
            bed.names["new"] = answer.get("object")
        before = bed.look()
        begun = {INITS[line.split()[0]] for line in case.before if line.split()[0] in INITS}
        was_open = bool(case.before) if case.scripted else self.spy.logged_in(bed.d.pid)
        asked, presented = tally(self.agent), bed.presented()
        answer = bed.d.cmd(*bed.words(case.call))
        asked_after, opened = tally(self.agent), bed.presented() - presented
        self.assertIn(answer.rv, ("CKR_OK", "CKR_NO_EVENT", "CKR_SIGNATURE_INVALID"))
        after = bed.look()
        is_open = after["library"] and (not case.scripted or "k" in bed.names) and bed.has_window()
        active = bed.find_active() if after["library"] and not case.scripted else begun
        return (name_window(opened, was_open, is_open),
                name_changes(before, after, "session" in answer, begun, active),
                {name for name in asked_after if asked_after[name] != asked.get(name, 0)})

    def test_rows_are_true(self):
        table = read_table()
        # A token that was made anew has no PIN any more.
        for case in sorted(CASES, key=lambda case: (case.scripted, case.function == "C_InitToken")):
            with self.subTest(function=case.function):
                self.assertEqual(self.measure(case), expect(case, *table[case.function]))


class Table(unittest.TestCase):
    def test_has_each_function_once_in_order(self):
        names = list_functions()
        self.assertEqual(len(names), 68 + 24 + 3)
        self.assertEqual([case.function for case in CASES], names)
        self.assertEqual(list(read_table()), names)

    def test_windows_end_with_what_they_were_for(self):
        for function, (window, changes, _) in read_table().items():
            if window in ("stays", "closes"):
                with self.subTest(function=function):
                    self.assertEqual(changes, "operation begins" if window == "stays" else "operation ends")


if __name__ == "__main__":
    tap.main()
