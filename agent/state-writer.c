/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfStateWriter: stores first, then the generation that tells of them. */
#include "state-writer.h"

#include <gio/gio.h>
#include <unistd.h>

struct PfStateWriter {
    PfStatePage *page;
    int fd;
};

PfStateWriter *
pf_state_writer_new(GError **error)
{
    PfStatePage *page;
    int fd = pf_state_page_create(&page);
    if (fd < 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(-fd), "no state page: %s",
                    g_strerror(-fd));
        return NULL;
    }
    PfStateWriter *writer = g_new0(PfStateWriter, 1);
    writer->page = page;
    writer->fd = fd;
    return writer;
}

void
pf_state_writer_free(PfStateWriter *writer)
{
    pf_state_page_unmap(writer->page);
    close(writer->fd);
    g_free(writer);
}

int
pf_state_writer_get_fd(const PfStateWriter *writer)
{
    return writer->fd;
}

static void
bump_generation(PfStateWriter *writer)
{
    atomic_fetch_add(&writer->page->generation, 1);
}

void
pf_state_writer_set_login(PfStateWriter *writer, unsigned entry, PfLoginState state, guint64 serial)
{
    atomic_store(&writer->page->entries[entry].login, pf_state_login_pack(state, serial));
    bump_generation(writer);
}

void
pf_state_writer_set_moved(PfStateWriter *writer, unsigned entry, guint64 serial)
{
    atomic_store(&writer->page->entries[entry].moved_serial, serial);
}

void
pf_state_writer_set_lease_awaited(PfStateWriter *writer, unsigned entry, gboolean is_awaited)
{
    atomic_store(&writer->page->entries[entry].is_lease_awaited, is_awaited ? 1 : 0);
}

void
pf_state_writer_bump_objects(PfStateWriter *writer, unsigned entry)
{
    atomic_fetch_add(&writer->page->entries[entry].objects, 1);
    bump_generation(writer);
}

void
pf_state_writer_note_reset(PfStateWriter *writer, unsigned entry)
{
    PfStateEntry *state = &writer->page->entries[entry];
    atomic_store(&state->resets, pf_state_resets_after_reset(atomic_load(&state->resets)));
}

void
pf_state_writer_note_removal(PfStateWriter *writer, unsigned entry)
{
    PfStateEntry *state = &writer->page->entries[entry];
    atomic_store(&state->resets, pf_state_resets_after_removal(atomic_load(&state->resets)));
}

void
pf_state_writer_bump_token_changes(PfStateWriter *writer, unsigned entry)
{
    atomic_fetch_add(&writer->page->entries[entry].token_changes, 1);
    bump_generation(writer);
}

guint32
pf_state_writer_get_closings(const PfStateWriter *writer, unsigned entry)
{
    return atomic_load(&writer->page->entries[entry].closings);
}

void
pf_state_writer_bump_closings(PfStateWriter *writer, unsigned entry)
{
    atomic_fetch_add(&writer->page->entries[entry].closings, 1);
    bump_generation(writer);
}

void
pf_state_writer_set_policy(PfStateWriter *writer, guint32 policy, guint32 release_delay_ms)
{
    atomic_store(&writer->page->policy, policy);
    atomic_store(&writer->page->release_delay_ms, release_delay_ms);
    bump_generation(writer);
}

void
pf_state_writer_set_default_id(PfStateWriter *writer, guint64 default_id)
{
    atomic_store(&writer->page->default_id, default_id);
    bump_generation(writer);
}
