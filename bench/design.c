/*
 * What a change costs before it is heard: microseconds of one processor for the design of ten bands in two channels that
 * differ, for each rate: the filters alone, and the whole chain with its preamp. Prints a table with tabs.
 */
#include "core/chain.h"

#include <math.h>
#include <time.h>

enum { BANDS = 10, RUNS = 200 };

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return 1e6 * (double)now.tv_sec + (double)now.tv_nsec / 1e3;
}

/* Shelves at both ends and peaks between, those of one ear a little off those of the other. */
static size_t some_bands(struct iem_band bands[2 * BANDS])
{
	size_t n = 0;

	for (int side = IEM_SIDE_LEFT; side <= IEM_SIDE_RIGHT; side++)
		for (int i = 0; i < BANDS; i++, n++)
			bands[n] = (struct iem_band){ i == 0 ? IEM_LOW_SHELF : i == BANDS - 1 ? IEM_HIGH_SHELF : IEM_PEAKING,
						      side, (side == IEM_SIDE_LEFT ? 60 : 63) * pow(200, i / (BANDS - 1.0)),
						      i % 2 ? 4 : -3, i == 0 || i == BANDS - 1 ? 0.7 : 1.4 };
	return n;
}

static double filters_us(const struct iem_eq *eq, double rate_hz)
{
	double best = INFINITY;

	for (int run = 0; run < RUNS; run++) {
		const double begin = now_us();
		struct iem_biquad section;

		for (size_t i = 0; i < eq->n_bands; i++)
			iem_biquad_design(&section, &eq->bands[i], eq->reference, rate_hz);
		best = fmin(best, now_us() - begin);
	}
	return best;
}

static double chain_us(const struct iem_eq *eq, double rate_hz)
{
	const struct iem_chain_plan plan = { .eq = eq, .rate_hz = rate_hz, .channels = 2,
					     .sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT } };
	double best = INFINITY;

	for (int run = 0; run < RUNS; run++) {
		const double begin = now_us();
		struct iem_chain *chain;

		if (iem_chain_new(&chain, &plan) < 0)
			return NAN;
		best = fmin(best, now_us() - begin);
		iem_chain_free(chain);
	}
	return best;
}

int main(void)
{
	static const double rates_hz[] = { 44100, 48000, 96000, 192000, 768000 };
	struct iem_band bands[2 * BANDS];
	struct iem_eq eq = { .preamp_auto = true, .bands = bands, .n_bands = some_bands(bands) };

	printf("rate\treference\tfilters_us\tchain_us\n");
	for (int reference = 0; reference < IEM_REFERENCES; reference++)
		for (size_t r = 0; r < ARRAY_LEN(rates_hz); r++) {
			eq.reference = reference;
			printf("%.0f\t%s\t%.1f\t%.1f\n", rates_hz[r], iem_reference_names[reference],
			       filters_us(&eq, rates_hz[r]), chain_us(&eq, rates_hz[r]));
		}
	return 0;
}
