#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What `./bootstrap run` shows: the main job done for real on a trial token, told step by step."""

import os
import shutil
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
os.environ["PINFOLD_BUILD"] = str(Path(sys.argv[1]).resolve())
sys.path[:0] = [str(SOURCE / "tests/lib")]
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from pinfoldtest import Spy, build_path  # noqa: E402
from trialplace import GROUP, LABEL, PIN, Place, TrialError, wait_until  # noqa: E402

SIGNATURES = 3
MARK = "PINFOLD_TRIAL_BUS"


def has_display():
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def has_bus():
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return bool(runtime) and os.path.exists(f"{runtime}/bus")


def step(text):
    print(f"\n* {text}", flush=True)


def tell(text):
    for line in str(text).rstrip().split("\n"):
        print(f"    {line}", flush=True)


def check(good, text):
    """A claim of the transcript: told when it is so, the end of the trial when it is not."""
    if not good:
        raise TrialError(f"not so: {text}")
    tell(text)


class Trial:
    """The steps. Each looks at what really is before it says so."""

    def __init__(self, place):
        self.place = place
        self.display = has_display()
        place.spy_log.unlink(missing_ok=True)
        self.spy = Spy(place, place.softhsm)
        self.spy.log = place.spy_log

    def token(self):
        made = self.place.make_token()
        step(f"A software token to try with: \"{LABEL}\", PIN {PIN}")
        tell(f"{'made now' if made else 'made by an earlier run'}, in {self.place.dir}")

    def programs(self):
        step("Pinfold is started from the build tree")
        place = self.place
        if place.ask_bus("org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner",
                         "org.pinfold.Agent"):
            raise TrialError("another agent of Pinfold runs in this session. End it and try again: "
                             "systemctl --user stop pinfold-agent.socket pinfold-agent.service")
        # The trial's own settings: the person's stay as they are.
        place.ctl("set", "sharing", "allow")
        agent = place.start_kept([build_path("agent/pinfold-agent")], "agent")
        if not wait_until(place.socket().exists):
            raise TrialError(f"the agent did not start; see {place.dir}/logs/agent.log")
        tell(f"agent: process {agent.pid}, keeps PINs, never loads a PKCS#11 module itself")
        if self.display:
            app = place.start_kept([build_path("app/pinfold"), "--gapplication-service"], "app")
            if not wait_until(place.has_prompter, 20):
                raise TrialError(f"the app did not start; see {place.dir}/logs/app.log")
            tell(f"app: process {app.pid}, the tray icon and the PIN dialog")
        else:
            tell("no display here, so no app: the PIN comes from this script instead of a dialog")

    def log_in(self):
        step("A first program (like a browser, or ssh) loads Pinfold's module and logs in")
        one = self.place.program(in_group=True)
        one.ok("init", "os-locking")
        session = one.open_session(f"={LABEL}")
        if self.display:
            tell(f"its C_Login names no PIN: type {PIN} into Pinfold's dialog")
            rv = one.rv("login", session, "user", "null", timeout=600)
            if rv == "CKR_FUNCTION_CANCELED":
                raise TrialError("cancelled in the dialog: nothing was sent to the token")
        else:
            rv = one.rv("login", session, "user", PIN)
        check(rv == "CKR_OK", f"C_Login: {rv}. That was the only time a PIN is entered")
        check(one.state(session) == "CKS_RO_USER_FUNCTIONS",
              "what the program sees:  logged in (CKS_RO_USER_FUNCTIONS)")
        check(not self.spy.logged_in(one.pid),
              "what the token sees:    logged out, as soon as the PIN was found to be right")
        return one, session

    def sign(self, one, session):
        step(f"It signs {SIGNATURES} times; the token is logged in only while it signs")
        (key,) = one.find(session, **{"class": "private_key"})
        for number in range(1, SIGNATURES + 1):
            before = self.spy.counts(one.pid, "CKR_OK")
            made = one.sign(session, key, f"document {number}".encode())
            after = self.spy.counts(one.pid, "CKR_OK")
            logins, logouts = (after[n] - before[n] for n in ("C_Login", "C_Logout"))
            check((logins, logouts) == (1, 1) and not self.spy.logged_in(one.pid),
                  f"signature {number}: {len(made)} bytes, {logins} login and {logouts} logout on the "
                  "token, which is logged out again")
        check(one.state(session) == "CKS_RO_USER_FUNCTIONS", "the program is still logged in")
        return key

    def share(self):
        step("A second program of the same group goes on without a PIN")
        group = ":".join(str(part) for part in GROUP)
        tell(f"both carry the application ID {group}; the trial's setting `sharing` is `allow`")
        two = self.place.program(in_group=True)
        two.ok("init", "os-locking")
        session = two.open_session(f"={LABEL}")
        check(two.state(session) == "CKS_RO_USER_FUNCTIONS",
              "it opens a session and is logged in: nobody was asked again")
        (key,) = two.find(session, **{"class": "private_key"})
        size = len(two.sign(session, key, b"another document"))
        check(not self.spy.logged_in(two.pid),
              f"it signs: {size} bytes; the token is logged out again")
        return two

    def refuse(self):
        step("A third program, outside the group, wants to use the key as well")
        three = self.place.program(in_group=False)
        three.ok("init", "os-locking")
        session = three.open_session(f"={LABEL}", "rw")
        check(three.state(session) == "CKS_RW_PUBLIC_SESSION", "its session is public")
        check(three.find(session, **{"class": "private_key"}) == [], "it finds no private key")
        rv = three.rv("create", session, "class=data", "label=x", "value=00", "private=true")
        check(rv == "CKR_USER_NOT_LOGGED_IN", f"refused: {rv}")
        check(self.spy.logins(three.pid) == [], "no PIN was sent to the token for it")
        three.close()

    def status(self):
        step("pinfoldctl status")
        tell(self.place.ctl("status").strip("\n"))
        check(len([d for d in self.place.logins() if d["logged_in"]]) == 1,
              "one login, and the two programs that share it")

    def forget(self, one, two, session, key):
        step("pinfoldctl forget")
        tell(self.place.ctl("forget").strip("\n"))
        check(not any(d["logged_in"] for d in self.place.logins()), "no PIN is kept any more")
        if not self.display:
            rv = one.rv("sign", session, key, "SHA256_RSA_PKCS", "00")
            check(rv == "CKR_USER_NOT_LOGGED_IN",
                  f"the first program signs once more, and there is nobody to ask: {rv}")
        else:
            tell("the next signature would ask for it in the dialog")
        one.close()
        two.close()
        check(wait_until(lambda: self.place.logins() == []), "the programs ended: no login is left")

    def run(self):
        self.token()
        self.programs()
        one, session = self.log_in()
        try:
            key = self.sign(one, session)
            two = self.share()
            self.refuse()
            self.status()
            self.forget(one, two, session, key)
        finally:
            one.close()


def leave_running(place):
    step("Pinfold goes on running for you")
    tell("the tray icon (or the window, if this desktop has no tray) shows tokens and logins;")
    tell("an inserted card appears beside the trial token")
    tell(f"try it: export SOFTHSM2_CONF={place.env['SOFTHSM2_CONF']}")
    tell(f"        pkcs11-tool --module {build_path('p11module/pinfold-pkcs11.so')} -L")
    tell(f"it ends with the session, or with a second ./bootstrap run; {place.dir} can be deleted")
    if os.environ.get(MARK):
        tell("there is no session bus here, so it also ends with this command: press Ctrl+C")
        try:
            wait_until(lambda: False, float("inf"))
        except KeyboardInterrupt:
            place.end()


def main():
    if not has_bus() and not os.environ.get(MARK):
        if not shutil.which("dbus-run-session"):
            sys.exit("trial: no session bus, and dbus-run-session is not installed")
        # The bus daemon complains on stderr about limits of containers; the trial keeps the real one.
        kept = os.dup(2)
        os.set_inheritable(kept, True)
        os.environ |= Place().env | {MARK: str(kept)}
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.execvp("dbus-run-session", ["dbus-run-session", "--", sys.executable, *sys.argv])
    if os.environ.get(MARK):
        os.dup2(int(os.environ[MARK]), 2)
    place = None
    try:
        place = Place()
        place.end_earlier()
        trial = Trial(place)
        trial.run()
    except (TrialError, AssertionError, KeyboardInterrupt) as error:
        print(f"\ntrial: {error or 'interrupted'}", file=sys.stderr)
        if place is not None:
            place.end()
        sys.exit(1)
    if trial.display:
        leave_running(place)
    else:
        place.end()
        step("That was all of it; what was started here has ended")


if __name__ == "__main__":
    main()
