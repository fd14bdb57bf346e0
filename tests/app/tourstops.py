# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Every window of the app, every page of one, and every dialog: a line each.

A new window is one line here, and then held to all that tourcase.py has; tests/README.md says how.
"""

from dataclasses import dataclass, field
from typing import Callable

from windowtour import CARD, FLAGS, LABEL, READER, SOFT, Tour

PROGRAM = {"program": "Firefox", "program_icon": "firefox", "program_known": True,
           "executable": "/usr/lib/firefox/firefox", "pid": 4711}
TOKEN = {"token_label": LABEL, "token_serial": "00000001", "token_model": "PKCS#15", "reader": READER,
         "min_len": 4, "max_len": 8}
LOGIN = PROGRAM | TOKEN | {"purpose": "login", "key_label": "Signature key", "tries_left": 3}
PERMISSION = PROGRAM | TOKEN | {"purpose": "login", "shared_id": "1207:42", "may_remember": True,
                                "users": ["Thunderbird", "ssh"]}
CHANGE = PROGRAM | TOKEN | {"purpose": "change", "tries_left": 3}
LONG = ("Personalausweis-Signaturanwendung der Donaudampfschifffahrtsgesellschaft, "
        "Zweigniederlassung Oberammergau-Unterammergau")
CARDS = {"readers": [{"name": READER, "present": True, "token_uri": CARD},
                     {"name": "Empty reader", "present": False},
                     {"name": "Odd reader", "present": True}]}


@dataclass
class Stop:
    """A window, or a page or a state of one."""

    name: str
    open: Callable  # takes the tour, returns the window
    shows: str = None  # a text of the sources, by which it is known
    is_dialog: bool = False  # Escape closes it, and what has been opened for it
    is_last: bool = False  # Escape closes all but the main window
    is_menu: bool = False  # a popover in the window; Escape closes it
    is_prompt: bool = False  # the agent has asked for it; Escape closes it
    is_variant: bool = False  # of another stop, for full runs
    is_foreign: bool = False  # GTK's own, which is only to go by Escape
    enter: str = None  # the button that Enter presses; "": nothing is waiting for it
    types: dict = field(default_factory=dict)  # by entry, before Enter is pressed there
    is_sent: Callable = None  # takes the tour: did Enter do it?


def window(name, shows, *tokens, page="Tokens", is_variant=False, **report):
    def open_it(tour):
        tour.report(*tokens, **report)
        return tour.main_window(page)

    return Stop(name, open_it, shows, is_variant=is_variant)


def empty(name, shows, is_variant=False, **report):
    def open_it(tour):
        tour.report_nothing(**report)
        return tour.main_window()

    return Stop(name, open_it, shows, is_variant=is_variant)


def settings(page, shows, name=None, prepare=None, **more):
    """Of the dialog that is there, or of a new one."""
    def open_it(tour):
        if prepare is not None:
            prepare(tour)
        return tour.settings(page)

    return Stop(f"settings-{page.lower()}{name or ''}", open_it, shows, **more)


def locked(page, **more):
    return Stop(f"settings-{page.lower()}-locked", lambda tour: tour.locked_settings(page),
                "Set by the administrator in %s", **more)


LAST = {"is_dialog": True, "is_last": True}
# GTK's own, which our dialogs are behind.
CHOOSER = {"is_foreign": True, "is_variant": True}


def above_settings(name, page, button, enter, **more):
    return Stop(f"settings-{name}", lambda tour: tour.above_settings(page, button), is_dialog=True,
                enter=enter, **more)


def prompt(name, method, details, enter, shows=None, then=None, **more):
    """PromptingAgent's method, and what then does with the tour."""
    def open_it(tour):
        def go_on(request):
            if then is not None:
                then(tour, request)

        return tour.asked(getattr(tour.prompting, method), go_on, **details)

    return Stop(name, open_it, shows, is_prompt=True, enter=enter, **more)


def task(name, enter, *parameters, **more):
    return Stop(f"task-{name}", lambda tour: tour.new_window(tour.activate, name, *parameters),
                is_dialog=True, enter=enter, **more)


def quit_later(tour):
    """While a token is at work."""
    tour.working_import()
    return tour.new_window(tour.activate, "quit")


def type_different(tour):
    """What cannot be sent as it is."""
    window = tour.new_window(tour.activate, "create-token")
    for name, text in (("PIN", "123456"), ("Repeat PIN", "654321")):
        tour.act(window, name, "password text", "type", text)
    tour.act(window, "Name", "text", "type", "Office")
    return window


def lose_agent(tour):
    tour.agent.stop()
    return tour.main_window()


def find_agent(tour):
    """Another one, that has seen nothing yet."""
    tour.start_agent()
    tour.agent.history = []
    tour.report()
    return tour.main_window("History")


def offer(tour):
    tour.offer(**PERMISSION)
    return tour.main_window()


def fail(tour):
    tour.withdraw_offer()
    window = tour.main_window()
    tour.agent.refuses = ("Forget",)
    tour.act(window, "Forget All PINs")
    return window


def without(details, *keys):
    return {key: value for key, value in details.items() if key not in keys}


def note(tour):
    """What is said when a dialog ends because the PIN is blocked."""
    tour.asked(tour.prompting.ask, **LOGIN)
    return tour.new_window(tour.close_prompt, "locked")


def close_main_window(tour):
    tour.case.give_keyboard(tour.main_window())
    return tour.new_window(tour.case.press, "<Control>w")


def add_faulty_module(tour):
    file = tour.box.dir / "text.so"
    file.write_text("no library", encoding="utf-8")
    tour.configure("")
    window = tour.settings("Modules")
    tour.choose(tour.new_window(tour.act, window, "Add Module…"), file, "_Choose")
    return window


def spoil_file(tour):
    """The page reads it when the dialog gets the keyboard back."""
    tour.configure("what is this\n")
    tour.case.give_keyboard(tour.words.get("Pinfold"))


def save_nowhere(tour):
    chooser = tour.new_window(tour.act, tour.certificate(), "Export…")
    return tour.new_window(tour.choose, chooser, "/proc/certificate.pem", "_Export")


PIN = {"PIN": "1234"}
CONSENT = PERMISSION
UNKNOWN = without(PERMISSION, "program", "program_known", "executable", "pid")

WINDOW = [
    Stop("welcome-nothing", lambda tour: (tour.report_nothing(), tour.welcome())[1],
         "Connect a card reader and insert your card. It appears here by itself."),
    Stop("welcome", lambda tour: (tour.report(), tour.welcome())[1], "Tokens found",
         is_dialog=True, is_last=True),
    window("window", "Anna Beispiel", {"tries_left": 3},
           modules=[{"name": "mock", "description": "Mock token"}]),
    Stop("menu", Tour.main_menu, "Settings", is_menu=True),
    Stop("token-menu", Tour.token_menu, "Change PIN…", is_menu=True),
    Stop("certificate", Tour.certificate, is_dialog=True),
    window("window-cards", "Card not recognized", **CARDS),
    window("window-reading", "Reading the card…",
           {"uri": SOFT, "reader": None, "label": "Test keys"}, reading=True, domains=[]),
    window("window-software", "The token is not there any more.",
           {"uri": SOFT, "reader": None, "label": "Test keys"}, reader=False),
    window("window-blocked", "PIN blocked", {"flags": [*FLAGS, "USER_PIN_LOCKED"]}),
    window("window-last-try", "Last try", {"tries_left": 1}, is_variant=True),
    empty("nothing", "No card reader and no token"),
    empty("nothing-no-driver", "No card driver", modules=()),
    empty("nothing-looking", "Looking for tokens…", reading=True, modules=(),
          is_variant=True),
    empty("nothing-no-service", "The smart card service is not running", reader_service=False),
    window("history", "Signed", page="History"),
    Stop("window-lost", lose_agent, "PIN caching is off: the agent is not running"),
    Stop("history-lost", lambda tour: tour.main_window("History"), "The agent is not running",
         is_variant=True),
    settings("Permissions", "The agent is not running", "-lost", is_variant=True),
    settings("Keyring", "The agent is not running.", "-lost", is_variant=True, **LAST),
    Stop("history-nothing", find_agent, "Nothing has happened yet"),
    Stop("window-offer", offer, "%s could use the login of “%s”"),
    Stop("window-failed", fail, "The PIN could not be forgotten: the agent did not answer."),
    Stop("about", lambda tour: tour.new_window(tour.activate, "about"), is_dialog=True),
    # Before the administrator's settings, which hold until others are read.
    task("rename-token", "Rename", CARD),
]

SETTINGS = [
    settings("General", "Cache PINs"),
    settings("Forgetting", "Forget PINs"),
    settings("Tokens", "Anna Beispiel"),
    settings("Permissions", "Thunderbird"),
    above_settings("revoke-all", "Permissions", "Revoke All…", "Cancel",
                   is_sent=lambda tour: len(tour.titles()) == 2),
    settings("Keyring", "PINs in the keyring"),
    settings("Modules", "Works: %s"),
    settings("Programs", "OpenSSH"),
    settings("Groups", "Office"),
    above_settings("new-group", "Groups", "Add Group…", "Save", types={"Name": "Mail"},
                   is_sent=lambda tour: "Mail" in tour.probe.look().labels),
    above_settings("rename-group", "Groups", "Rename Group", "Save"),
    above_settings("program", "Groups", "Add Program…", "Add"),
    Stop("choose-program",
         lambda tour: tour.new_window(tour.act, tour.above_settings("Groups", "Add Program…"),
                                      "Choose File…"), **CHOOSER),
    Stop("choose-module", lambda tour: tour.above_settings("Modules", "Add Module…"), **CHOOSER),
    settings("Tokens", "No tokens", "-nothing", Tour.report_nothing),
    settings("Groups", "No groups yet", "-nothing", lambda tour: tour.set_groups("[]")),
    settings("Permissions", "No decisions yet", "-nothing", lambda tour: tour.agent.decide([])),
    settings("Keyring", "There is no PIN in the keyring.", "-nothing",
             lambda tour: tour.agent.store("ready")),
    settings("Keyring", "The keyring is locked. It is not unlocked for Pinfold: until you do that "
             "elsewhere, you are asked for PINs.", "-closed",
             lambda tour: tour.agent.store("locked")),
    settings("Modules", "Your configuration file has faults. It is not changed here until they "
             "are corrected.", "-faulty", spoil_file, **LAST),
    locked("General"),
    *(locked(page, is_variant=True) for page in ("Forgetting", "Tokens", "Groups", "Permissions",
                                                 "Keyring")),
    locked("Modules", **LAST),
    Stop("settings-modules-failed", add_faulty_module,
         "“%s” cannot be used and was not added: %s", is_variant=True, **LAST),
]

PROMPTS = [
    prompt("pin", "ask", LOGIN, "Unlock", types=PIN, is_sent=lambda tour: tour.prompting.answers),
    prompt("pin-last-try", "ask", LOGIN | {"tries_left": 1}, "Unlock",
           "Last try: one more wrong PIN blocks the token"),
    prompt("pin-blocked", "ask", LOGIN | {"tries_left": 0}, "Unlock"),
    prompt("pin-wrong", "ask", LOGIN, "Unlock", "Wrong PIN. Last try: one more wrong PIN blocks "
           "the token", lambda tour, request: tour.prompting.retry(request, request + 1,
                                                                   tries_left=1)),
    prompt("pin-keyring", "ask", LOGIN | {"keyring": "empty"}, "Unlock", "Remember in my keyring"),
    prompt("pin-refused", "ask", LOGIN | {"keyring": "refused"}, "Unlock",
           "The PIN in your keyring was wrong. It was removed from there."),
    prompt("pin-context", "ask", LOGIN | {"purpose": "context", "operation": "sign"}, "Unlock"),
    prompt("pin-long", "ask", LOGIN | {"program": LONG, "key_label": LONG, "token_label": LONG[:32],
                                       "reader": LONG}, "Unlock"),
    prompt("sign", "ask_confirm", LOGIN | {"purpose": "context", "operation": "sign"}, "Cancel",
           is_sent=lambda tour: tour.prompting.cancelled[-1:] == [tour.request]),
    prompt("last-try", "ask_confirm", LOGIN | {"purpose": "last-try", "tries_left": 1}, "Cancel",
           "Use Last Try"),
    prompt("consent", "ask_consent", PERMISSION, "Cancel", "Always allow",
           is_sent=lambda tour: tour.prompting.cancelled[-1:] == [tour.request]),
    prompt("consent-script", "ask_consent", PERMISSION | {
        "program": "backup.py", "script": f"/usr/share/{LONG}.py", "group": LONG}, "Cancel"),
    prompt("consent-unknown", "ask_consent", UNKNOWN, "Cancel"),
    prompt("change-pin", "ask_change", CHANGE, "Change PIN",
           types={"Present PIN": "1234", "New PIN": "2345", "Repeat new PIN": "2345"},
           is_sent=lambda tour: tour.prompting.changes),
    prompt("set-pin", "ask_change", CHANGE | {"purpose": "set"}, "Set PIN"),
    Stop("note", note, is_dialog=True, enter="Close",
         is_sent=lambda tour: len(tour.titles()) == 1),
]

TASKS = [
    task("change-pin", "Change PIN", CARD),
    task("unblock-pin", "Unblock", CARD),
    task("set-pin", "Set PIN", CARD),
    task("create-token", "Create"),
    Stop("task-create-different", type_different, "The repetition is different.", is_dialog=True,
         is_variant=True),
    task("delete-token", "Delete", SOFT),
    Stop("choose-import", lambda tour: tour.new_window(tour.activate, "import", CARD),
         **CHOOSER),
    Stop("choose-export", lambda tour: tour.new_window(tour.act, tour.certificate(), "Export…"),
         **CHOOSER),
    Stop("task-import", Tour.import_file, is_dialog=True, enter="Import"),
    Stop("task-import-refused",
         lambda tour: tour.send_import("Wrong password.", "wrong"), "Wrong password.",
         is_dialog=True, is_variant=True),
    Stop("task-import-working", Tour.working_import, "The token checks the PIN…", is_dialog=True),
    Stop("task-generate", Tour.generate, is_dialog=True, enter="Generate"),
    Stop("task-generate-working", Tour.working_generation,
         "The token makes the key. That can take some minutes…", is_dialog=True),
    Stop("task-generate-done", Tour.generated, is_dialog=True, enter="Save Public Key…"),
    Stop("quit-later", quit_later, "Pinfold quits when the token is done", is_dialog=True,
         is_variant=True, enter="Quit When Done"),
    Stop("not-saved", save_nowhere, is_dialog=True, is_variant=True, enter="Close"),
    Stop("closing-hint", close_main_window, is_dialog=True, enter="Close"),
]

STOPS = [*WINDOW, *SETTINGS, *PROMPTS, *TASKS]
