# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""What tests of the work on tokens have in common: a sandbox, a token, and jobs as the app runs."""

import json
import os
import subprocess
import unittest
from pathlib import Path

from pinfoldtest import Sandbox, build_path, process, secretscan, softhsm, wait_for
from pinfoldtest import readers as piv
from pinfoldtest.mock import Mock

JOB = build_path("tests/tokens/run-token-job")
HELPER = build_path("agent/pinfold-tokens")


class JobCase(unittest.TestCase):
    """With self.module and self.uri of the token that jobs are about."""

    def setUp(self):
        self.box = Sandbox(bus=False)
        self.addCleanup(self.box.close)
        self.box.env["PINFOLD_BUILD"] = str(build_path("."))

    def configure(self, **modules):
        conf = self.box.dir / "pinfold.conf"
        lines = "".join(f"{name} = {path}\n" for name, path in modules.items())
        conf.write_text(f"[Modules]\n{lines}", encoding="utf-8")
        self.box.env["PINFOLD_CONF"] = str(conf)

    def tokens(self):
        """{label: token} of the configured modules, as pinfold-tokens lists them."""
        document = json.loads(self.box.run(HELPER, "list").stdout)
        return {slot["token"]["label"]: slot["token"]
                for module in document["modules"] if module["ok"]
                for slot in module["slots"] if slot["token"]}

    def softhsm(self, **kwargs):
        self.module = softhsm.setup(self.box)
        softhsm.init_token(self.box, **kwargs)
        self.configure(soft=self.module)
        self.uri = self.tokens()[kwargs.get("label", "pinfold-test")]["uri"]

    def piv(self, **kwargs):
        self.readers = self.box.readers()
        self.card = self.readers.card(**kwargs)
        self.module = self.readers.opensc()
        self.configure(opensc=self.module)
        self.uri = self.tokens()["Pinfold Test Card"]["uri"]
        self.card.reset_stats()

    def scripted(self, **script):
        self.mock = Mock(self.box)
        self.box.env.update(self.mock.env)
        self.mock.script(**script)
        self.module = self.mock.path
        self.configure(mock=self.module)
        self.uri = next(iter(self.tokens().values()))["uri"]

    def start(self, verb, proof="", secret="", uri=None, module=None, file=None, key=(),
              program=(JOB,)):
        args = [*program, verb, self.uri if uri is None else uri, module or self.module]
        args += [file or "-", *key]
        job = self.box.start(args, name="token-job", text=True,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        job.stdin.write(f"{proof}\n{secret}\n")
        job.stdin.close()
        job.secrets = [text for text in (proof, secret) if text]
        return job

    def finish(self, job):
        """The job's result; nothing of its secrets is in what it printed."""
        out, err = job.stdout.read(), job.stderr.read()
        job.stdout.close()
        job.stderr.close()
        self.assertEqual(job.wait(60), 0, err)
        # A process may have a PIN for its number.
        said = out + err.replace(f":{job.pid})", ")")
        for secret in job.secrets:
            self.assertNotIn(secret, said)
        return json.loads(out)

    def job(self, verb, proof="", secret="", **kwargs):
        return self.finish(self.start(verb, proof, secret, **kwargs))

    def wait_for_helper(self, call):
        """The helper's pid, when it is in a call of a backend that a spy or the mock holds up."""
        wait_for(lambda: self.box.pids_of(HELPER), 30, "the helper")
        pid, = self.box.pids_of(HELPER)
        wait_for(call, 30, "the call")
        return pid

    def assertGuarded(self, pid, *secrets):
        """In the helper's memory the secrets are where they may be, and are nowhere else."""
        for name in ("cmdline", "environ"):
            text = Path(f"/proc/{pid}/{name}").read_bytes()
            for secret in secrets:
                self.assertNotIn(secret.encode(), text)
        # A sanitizer keeps what was freed.
        if process.may_look_into(pid) and not os.environ.get("PINFOLD_SANITIZED"):
            hits = secretscan.scan(pid, *secrets)
            self.assertEqual({hit.secret for hit in hits}, set(secrets))
            self.assertEqual({hit.where for hit in hits}, {"secret"})

    def assertDone(self, result):
        self.assertIsNone(result["fault"], result)

    def assertFault(self, result, fault):
        self.assertEqual(result["fault"], fault, result)

    def accepts(self, pin, user="user"):
        """Does the token accept PIN? Costs a try when not."""
        from pinfoldtest import Driver
        with Driver(self.box, self.module) as driver:
            driver.ok("init")
            session = driver.open_session("@0", "rw")
            return driver.rv("login", session, user, pin) == "CKR_OK"


__all__ = ["HELPER", "JOB", "JobCase", "piv", "softhsm"]
