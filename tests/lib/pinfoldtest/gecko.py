# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Firefox and Thunderbird, each with a profile of its own, driven from inside."""

import json
import mailbox
from pathlib import Path

from . import process
from .marionette import Marionette, MarionetteError
from .paths import need_tools
from .wait import wait_for

# What a new profile does by itself, and what looks for the network. Marionette switches off more.
_QUIET = {
    "accessibility.force_disabled": 1,  # Pinfold's windows are what is looked at by accessibility
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.cache.disk.enable": False,
    "browser.newtabpage.enabled": False,
    "browser.sessionstore.resume_from_crash": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "browser.startup.page": 0,
    "browser.topsites.contile.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.ipc.processCount": 1,
    "dom.ipc.processPrelaunch.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "gfx.canvas.accelerated": False,
    "layers.acceleration.disabled": True,
    "marionette.port": 0,  # any; it is written to a file of the profile
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    # A connection that may be needed is a handshake, and with a certificate a signature.
    "network.http.speculative-parallel-limit": 0,
    "network.prefetch-next": False,
    "network.proxy.type": 0,
    "security.OCSP.enabled": 0,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}


class Gecko:
    """What is common to programs of Mozilla; subclasses name the program, and the folder of its
    profiles in the home. The profile is the only one that is listed there. Without a module it has
    none, until pinfoldctl registers one."""

    program = home = None
    prefs = {}

    def __init__(self, box, authority, module=None, folder="default"):
        need_tools(self.program, "certutil")
        self.box = box
        profiles = Path(box.env["HOME"], self.home)
        self.profile = profiles / folder
        self.profile.mkdir(mode=0o700, parents=True)
        (profiles / "profiles.ini").write_text(
            f"[Profile0]\nName={folder}\nIsRelative=1\nPath={folder}\nDefault=1\n")
        self.process = self.remote = None
        self._make_database(authority)
        if module is not None:
            self._add_module(module)
        self.set_prefs(_QUIET | self.prefs)

    def _make_database(self, authority):
        where = f"sql:{self.profile}"
        self.box.run("certutil", "-N", "-d", where, "--empty-password")
        self.box.run("certutil", "-A", "-d", where, "-n", "authority", "-t", "CT,C,C", "-i",
                     authority.path)

    def _add_module(self, module):
        with open(self.profile / "pkcs11.txt", "a", encoding="utf-8") as modules:
            modules.write(f"library={module}\nname=Token\n\n")

    def set_prefs(self, prefs):
        """Of the next start."""
        with open(self.profile / "user.js", "a", encoding="utf-8") as file:
            for key, value in prefs.items():
                file.write(f"user_pref({json.dumps(key)}, {json.dumps(value)});\n")

    def begin_start(self, env=None):
        """Starts the program; wait_started() says when it is there."""
        (self.profile / "MarionetteActivePort").unlink(missing_ok=True)
        # What GLib has to complain of in it is not ours; and who looks for windows by accessibility
        # would wait for a program that itself waits for a PIN.
        self.process = self.box.start(
            [self.program, "--profile", self.profile, "--no-remote", "--new-instance",
             "--marionette", "--remote-allow-system-access"], name=self.program,
            env={"G_DEBUG": None, "NO_AT_BRIDGE": "1", "MOZ_CRASHREPORTER_DISABLE": "1"}
            | (env or {}))
        self.box.on_close(self.kill)

    def wait_started(self):
        port = wait_for(self._read_port, 60, f"{self.program} to listen", step=0.01)
        self.remote = Marionette(port)
        self.remote.begin_session()

    def start(self, env=None):
        self.begin_start(env)
        self.wait_started()

    def _read_port(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.program} ended with {self.process.returncode}:\n"
                                 + self.box.logs())
        try:
            return int((self.profile / "MarionetteActivePort").read_text())
        except (FileNotFoundError, ValueError):
            return None

    @property
    def pid(self):
        """Of the process that has loaded the module: the program's first one."""
        return self.process.pid

    def is_alive(self):
        return process.is_alive(self.process.pid)

    def script(self, text, *arguments):
        return self.remote.script(text, *arguments)

    def begin(self, body, *arguments):
        """Has the body of an asynchronous function run, in which a person may be asked; result()
        has its value."""
        self.remote.post(
            """const values = arguments;
               window.pinfoldResult = null;
               setTimeout(() => (async function () { """ + body + """ }).apply(null, values).then(
                   value => { window.pinfoldResult = { value }; },
                   error => { window.pinfoldResult = { error: `${error} ${error.stack}` }; }));""",
            *arguments)

    def result(self, timeout=30):
        """Waits for what begin() began to end; raises when it failed."""
        result = wait_for(lambda: self.script("return window.pinfoldResult;"), timeout,
                          f"{self.program}'s work", step=0.1)
        if "error" in result:
            raise MarionetteError(result["error"])
        return result["value"]

    def answer_own_prompt(self, pin):
        """Gives a PIN to the program's own dialog, as often as there is one."""
        self.script(
            """const pin = arguments[0];
               window.pinfoldPrompts = 0;
               Services.obs.addObserver(subject => {
                   const ui = subject.Dialog.ui;
                   window.pinfoldPrompts++;
                   ui.password1Textbox.value = pin;
                   ui.button0.click();
               }, "common-dialog-loaded");""", pin)

    def own_prompts(self):
        """How many dialogs were answered so."""
        return self.script("return window.pinfoldPrompts;")

    def quit(self):
        """As a person quits it."""
        try:
            self.remote.command("Marionette:Quit", {"flags": ["eForceQuit"]})
        except MarionetteError:
            pass  # it may be gone before it has answered
        self.remote.close()
        self.process.wait(60)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Firefox(Gecko):
    """Debian's Firefox, which chooses the client's certificate by itself."""

    program, home = "firefox-esr", ".mozilla/firefox"
    prefs = {"security.default_personal_cert": "Select Automatically"}

    def begin_load(self, url):
        """Has the page loaded in the tab; loaded() says what came of it."""
        self.remote.post(
            """gBrowser.selectedBrowser.fixupAndLoadURIString(arguments[0], {
                triggeringPrincipal: Services.scriptSecurityManager.getSystemPrincipal()});""", url)

    def page(self):
        """What the tab shows: None while it loads, else the page's title, or the error page's
        address."""
        return self.script(
            """const browser = gBrowser.selectedBrowser;
               if (browser.webProgress.isLoadingDocument) { return null; }
               const uri = browser.documentURI ? browser.documentURI.spec : "";
               return uri.startsWith("about:neterror") || uri.startsWith("about:certerror")
                   ? uri : browser.contentTitle;""")

    def wait_page(self, words, timeout=20):
        """Waits for a page whose title, or error, has these words."""
        return wait_for(lambda: (lambda p: p if p and words in p else None)(self.page()), timeout,
                        f"a page with {words!r}", step=0.1)

    def load_blank(self):
        """So that what is loaded next is not taken for what was there."""
        self.begin_load("about:blank")
        wait_for(lambda: self.page() == "", 20, "the empty page", step=0.1)


_ACCOUNT = {
    "mail.accountmanager.accounts": "account1",
    "mail.accountmanager.defaultaccount": "account1",
    "mail.accountmanager.localfoldersserver": "server1",
    "mail.account.account1.server": "server1",
    "mail.account.account1.identities": "id1",
    "mail.server.server1.type": "none",
    "mail.server.server1.hostname": "Local Folders",
    "mail.server.server1.userName": "nobody",
    "mail.server.server1.name": "Local Folders",
    "mail.server.server1.directory-rel": "[ProfD]Mail/Local Folders",
    "mail.identity.id1.fullName": "Test Person",
    "mail.identity.id1.valid": True,
    "mail.identity.id1.smtpServer": "smtp1",
    "mail.smtpservers": "smtp1",
    "mail.smtpserver.smtp1.hostname": "127.0.0.1",
}

_LIST = """
return Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).getCerts()
    .filter(c => c.tokenName == arguments[0]).map(c => [c.commonName, c.dbKey, c.serialNumber])
    .sort((a, b) => a[2] < b[2] ? -1 : 1);
"""

_SIGN = """
const [name, key, subject, text] = arguments;
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const identity = MailServices.accounts.getIdentity("id1");
identity.setUnicharAttribute("signing_cert_name", name);
identity.setCharAttribute("signing_cert_dbkey", key);
const create = (name, type) => Cc[`@mozilla.org/messengercompose/${name};1`].createInstance(type);
const fields = create("composefields", Ci.nsIMsgCompFields);
Object.assign(fields, { from: identity.email, to: identity.email, subject, body: text });
fields.composeSecure = create("composesecure", Ci.nsIMsgComposeSecure);
fields.composeSecure.signMessage = true;
const params = create("composeparams", Ci.nsIMsgComposeParams);
Object.assign(params, { composeFields: fields, identity, type: Ci.nsIMsgCompType.New,
                        format: Ci.nsIMsgCompFormat.PlainText });
const compose = create("compose", Ci.nsIMsgCompose);
compose.initialize(params);
const progress = Cc["@mozilla.org/messenger/progress;1"].createInstance(Ci.nsIMsgProgress);
await compose.sendMsg(Ci.nsIMsgCompDeliverMode.Later, identity, "account1", null, progress);
"""


class Thunderbird(Gecko):
    """Debian's Thunderbird, with local folders only: what it sends waits in its outbox."""

    program, home = "thunderbird", ".thunderbird"
    prefs = _ACCOUNT | {
        "app.donation.eoy.version.viewed": 999,
        "mail.chat.enabled": False,
        "mail.provider.suppress_dialog_on_startup": True,
        "mail.rights.version": 1,
        "mail.shell.checkDefaultClient": False,
        "mail.spotlight.firstRunDone": True,
        "mailnews.database.global.indexer.enabled": False,
        "mailnews.start_page.enabled": False,
    }

    def __init__(self, box, authority, email):
        super().__init__(box, authority)
        self.set_prefs({"mail.identity.id1.useremail": email})

    def begin_list(self, token):
        """result(): [name, key in the database, serial number] of each certificate of the token, in
        the order of their numbers."""
        self.begin(_LIST, token)

    def begin_sign(self, certificate, subject, text):
        """Signs a message with a certificate of begin_list(); outbox() has it after result()."""
        self.begin(_SIGN, *certificate, subject, text)

    def outbox(self):
        """The messages that wait to be sent: {subject: as they were written}."""
        path = self.profile / "Mail/Local Folders/Unsent Messages"
        messages = mailbox.mbox(path, create=False)
        try:
            return {message["Subject"]: message.as_bytes() for message in messages}
        finally:
            messages.close()
