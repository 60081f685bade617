/**
 * damping.h - what undoes the change of response that a source's output impedance makes of an earphone's impedance.
 * Values in, values out; any thread.
 */
#pragma once

#include "core/profile.h"

#define IEM_DAMPING_LEAST_DB 0.05 /* a change that nobody hears is left alone */

/**
 * The gains to be added, Hz and dB, 0 at 1 kHz: the negative of iem_response_change_db() from 20 Hz to 20 kHz. Nothing, with
 * out->n 0, where the change is not known or nowhere reaches IEM_DAMPING_LEAST_DB.
 * @param output_ohm of the source, NAN: unknown
 * @return 0 or -ENOMEM; out->at is the caller's
 */
int iem_damping_curve(struct iem_curve *out, const struct iem_earphone *earphone, double output_ohm);
