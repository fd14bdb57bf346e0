#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Shows each rule of the linter files that it must refuse and files that it must let pass."""

import shutil
import unittest

from pinfoldtest import tap

from pinfoldlint import (RULES, binaryrules, crules, guiderules, languagerules, packagerules,
                         reporules)
from pinfoldlint.tree import Tree

TAGS = ("/* SPDX-License-Identifier: LGPL-2.1-or-later */\n"
        "/* SPDX-FileCopyrightText: 2026 The Pinfold authors */\n")
SCRIPT = ("#!/bin/bash\n# SPDX-License-Identifier: LGPL-2.1-or-later\n"
          "# SPDX-FileCopyrightText: 2026 The Pinfold authors\n")


PAGE = ".Dd November 28, 2026\n.Dt A 1\n.Os\n.Sh NAME\n.Nm a\n.Nd b\n"


ENTRY = "[Desktop Entry]\nType=Application\nName=A\nExec=a\nCategories=GTK;Settings;\n"
METAINFO = """<?xml version="1.0"?>
<component type="desktop-application">
  <id>org.a.A</id>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>MIT</project_license>
  <name>A</name>
  <summary>Does one thing</summary>
  <developer_name>B</developer_name>
  <description><p>It does one thing, which takes some words to be said in full: so many of them that
nobody who reads them can have a doubt about it.</p></description>
  <launchable type="desktop-id">org.a.A.desktop</launchable>
  <url type="homepage">https://example.org/</url>
  <content_rating type="oars-1.1"/>
  <releases><release version="1" date="2026-11-28"/></releases>
</component>
"""


def version(own, path, text):
    return {"meson.build": f"project('pinfold', 'c',\n  version: '{own}',\n", path: text}


def body(lines):
    return "int\npf_foo_run(void)\n{\n" + "    call();\n" * lines + "}\n"


def german(*messages, plural="nplurals=2; plural=(n != 1);", source='_("_Text")'):
    """A tree with one source and its German catalog."""
    header = ('msgid ""\nmsgstr ""\n"Project-Id-Version: a\\n"\n"PO-Revision-Date: b\\n"\n'
              '"Last-Translator: c\\n"\n"Language-Team: d\\n"\n"Language: de\\n"\n'
              '"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
              f'"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {plural}\\n"\n')
    catalog = "".join(f'\n{mark}msgid "{text}"\nmsgstr "{said}"\n' for mark, text, said in messages)
    return {"po/LINGUAS": "# c\nde\n", "po/POTFILES.in": "app/a.c\n", "app/a.c": source,
            "po/de.po": header + catalog}


def buttons(*labels):
    """A .ui file with these."""
    return "<interface>" + "".join(
        f'<object class="GtkButton"><property name="label" translatable="yes">{label}</property>'
        "</object>" for label in labels) + "</interface>"


# Rule -> (files that it refuses, files that it lets pass); a row is one tree.
EXAMPLES = {
    crules.check_pragma_once: (
        [{"a.h": "int x;\n"}, {"a.h": "#pragma once\n#ifndef A_H\n#define A_H\n#endif\n"}],
        [{"a.h": "/* x */\n#pragma once\n"}, {"agent/pch/a.h": "#include <b.h>\n"}]),
    crules.check_includes: (
        [{"a.c": '#include <stdio.h>\n#include "a.h"\n', "a.h": ""},
         {"a.c": '#include "b.h"\n#include "c.h"\n#include <stdio.h>\n'}],
        [{"a.c": '#include "a.h"\n\n#include <stdio.h>\n\n#include <glib.h>\n\n#include "b.h"\n',
          "a.h": ""}]),
    crules.check_no_glib: (
        [{"p11module/a.c": "#include <glib.h>\n"}, {"agent/wire/a.h": "# include <gio/gio.h>\n"},
         {"agent/wire/meson.build": "dependencies: [glib_dep]"}],
        [{"agent/a.c": "#include <glib.h>\n", "p11module/a.c": "#include <stdio.h>\n"}]),
    crules.check_sizes: (
        [{"a.c": body(101)}, {"a.py": "\n" * 1001}],
        [{"a.c": body(90) + body(90), "LICENSE": "\n" * 2000, "po/a.po": "\n" * 2000}]),
    crules.check_function_names: (
        [{"app/foo.c": "static int\npf_foo_run(void)\n{\n}\n"},
         {"app/foo.c": "G_DEFINE_TYPE(PfFoo, pf_foo, 1)\n\nstatic int\npf_bar_run(void)\n{\n}\n"},
         {"app/foo.c": "int\nrun(void)\n{\n}\n"},
         {"app/foo.c": "int\nC_Login(void)\n{\n}\n"},
         {"app/foo.c": 'g_signal_connect(a, "b", G_CALLBACK(clicked), c);\n'}],
        [{"app/foo.c": "G_DEFINE_TYPE(PfFoo, pf_foo, 1)\n\n"
                       "static void\npf_foo_class_init(void)\n{\n}\nstatic int\nrun(void)\n{\n}\n"
                       "int\nmain(void)\n{\n}\n"
                       'g_signal_connect(a, "b", G_CALLBACK(on_b), c);\n'
                       'g_signal_connect_swapped(a, "b", G_CALLBACK(rebuild), c);\n',
          "p11module/b.c": "CK_RV\nC_Login(void)\n{\n}\n"}]),
    crules.check_file_names: (
        [{"app/foo-bar.h": "void pf_other_run(void);\n"},
         {"app/foo-bar.h": "typedef struct FooBar FooBar;\n"},
         {"app/foo-bar.h": "typedef struct {\n    int x;\n} FooBar;\n"},
         {"app/foo-bar.h": "#define FOO 1\n"}],
        [{"app/foo-bar.h": "#define PF_FOO 1\ntypedef struct PfFooBar PfFooBar;\n"
                           "void pf_foo_bar_run(void);\n"}]),
    crules.check_out_parameters: (
        [{"app/a.h": "int pf_a_get(char **text);\n"}],
        [{"app/a.h": "int pf_a_get(char **ret_text, GError **error);\n"
                     "int pf_a_main(int argc, char **argv);\nvoid pf_a_clear(char **text);\n"}]),
    crules.check_entry_points: (
        [{"p11module/a.c": "CK_RV\nC_Shutdown(void)\n{\n}\n"}],
        [{"p11module/a.c": "CK_RV\nC_Login(void)\n{\n}\nCK_RV\nCA_SetApplicationID(void)\n{\n}\n"}]),
    crules.check_no_secret_logged: (
        [{"app/a.c": 'g_debug("pin %s", pin);\n'},
         {"agent/a.c": 'fprintf(stderr, "%s\\n", pf_secret_get_bytes(s));\n'},
         {"agent/a.c": 'g_set_error(error, D, 1, "%.*s",\n            4, new_pin);\n'},
         {"p11module/a.c": 'printf("%s", (const char *)call(puk));\n'},
         {"app/a.c": 'g_variant_new("(s)", password);\n'}],
        [{"app/a.c": 'g_debug("the PIN of \\"pin\\" is %s", label);\n/* printf(pin) */\n'
                     'g_debug("%zu", pf_secret_get_length(pin));\n',
          "tests/a.c": 'printf("%s", pin);\n'}]),
    crules.check_secret_type: (
        [{"app/a.c": "char *copy = g_strdup(pin);\n"},
         {"agent/a.c": "g_string_append(text, (const char *)pf_secret_get_bytes(secret));\n"},
         {"p11module/a.c": "snprintf(buffer, sizeof buffer, \"%s\", new_pin);\n"},
         {"agent/wire/a.c": "char pin[64];\n"}, {"p11module/a.c": "CK_BYTE old_pin [20];\n"},
         {"p11module/a.c": "pin = malloc(len);\n"}, {"app/a.c": "puk = (char *)g_malloc0(8);\n"},
         {"agent/a.h": "void pf_a_take(const char *pin, gsize len);\n"},
         {"app/a.c": "    GString *pin_text;\n"}],
        [{"p11module/a.c": "CK_RV\nrun(const CK_BYTE *pin, CK_ULONG pin_len)\n",
          "agent/wire/a.h": "PfSecret *pf_a_dup(const PfSecret *pin);\nint pf_b(const void *pin);\n",
          "app/a.c": 'char *text = g_strdup_printf("the PIN %u", pf_secret_get_length(pin));\n'
                     "PfSecret *pin = g_steal_pointer(&other_pin);\nPfPinPage pin_page;\n",
          "tests/a.c": "char pin[8];\n"}]),
    crules.check_clang_format: ([{"a.c": "int  x ;\n"}], [{"a.c": "int x;\n"}]),
    reporules.check_licence_tags: (
        [{"a.c": "int x;\n"}, {"meson.build": "x\n"}, {"tool": "#!/bin/bash\n"},
         {"a.c": TAGS.split("\n", maxsplit=1)[0]}],
        [{"a.c": TAGS, "tool": SCRIPT}]),
    reporules.check_purpose: (
        [{"a.c": TAGS + "#include <stdio.h>\n"}, {"tool": SCRIPT + "set -e\n"}],
        [{"a.c": TAGS + "/* Does one thing. */\n", "tool": SCRIPT + "# Does one thing.\n",
          "a.py": SCRIPT.split("\n", 1)[1] + '"""Does one thing."""\n'}]),
    reporules.check_no_marks: (
        [{"a.md": "TO" + "DO: more\n"}, {"a.c": "/* FIX" + "ME */\n"}, {"a.c": "/* " + "X" * 3}],
        [{"a.c": '"/tmp/a-' + "X" * 6 + '"; /* hackle */\n'}]),
    reporules.check_no_machine_paths: (
        [{"a.py": "'/home/" + "anna/src'"}, {"a.py": "'/root/" + "src'"}],
        [{"a.py": "'/home/user', '/usr/lib'"}]),
    reporules.check_shell: ([{"tool": SCRIPT + "ls $1\n"}], [{"tool": SCRIPT + 'ls "$1"\n'}]),
    reporules.check_python_shebang: (
        [{"tool": "#!/usr/bin/env python3\n"}], [{"tool": "#!/usr/bin/python3\n"}]),
    reporules.check_python: (
        [{"a.py": "import os\n"}, {"tool": "#!/usr/bin/python3\nprint(nothing)\n"},
         {"a.py": "print('%s' % (1, 2))\n"}],
        [{"a.py": "import os\nprint(os.name)\n", "a": "import os\n"},
         {"a.py": "import os  # noqa: F401 (makes something known)\n"}]),
    reporules.check_meson_lists: (
        [{"meson.build": "run_command('find', '.')"}, {"meson.build": "files('*.c')"}],
        [{"meson.build": "files('a.c')"}]),
    reporules.check_every_source_built: (
        [{"app/a.c": "", "app/meson.build": "'b.c'"}],
        [{"app/a.c": "", "app/meson.build": "'a.c'", "app/x/b.c": "",
          "tests/test-c.c": "", "tests/meson.build": "'c': 30",
          "meson.build": "'app/x/b.c'"}]),
    reporules.check_translations: (
        [{"po/POTFILES": "app/gone.c\n"}, {"po/POTFILES": "", "app/a.c": '_("Text")'},
         {"po/de.po": ""}, {"po/POTFILES": "", "app/a.ui": '<p translatable="yes">x</p>'}],
        [{"po/POTFILES": "# c\napp/a.c\n", "app/a.c": '_("Text")', "app/b.c": "a_(b)"}]),
    reporules.check_ui: (
        [{"a.ui": '<interface><object class="GtkLabel"><property name="label">Token</property>'
                  '</object></interface>'},
         {"a.ui": '<interface><object class="GtkButton"><property name="label" translatable="yes">'
                  'Go</property></object></interface>'},
         {"a.ui": '<interface><object class="GtkEntry" id="entry"/></interface>'},
         {"a.ui": '<interface><object class="PfSettingRow"><property name="title" translatable="yes">'
                  'Lock</property><child><object class="GtkSwitch"/></child></object></interface>'}],
        [{"a.ui": '<interface><object class="GtkLabel"><property name="label" translatable="yes">'
                  '_PIN</property><property name="mnemonic_widget">entry</property></object>'
                  '<object class="GtkEntry" id="entry"/><object class="GtkButton">'
                  '<property name="label" translatable="yes">_Go</property></object></interface>'},
         {"a.ui": '<interface><object class="PfSettingRow"><property name="title" translatable="yes">'
                  '_Lock</property><child><object class="GtkSwitch"/></child></object></interface>'}]),
    languagerules.check_languages_listed: (
        [german(), {f"po/{name}.po": "" for name in languagerules.PROMISED},
         {"po/LINGUAS": "\n".join(languagerules.PROMISED)}],
        [{}, {"po/LINGUAS": "# c\n" + "\n".join(languagerules.PROMISED)} |
         {f"po/{name}.po": "" for name in languagerules.PROMISED}]),
    languagerules.check_catalogs: (
        [german(plural="nplurals=1; plural=0;"), german(("", "_Text", "Text")),
         german(("#, c-format\n", "%s", "%d")), german(("", "a\\n", "a")),
         {"po/LINGUAS": "de\n", "po/de.po": 'msgid "'}],
        [german(("", "_Text", "Te_xt"), ("#, c-format\n", "a %s", "%s b"))]),
    languagerules.check_catalogs_complete: (
        [german(), german(("", "_Text", "")), german(("#, fuzzy\n", "_Text", "_Text")),
         german(("", "_Text", "_Text"), source='_("_Text") ngettext("%u a", "%u b", n)')],
        [german(("", "_Text", "_Text")), german(("", "_Text", "_Text"), ("", "Old", "Alt"))]),
    languagerules.check_whole_texts: (
        [german(source='_("a %" G_GUINT64_FORMAT " b")')],
        [german(source='_("100 %%") _("a %u b")')]),
    languagerules.check_kept_words: (
        [german(("", "PIN — %s", "Nummer — %s"), source='_("PIN — %s")'),
         german(("", "PIN", "Nummer"), source='_("PIN")'),
         german(("", "Wait…", "Warten"), source='_("Wait…")')],
        [german(("", "PIN — %s", "PIN — %s"), ("", "Wait…", "Warten …"),
                source='_("PIN — %s") _("Wait…")')]),
    languagerules.check_mnemonics_differ: (
        [{"app/a.ui": buttons("_Text", "_Tag")},
         german(("", "_Cancel", "_Abbrechen"), ("", "_Off", "_Aus")) |
         {"app/a.ui": buttons("_Cancel", "_Off")},
         {"app/a.ui": '<interface><menu id="m"><item><attribute name="label" translatable="yes">_A'
                      '</attribute></item><item><attribute name="label" translatable="yes">B_a'
                      "</attribute></item></menu></interface>"}],
        [german(("", "_Cancel", "_Abbrechen"), ("", "_Off", "A_us")) |
         {"app/a.ui": buttons("_Cancel", "_Off", "No mnemonic")}]),
    packagerules.check_version: (
        [version("1.2", "CHANGELOG.md", "## 1.3"), version("1.2", "CHANGELOG.md", "none"),
         version("1.2", "data/debian/changelog", "pinfold (1.20-0) x"),
         version("1.2", "data/debian/changelog", "pinfold (1.2) x"),
         version("1.2", "data/org.pinfold.Pinfold.metainfo.xml.in",
                 '<release version="1.1"/><release version="1.2"/>'),
         {"CHANGELOG.md": "## 1.2"}],
        [version("1.2", "CHANGELOG.md", "# A\n\n## 1.2 (unreleased)\n\n## 1.1\n"),
         version("1.2", "data/debian/changelog", "pinfold (1.2-1~a1) x\n\npinfold (1.1-1) y\n")]),
    packagerules.check_manual_pages: (
        [{"data/a.1": PAGE + ".Nonsense\n"}, {"data/a.5": PAGE + ".Bl -tag -width Ds\n"}],
        [{"data/a.1": PAGE}, {"data/a.1.md": ".Nonsense"}]),
    packagerules.check_desktop_entries: (
        [{"data/a.desktop": ENTRY.replace("Type=Application", "Type=Thing")},
         {"data/a.desktop.in": ENTRY.replace("Settings", "Setings")},
         {"data/a.desktop": ENTRY.replace("Name=A\n", "")},
         {"data/a.desktop": ENTRY.replace("GTK;Settings", "GTK;Security")}],
        [{"data/a.desktop": ENTRY, "data/org.a.A.desktop.in": ENTRY + "DBusActivatable=true\n",
          "tests/a.desktop": "nonsense"}]),
    packagerules.check_metainfo: (
        [{"data/org.a.A.metainfo.xml.in": METAINFO.replace(old, new)} for old, new in (
            ("<summary>Does one thing</summary>", ""), ("MIT", "Nonsense"),
            ("2026-11-28", "tomorrow"), ("https://example.org/", "example"))],
        [{"data/org.a.A.metainfo.xml.in": METAINFO}]),
    guiderules.check_guides_exist: (
        [{}], [{name: "" for name in guiderules.GUIDES}]),
}


class SourceRules(unittest.TestCase):
    def test_every_rule_has_examples(self):
        self.assertEqual({rule.__name__ for rule in RULES}, {rule.__name__ for rule in EXAMPLES})


def _add(rule, examples):
    tool = {"check_shell": "shellcheck", "check_clang_format": "clang-format",
            "check_manual_pages": "mandoc", "check_python": "pyflakes3",
            "check_desktop_entries": "desktop-file-validate",
            "check_metainfo": "appstreamcli"}.get(rule.__name__)
    if rule in languagerules.RULES:
        tool = "xgettext"

    def refuses(self):
        for number, files in enumerate(examples[0]):
            self.assertTrue(list(rule(Tree(files))), f"example {number} of {rule.__name__}")

    def passes(self):
        for files in examples[1]:
            self.assertEqual(list(rule(Tree(files))), [])

    for name, test in (("refuses", refuses), ("passes", passes)):
        if tool and not shutil.which(tool):
            test = unittest.skip(f"{tool} is not installed")(test)
        setattr(SourceRules, f"test_{rule.__name__}_{name}", test)


for _rule, _examples in EXAMPLES.items():
    _add(_rule, _examples)


class BuildRules(unittest.TestCase):
    def test_libraries(self):
        self.assertTrue(binaryrules.unwanted_libraries("libglib-2.0.so.0 => /lib/libglib-2.0.so.0"))
        self.assertTrue(binaryrules.unwanted_libraries("libsystemd.so.0 => /lib/libsystemd.so.0"))
        self.assertFalse(binaryrules.unwanted_libraries("libinih.so.1 => /lib/libinih.so.1"))

    def test_symbols(self):
        good = "".join(f"0000 T {name}\n" for name in binaryrules.EXPORTED)
        self.assertEqual(binaryrules.wrong_symbols(good + "0000 A PINFOLD_1\n"), [])
        self.assertTrue(binaryrules.wrong_symbols(good + "0000 T pf_secret_new\n"))
        self.assertTrue(binaryrules.wrong_symbols(good.replace("T C_", "T D_")))

    def test_hardening(self):
        good = "GNU_RELRO\nGNU_STACK 0x0 RW 0x10\n(FLAGS) BIND_NOW\n"
        self.assertEqual(binaryrules.hardening_faults(good), [])
        self.assertTrue(binaryrules.hardening_faults(good.replace("GNU_RELRO", "")))
        self.assertTrue(binaryrules.hardening_faults(good.replace("BIND_NOW", "")))
        self.assertTrue(binaryrules.hardening_faults(good.replace(" RW ", " RWE ")))
        self.assertTrue(binaryrules.hardening_faults(good + "(RUNPATH) [/tmp]\n"))


if __name__ == "__main__":
    tap.main()
