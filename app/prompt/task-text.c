/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* What a person does to a token: words only. */
#include "task-text.h"

#include <glib/gi18n.h>

PfProof
pf_task_get_proof(PfTask task)
{
    switch (task) {
    case PF_TASK_CHANGE_PIN:
    case PF_TASK_IMPORT:
    case PF_TASK_GENERATE:
        return PF_PROOF_PIN;
    case PF_TASK_UNBLOCK_PIN:
        return PF_PROOF_PUK;
    case PF_TASK_SET_PIN:
        return PF_PROOF_OFFICER;
    default:
        return PF_PROOF_NONE;
    }
}

char *
pf_task_text_dup_title(PfTask task, const char *token)
{
    switch (task) {
    case PF_TASK_CHANGE_PIN:
        /* Translators: title of the dialog that changes a PIN; %s is the label of the token. */
        return g_strdup_printf(_("Change PIN — %s"), token);
    case PF_TASK_UNBLOCK_PIN:
        /* Translators: title of the dialog that unblocks a PIN; %s is the label of the token. */
        return g_strdup_printf(_("Unblock PIN — %s"), token);
    case PF_TASK_SET_PIN:
        /* Translators: title of the dialog that sets a PIN; %s is the label of the token. */
        return g_strdup_printf(_("Set PIN — %s"), token);
    case PF_TASK_RENAME:
        /* Translators: title of the dialog that renames a token; %s is its present label. */
        return g_strdup_printf(_("Rename — %s"), token);
    case PF_TASK_DELETE:
        /* Translators: title of the dialog that deletes a token; %s is its label. */
        return g_strdup_printf(_("Delete — %s"), token);
    case PF_TASK_IMPORT:
        /* Translators: title of the dialog that puts keys and certificates from a file into a
         * token; %s is the label of the token. */
        return g_strdup_printf(_("Import — %s"), token);
    case PF_TASK_GENERATE:
        /* Translators: title of the dialog that has a token make a key; %s is the label of the
         * token. */
        return g_strdup_printf(_("Generate Key — %s"), token);
    case PF_TASK_CREATE:
    case PF_TASK_NONE:
        break;
    }
    return g_strdup(_("Create Software Token"));
}

char *
pf_task_text_dup_headline(PfTask task, const char *token)
{
    switch (task) {
    case PF_TASK_CHANGE_PIN:
        /* Translators: %s is the label of a token. */
        return g_strdup_printf(_("Change the PIN of “%s”"), token);
    case PF_TASK_UNBLOCK_PIN:
        /* Translators: %s is the label of a token. */
        return g_strdup_printf(_("Unblock the PIN of “%s”"), token);
    case PF_TASK_SET_PIN:
        /* Translators: %s is the label of a token. */
        return g_strdup_printf(_("Set the first PIN of “%s”"), token);
    case PF_TASK_RENAME:
        /* Translators: %s is the label of a token. */
        return g_strdup_printf(_("Rename “%s”"), token);
    case PF_TASK_DELETE:
        /* Translators: %s is the label of a token. */
        return g_strdup_printf(_("Delete “%s”?"), token);
    case PF_TASK_IMPORT:
        /* Translators: %s is the label of a token. */
        return g_strdup_printf(_("Import into “%s”"), token);
    case PF_TASK_GENERATE:
        /* Translators: %s is the label of a token. */
        return g_strdup_printf(_("Generate a key on “%s”"), token);
    case PF_TASK_CREATE:
    case PF_TASK_NONE:
        break;
    }
    return g_strdup(_("Create a software token"));
}

const char *
pf_task_text_get_consequence(PfTask task)
{
    switch (task) {
    case PF_TASK_CHANGE_PIN:
        return _("Programs that use the token ask for the new PIN afterwards.");
    case PF_TASK_UNBLOCK_PIN:
        return _("The PUK came with the token. Each wrong PUK counts, too: after too many of them "
                 "nobody can unblock the token any more.");
    case PF_TASK_SET_PIN:
        return _("Whoever prepared the token knows its administrator PIN (SO PIN). Each wrong one "
                 "counts: after too many of them nobody can set a PIN any more.");
    case PF_TASK_RENAME:
        return _("Only Pinfold shows this name. Programs still see the label that the token has; "
                 "without a name, Pinfold shows that, too.");
    case PF_TASK_DELETE:
        return _("All keys and certificates on it are lost for ever. What was encrypted for them "
                 "can never be read again.");
    case PF_TASK_IMPORT:
        return _("The keys and certificates of the file are copied into the token. The file stays "
                 "as it is.");
    case PF_TASK_GENERATE:
        return _("The token makes the key itself and never lets the private half out. There is no "
                 "copy of it: if the token is lost, so is the key.");
    case PF_TASK_CREATE:
    case PF_TASK_NONE:
        break;
    }
    return _("It keeps keys and certificates in your home folder, protected by its PIN. It has no "
             "PUK: if the PIN is forgotten, nobody can use them any more.");
}

const char *
pf_task_text_get_action(PfTask task)
{
    switch (task) {
    case PF_TASK_CHANGE_PIN:
        /* Translators: button that gives the present and the new PIN to the token. */
        return _("C_hange PIN");
    case PF_TASK_UNBLOCK_PIN:
        /* Translators: button that gives the PUK and a new PIN to the token. */
        return _("_Unblock");
    case PF_TASK_SET_PIN:
        /* Translators: button that gives a new PIN to the token. */
        return _("_Set PIN");
    case PF_TASK_RENAME:
        /* Translators: button that gives a token another name. */
        return _("_Rename");
    case PF_TASK_DELETE:
        /* Translators: button that deletes a token with all that is on it. */
        return _("_Delete");
    case PF_TASK_IMPORT:
        /* Translators: button that copies what is in a file into the token. */
        return _("_Import");
    case PF_TASK_GENERATE:
        /* Translators: button that has the token make a key. */
        return _("_Generate");
    case PF_TASK_CREATE:
    case PF_TASK_NONE:
        break;
    }
    /* Translators: button that makes a software token. */
    return _("Cr_eate");
}

const char *
pf_task_text_get_work(PfTask task)
{
    switch (task) {
    case PF_TASK_NONE:
    case PF_TASK_CHANGE_PIN:
    case PF_TASK_RENAME: /* no work of a token's */
        break;
    case PF_TASK_UNBLOCK_PIN:
        return _("The token unblocks the PIN…");
    case PF_TASK_SET_PIN:
        return _("The token sets the PIN…");
    case PF_TASK_CREATE:
        return _("The token is made…");
    case PF_TASK_DELETE:
        return _("The token is deleted…");
    case PF_TASK_IMPORT:
        return _("Keys and certificates are copied…");
    case PF_TASK_GENERATE:
        return _("The token makes the key. That can take some minutes…");
    }
    return _("The token changes the PIN…");
}

/* The PIN is not what it is about. */
static gboolean
is_login(PfTask task)
{
    return task == PF_TASK_IMPORT || task == PF_TASK_GENERATE;
}

const char *
pf_task_text_get_proof_label(PfTask task)
{
    if (is_login(task))
        /* Translators: stands before the entry for the PIN of a token. */
        return _("_PIN");
    switch (pf_task_get_proof(task)) {
    case PF_PROOF_PUK:
        /* Translators: stands before the entry for the PUK of a token. */
        return _("_PUK");
    case PF_PROOF_OFFICER:
        /* Translators: stands before the entry for the PIN of the security officer. */
        return _("_Administrator PIN");
    default:
        /* Translators: stands before the entry for the PIN that is to be changed. */
        return _("_Present PIN");
    }
}

const char *
pf_task_text_get_proof_name(PfTask task)
{
    if (is_login(task))
        return _("PIN");
    switch (pf_task_get_proof(task)) {
    case PF_PROOF_PUK:
        return _("PUK");
    case PF_PROOF_OFFICER:
        return _("Administrator PIN");
    default:
        return _("Present PIN");
    }
}

const char *
pf_task_text_get_new_label(PfTask task)
{
    if (task == PF_TASK_CREATE)
        /* Translators: stands before the entry for the PIN of a token. */
        return _("_PIN");
    /* Translators: stands before the entry for the new PIN. */
    return _("_New PIN");
}

const char *
pf_task_text_get_new_name(PfTask task)
{
    return task == PF_TASK_CREATE ? _("PIN") : _("New PIN");
}

const char *
pf_task_text_get_again_name(PfTask task)
{
    return task == PF_TASK_CREATE ? _("Repeat PIN") : _("Repeat new PIN");
}
