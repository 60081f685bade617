/**
 * number.h - numbers to text and back, with a decimal point whatever the locale says.
 * Values only; any thread.
 */
#pragma once

#include "core/util.h"

#define IEM_NUMBER_TEXT 32 /* bytes that hold any number as text */

/**
 * The shortest text that reads back as exactly VALUE, always with a '.' or an exponent, as libconfig wants a
 * float to look: "105.0", "0.1", "1e-07". VALUE must be finite.
 * @return buf
 */
const char *iem_number_text(double value, char buf[IEM_NUMBER_TEXT]);

/** Read all of TEXT as a finite number with a decimal point. @return 0, or -EINVAL; *out untouched then */
int iem_number_parse(const char *text, double *out);
