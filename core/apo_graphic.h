/**
 * apo_graphic.h - what follows "GraphicEQ:" on a line of Equalizer APO text: frequencies in Hz and gains in dB by
 * turns. Between them it goes straight over the logarithm of frequency, beyond both ends it is level, as by
 * iem_curve_at(). Only for apo.c. Values only; any thread.
 */
#pragma once

#include "core/apo_filter.h"
#include "core/curve.h"

/**
 * Add the curve that VALUE says to CURVE, whose memory is the caller's: their sum, over the points of both. Points may
 * come in any order, and twice if they are the same.
 * @return 0; -EINVAL if it cannot be taken over: SENTENCE says why, and CURVE is untouched; or -ENOMEM
 */
int apo_graphic_add(struct iem_curve *curve, const char *value, char sentence[APO_MAX_SENTENCE]);
