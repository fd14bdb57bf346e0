# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""The agent's two sides as a test dictates them: what the real agent says only after accidents."""

import contextlib
import mmap
import os
import struct
from pathlib import Path

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib

from appcase import interface

CACHE_PATH = "/org/pinfold/Cache"
PROMPTER_PATH = "/org/pinfold/Prompter"
PROMPTER = "org.pinfold.Prompter1"
PIN_PAGE_HEADER = struct.Struct("=I")


class PromptingAgent:
    """Cache1 for a prompter, on the session's private socket."""

    def __init__(self, box):
        self.folder = Path(box.env["XDG_RUNTIME_DIR"], "pinfold")
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.connection = None
        self.registered = 0
        self.answers = []  # (request, descriptor of the page)
        self.changes = []  # (request, descriptors of the present PIN, that of the new one)
        self.cancelled = []
        self.confirmed = []
        self.decisions = []  # (request, word)
        self.remembered = []  # what AnswerPinWith said; None of AnswerPin
        self.held = []  # invocations that are not answered yet
        self.hold_answers = False
        self.hold_registrations = False
        self.answer_error = None
        self._server = Gio.DBusServer.new_sync(f"unix:path={self.folder}/agent",
                                               Gio.DBusServerFlags.NONE, Gio.dbus_generate_guid(),
                                               None, None)
        self._server.connect("new-connection", self._on_new_connection)
        self._server.start()

    def stop(self):
        """Ends as an agent does that is killed: the socket file goes with its successor."""
        self._server.stop()
        # Of an app that has died it may be closed, or be on its way there.
        if self.connection is not None:
            with contextlib.suppress(GLib.Error):
                self.connection.close_sync(None)
        self.connection = None
        (self.folder / "agent").unlink(missing_ok=True)

    def _on_new_connection(self, _server, connection):
        connection.register_object(CACHE_PATH, interface("org.pinfold.Cache1"),
                                   self._on_method_call, None, None)
        self.connection = connection
        return True

    def _on_method_call(self, _connection, _sender, _path, _iface, method, args, invocation):
        if method == "RegisterPrompter":
            self.registered += 1
            if self.hold_registrations:
                self.held.append(invocation)
                return
        elif method == "CancelPrompt":
            self.cancelled.append(args[0])
        elif method == "AnswerConfirm":
            self.confirmed.append(args[0])
        elif method == "AnswerConsent":
            self.decisions.append(args.unpack())
            if self.answer_error:
                invocation.return_dbus_error(self.answer_error, "as the test wants")
                return
        elif method in ("AnswerPin", "AnswerPinWith", "AnswerChange"):
            fds = invocation.get_message().get_unix_fd_list()
            if method.startswith("AnswerPin"):
                options = args[2] if method == "AnswerPinWith" else {}
                self.remembered.append(options.get("remember"))
                self.answers.append((args[0], fds.get(args[1])))
            else:
                self.changes.append((args[0], [fds.get(n) for n in args[1]], fds.get(args[2])))
            if self.hold_answers:
                self.held.append(invocation)
                return
            if self.answer_error:
                invocation.return_dbus_error(self.answer_error, "as the test wants")
                return
        invocation.return_value(None)

    def release_answers(self):
        for invocation in self.held:
            invocation.return_value(None)
        self.held = []

    def call(self, method, signature, *args):
        """Calls the app and returns nothing; raises GLib.Error as the app answers."""
        self.connection.call_sync(None, PROMPTER_PATH, PROMPTER, method,
                                  GLib.Variant(signature, args), None, 0, 60000, None)

    def ask(self, request, **details):
        self.call("AskPin", "(ta{sv})", request, variants(details))

    def ask_confirm(self, request, **details):
        self.call("AskConfirm", "(ta{sv})", request, variants(details))

    def ask_change(self, request, **details):
        self.call("AskChange", "(ta{sv})", request, variants(details))

    def ask_consent(self, request, **details):
        self.call("AskConsent", "(ta{sv})", request, variants(details))

    def offer_consent(self, request, **details):
        self.call("OfferConsent", "(ta{sv})", request, variants(details))

    def retry(self, previous, request, **details):
        self.call("Retry", "(tta{sv})", previous, request, variants(details))

    def close(self, request, reason):
        self.call("Close", "(ts)", request, reason)


def variants(details):
    """Keyword arguments as Prompter1's details: underscores are hyphens."""
    types = {"pid": "u", "min-len": "u", "max-len": "u", "tries-left": "u", "token-flags": "t",
             "program-known": "b", "may-remember": "b", "users": "as"}
    named = {key.replace("_", "-"): value for key, value in details.items()}
    return {key: GLib.Variant(types.get(key, "s"), value) for key, value in named.items()}


def read_page(fd):
    """What the PIN page behind a descriptor holds now."""
    with mmap.mmap(fd, os.fstat(fd).st_size, prot=mmap.PROT_READ) as page:
        length, = PIN_PAGE_HEADER.unpack_from(page)
        return bytes(page[PIN_PAGE_HEADER.size:PIN_PAGE_HEADER.size + length])


def is_page_zero(fd):
    with mmap.mmap(fd, os.fstat(fd).st_size, prot=mmap.PROT_READ) as page:
        return not any(page[:])


CONSENT = {"id": "s", "program": "s", "program-icon": "s", "executable": "s", "script": "s",
           "sandbox": "s", "token-uri": "s", "shared-id": "s", "group": "s", "decision": "s",
           "since": "x"}
HISTORY = {"id": "t", "serial": "t", "when": "x", "since": "x", "event": "s", "count": "u",
           "program": "s", "executable": "s", "pid": "u", "token-uri": "s", "app-id": "s",
           "operation": "s", "key-label": "s", "reason": "s", "setting": "s", "value": "s"}


class ReportingAgent:
    """Agent1 on the session bus, with the status a test gives it."""

    def __init__(self, bus):
        self.status = {}
        self.forgotten = []
        self.closed = []  # (token, ID)
        self.consents = []
        self.revoked = []
        self.history = []  # latest first
        self.looks = []  # what GetHistory was asked for
        self.keyring = "off"
        self.stored = []
        self.removed = []
        self.looked = 0  # calls of Diagnose
        self.refuses = ()  # names of methods that fail
        self.hangs = False  # no question gets an answer
        self.asked = 0
        self.called = []  # every method, in order
        self._bus = bus
        self._object = bus.register_object("/org/pinfold/Agent",
                                           interface("org.pinfold.Agent1"),
                                           self._on_method_call, self._on_get_property, None)
        self._name = Gio.bus_own_name_on_connection(bus, "org.pinfold.Agent", 0, None, None)

    def _on_get_property(self, _connection, _sender, _path, _iface, name):
        return {"Version": GLib.Variant("u", 1), "CacheMode": GLib.Variant("s", "process"),
                "PrompterPresent": GLib.Variant("b", True)}[name]

    def _on_method_call(self, _connection, _sender, _path, _iface, method, args, invocation):
        self.called.append(method)
        if method in self.refuses:
            invocation.return_dbus_error("org.example.Refused", "as the test wants")
        elif self.hangs:
            self.asked += method == "GetStatus"
        elif method == "GetStatus":
            self.asked += 1
            invocation.return_value(GLib.Variant("(a{sv})", (self.status,)))
        elif method in ("BeginTokenChange", "NoteTokenChange"):
            invocation.return_value(None)
        elif method == "Diagnose":
            self.looked += 1
            invocation.return_value(GLib.Variant.new_tuple(GLib.Variant("aa{sv}", [])))
        elif method == "Forget":
            self.forgotten.append(args[0])
            invocation.return_value(GLib.Variant("(u)", (1,)))
        elif method == "CloseId":
            self.closed.append(args.unpack())
            invocation.return_value(GLib.Variant("(b)", (True,)))
        elif method == "ListConsents":
            invocation.return_value(GLib.Variant.new_tuple(_list(self.consents, CONSENT)))
        elif method == "GetHistory":
            self.looks.append(args[0])
            found = [e for e in self.history if e["serial"] > args[0]]
            invocation.return_value(GLib.Variant.new_tuple(_list(found, HISTORY)))
        elif method == "RevokeConsent":
            self.revoked.append(args[0])
            kept = [c for c in self.consents if args[0] not in ("", c["id"])]
            count = len(self.consents) - len(kept)
            self.decide(kept)
            invocation.return_value(GLib.Variant("(u)", (count,)))
        elif method == "ListStoredPins":
            pins = _list(self.stored, {"token-uri": "s", "label": "s", "since": "x"})
            invocation.return_value(GLib.Variant.new_tuple(GLib.Variant("s", self.keyring), pins))
        elif method == "RemoveStoredPin":
            self.removed.append(args[0])
            kept = [pin for pin in self.stored if pin["token-uri"] != args[0]]
            count = len(self.stored) - len(kept)
            self.store(self.keyring, kept)
            invocation.return_value(GLib.Variant("(u)", (count,)))

    def store(self, keyring, stored=()):
        """Changes the keyring's state, and what is in it, and says so."""
        self.keyring, self.stored = keyring, stored
        self._bus.emit_signal(None, "/org/pinfold/Agent", "org.pinfold.Agent1",
                              "StoredPinsChanged", None)
        self._bus.flush_sync(None)

    def decide(self, consents):
        """Changes what the person has decided and says so."""
        self.consents = consents
        self._bus.emit_signal(None, "/org/pinfold/Agent", "org.pinfold.Agent1", "ConsentsChanged",
                              None)
        self._bus.flush_sync(None)

    def happen(self, *entries):
        """The history is entries and what was before; says so, as if somebody had looked."""
        changed = {e["id"] for e in entries}
        self.history = [*entries, *(e for e in self.history if e["id"] not in changed)]
        self._bus.emit_signal(None, "/org/pinfold/Agent", "org.pinfold.Agent1", "HistoryChanged",
                              None)
        self._bus.flush_sync(None)

    def report(self, readers=(), tokens=(), domains=(), modules=({"name": "soft"},),
               reader_service=True, reading=False):
        """Changes the status and says so."""
        self.status = {
            "version": GLib.Variant("s", "1"),
            "cache_mode": GLib.Variant("s", "process"),
            "readers": _list(readers, {"name": "s", "present": "b", "token_uri": "s"}),
            "tokens": _list(tokens, {"uri": "s", "label": "s", "reader": "s", "flags": "as",
                                     "logout": "s", "module": "s", "tries_left": "u",
                                     "never_cached": "s", "generates": "b"}),
            "domains": GLib.Variant("aa{sv}", [_domain(d) for d in domains]),
            "reader_service": GLib.Variant("b", reader_service),
            "reading": GLib.Variant("b", reading),
            "modules": _list(modules, {"name": "s", "path": "s", "fault": "s",
                                       "description": "s"}),
        }
        self._bus.emit_signal(None, "/org/pinfold/Agent", "org.pinfold.Agent1", "Changed", None)
        self._bus.flush_sync(None)

    def say_forgotten(self, reason, token_uri="pkcs11:token=any", app_id="1:2"):
        self._bus.emit_signal(None, "/org/pinfold/Agent", "org.pinfold.Agent1", "Forgotten",
                              GLib.Variant("(sss)", (token_uri, app_id, reason)))
        self._bus.flush_sync(None)

    def stop(self):
        if self._name:
            Gio.bus_unown_name(self._name)
            self._bus.unregister_object(self._object)
        self._name = None


def _typed(entry, types):
    return {key: GLib.Variant(types[key], value) for key, value in entry.items()}


def _list(entries, types):
    return GLib.Variant("aa{sv}", [_typed(entry, types) for entry in entries])


def _domain(entry):
    types = {"app_id": "s", "token_uri": "s", "logged_in": "b", "asleep": "b", "open": "b",
             "since": "x", "idle_s": "x", "expires_s": "x"}
    members = _list(entry.get("members", ()), {"pid": "u", "exe": "s", "name": "s",
                                               "sessions": "u", "still_open": "b"})
    return _typed({k: v for k, v in entry.items() if k != "members"}, types) | {"members": members}
