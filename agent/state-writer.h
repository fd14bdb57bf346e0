/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfStateWriter: the agent's end of one context's state page. Main thread only. */
#pragma once

#include <glib.h>

#include "state-page.h"

typedef struct PfStateWriter PfStateWriter;

/* NULL with an error when there is no shared memory. */
PfStateWriter *pf_state_writer_new(GError **error);
void pf_state_writer_free(PfStateWriter *writer);

/* The descriptor to send; the writer's. */
int pf_state_writer_get_fd(const PfStateWriter *writer);

/* Each call is visible to the process when it returns. */
void pf_state_writer_set_login(PfStateWriter *writer, unsigned entry, PfLoginState state,
                               guint64 serial);
void pf_state_writer_set_moved(PfStateWriter *writer, unsigned entry, guint64 serial);
void pf_state_writer_set_lease_awaited(PfStateWriter *writer, unsigned entry, gboolean is_awaited);
void pf_state_writer_bump_objects(PfStateWriter *writer, unsigned entry);
void pf_state_writer_bump_token_changes(PfStateWriter *writer, unsigned entry);
void pf_state_writer_bump_closings(PfStateWriter *writer, unsigned entry);
void pf_state_writer_note_reset(PfStateWriter *writer, unsigned entry);
void pf_state_writer_note_removal(PfStateWriter *writer, unsigned entry);
guint32 pf_state_writer_get_closings(const PfStateWriter *writer, unsigned entry);
void pf_state_writer_set_policy(PfStateWriter *writer, guint32 policy, guint32 release_delay_ms);
void pf_state_writer_set_default_id(PfStateWriter *writer, guint64 default_id);
