/**
 * product_name.h - does a device go by an earphone's name? Values only; any thread.
 */
#pragma once

#include "core/profile.h"

/**
 * Is NAME, of a product string or a Bluetooth device, that of the earphone: its brand and model, or its model
 * alone, letter for letter once case, blanks and punctuation are left out? Never nearly: "HD 600" is no "HD
 * 6XX".
 */
bool iem_product_is(const char *name, const struct iem_earphone *earphone);
