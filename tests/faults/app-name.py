#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""Owns the app's name on the session bus, and does nothing else: the dialogs are answered by the
bed's person. It ends with the bus."""

from gi.repository import Gio, GLib

Gio.bus_own_name(Gio.BusType.SESSION, "org.pinfold.Pinfold", Gio.BusNameOwnerFlags.NONE,
                 None, None, None)
GLib.MainLoop().run()
