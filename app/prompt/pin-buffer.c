/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* PfPinBuffer: each change makes a new PfSecret and wipes the one before. While there is one, the
 * process is closed to others.
 *
 * Not gcr's secure buffer: its memory is locked, but not guarded nor kept out of dumps and
 * children, and when text is deleted it ends the string before and leaves the text. */
#include "pin-buffer.h"

#include "process-guard.h"
#include "secret.h"

struct _PfPinBuffer {
    GtkEntryBuffer parent_instance;
    PfSecret *text; /* UTF-8; NULL: empty */
};

G_DEFINE_FINAL_TYPE(PfPinBuffer, pf_pin_buffer, GTK_TYPE_ENTRY_BUFFER)

static const char *
get_bytes(PfPinBuffer *self)
{
    return self->text != NULL ? (const char *)pf_secret_get_bytes(self->text) : "";
}

static gsize
get_offset(PfPinBuffer *self, guint position)
{
    const char *text = get_bytes(self);
    return (gsize)(g_utf8_offset_to_pointer(text, position) - text);
}

static const char *
get_text(GtkEntryBuffer *buffer, gsize *ret_bytes)
{
    PfPinBuffer *self = PF_PIN_BUFFER(buffer);
    if (ret_bytes != NULL)
        *ret_bytes = self->text != NULL ? pf_secret_get_length(self->text) : 0;
    return get_bytes(self);
}

static guint
get_length(GtkEntryBuffer *buffer)
{
    return (guint)g_utf8_strlen(get_bytes(PF_PIN_BUFFER(buffer)), -1);
}

/* Says whether there is text now, where there was none, or there is none any more. */
static void
guard(const PfPinBuffer *self, gboolean had_text)
{
    if (!had_text && self->text != NULL)
        pf_process_guard_hold();
    else if (had_text && self->text == NULL)
        pf_process_guard_release();
}

static guint
insert_text(GtkEntryBuffer *buffer, guint position, const char *chars, guint n_chars)
{
    PfPinBuffer *self = PF_PIN_BUFFER(buffer);
    gsize len = (gsize)(g_utf8_offset_to_pointer(chars, n_chars) - chars);
    PfSecret *changed = pf_secret_splice(self->text, get_offset(self, position), 0, chars, len);
    if (changed == NULL)
        return 0;
    /* What is inserted may be a part of the text itself. */
    PfSecret *before = self->text;
    self->text = changed;
    guard(self, before != NULL);
    gtk_entry_buffer_emit_inserted_text(buffer, position, chars, n_chars);
    pf_secret_free(before);
    return n_chars;
}

static guint
delete_text(GtkEntryBuffer *buffer, guint position, guint n_chars)
{
    PfPinBuffer *self = PF_PIN_BUFFER(buffer);
    guint length = get_length(buffer);
    guint first = MIN(position, length);
    guint count = MIN(n_chars, length - first);
    if (count == 0)
        return 0;
    gsize start = get_offset(self, first);
    PfSecret *changed = NULL;
    /* All of it can go without memory for the rest, and must go when there is none. */
    if (count < length)
        changed =
            pf_secret_splice(self->text, start, get_offset(self, first + count) - start, NULL, 0);
    if (changed == NULL && count < length)
        return 0;
    pf_secret_free(self->text);
    self->text = changed;
    guard(self, TRUE);
    gtk_entry_buffer_emit_deleted_text(buffer, first, count);
    return count;
}

GtkEntryBuffer *
pf_pin_buffer_new(void)
{
    return g_object_new(PF_TYPE_PIN_BUFFER, NULL);
}

static void
finalize(GObject *object)
{
    PfPinBuffer *self = PF_PIN_BUFFER(object);
    gboolean had_text = self->text != NULL;
    pf_secret_clear(&self->text);
    guard(self, had_text);
    G_OBJECT_CLASS(pf_pin_buffer_parent_class)->finalize(object);
}

static void
pf_pin_buffer_class_init(PfPinBufferClass *klass)
{
    GtkEntryBufferClass *buffer_class = GTK_ENTRY_BUFFER_CLASS(klass);

    buffer_class->get_text = get_text;
    buffer_class->get_length = get_length;
    buffer_class->insert_text = insert_text;
    buffer_class->delete_text = delete_text;
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
pf_pin_buffer_init(PfPinBuffer *self)
{
}
