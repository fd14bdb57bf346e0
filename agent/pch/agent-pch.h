/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* Compiled once for all of the agent's files, to build faster. No file relies on it: each includes
 * what it uses, as a full run's build with clang, which goes without, shows. */
#include <gio/gio.h>
