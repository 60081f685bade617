/** design.h - what every equaliser that was accepted must stand. */
#pragma once

#include "core/profile.h"

/** Designs EQ in stereo at 48 kHz and plays a little through it; aborts where a promise of chain.h does not hold. */
void design_and_play(const struct iem_eq *eq);
