/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Pinfold authors */
/* USB interfaces of the class for smart cards, out of sysfs. */
#include "doctor-usb.h"

#define DEVICES      "/sys/bus/usb/devices"
#define READER_CLASS "0b" /* bInterfaceClass of CCID devices */

gboolean
pf_doctor_usb_has_reader(void)
{
    gboolean found = FALSE;
    const char *name;
    GDir *devices = g_dir_open(DEVICES, 0, NULL);
    while (devices != NULL && !found && (name = g_dir_read_name(devices)) != NULL) {
        g_autofree char *path = g_build_filename(DEVICES, name, "bInterfaceClass", NULL);
        g_autofree char *class = NULL;
        if (g_file_get_contents(path, &class, NULL, NULL))
            found = g_str_equal(g_strstrip(class), READER_CLASS);
    }
    g_clear_pointer(&devices, g_dir_close);
    return found;
}
