#include "core/cascade_layout.h"

#define LANES 2

/* Section after section and channel after channel: what any compiler makes something of. */
static void run_lane(const double *numbers, double *states, double *block, uint32_t frames)
{
	const double b0 = numbers[CASCADE_B0 * LANES], b1 = numbers[CASCADE_B1 * LANES],
		     b2 = numbers[CASCADE_B2 * LANES], a1 = numbers[CASCADE_A1 * LANES],
		     a2 = numbers[CASCADE_A2 * LANES];
	double s1 = states[CASCADE_S1 * LANES], s2 = states[CASCADE_S2 * LANES];

	for (uint32_t t = 0; t < frames; t++) {
		const double x = block[LANES * t], y = b0 * x + s1;

		s1 = (b1 * x + s2) - a1 * y; /* so bracketed only two operations wait for y */
		s2 = b2 * x - a2 * y;
		block[LANES * t] = y;
	}
	states[CASCADE_S1 * LANES] = s1;
	states[CASCADE_S2 * LANES] = s2;
}

static void run(const struct cascade_pass *pass, double *block, uint32_t frames)
{
	for (unsigned k = 0; k < pass->vectors; k++)
		for (unsigned lane = 0; lane < LANES; lane++)
			run_lane(pass->numbers + k * CASCADE_NUMBERS * LANES + lane,
				 pass->states + k * CASCADE_STATES * LANES + lane, block + lane, frames);
}

const struct cascade_set cascade_portable = { LANES, IEM_MAX_BANDS, run };
