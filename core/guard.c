#include "core/guard.h"

#include <math.h>

#define GUARD_Q 0.7071067811865476 /* the steepest shelf that does not overshoot */
#define LEAST_DB 0.05
#define SPARE_DB 1.0 /* that a guard may take beside the boost */

/* Where to look: an octave inside the edge, and out to where all shelves are flat. */
enum { PER_OCTAVE = 6, INSIDE = PER_OCTAVE + 1, BEYOND = 12 * PER_OCTAVE };

#define SEARCH_OCTAVES 6.0
#define SEARCH_STEPS 20

struct edge {
	double hz;
	enum iem_band_type type; /* of the guard */
	int outward;             /* the sign of octaves that lead away from the range */
};

/* Over an edge: how high the boost is beyond it, and how much a guard may take inside. */
struct walk {
	double boost_db;
	double hz[INSIDE], spare_db[INSIDE];
};

static double hz_at(const struct edge *edge, double octaves)
{
	return edge->hz * exp2(edge->outward * octaves);
}

static void walk_over(struct walk *walk, const struct edge *edge, const struct iem_band *bands, size_t n)
{
	walk->boost_db = 0;
	for (int i = 0; i <= BEYOND; i++)
		walk->boost_db = fmax(walk->boost_db, iem_bands_db(bands, n, IEM_REFERENCE_ANALOG,
								   hz_at(edge, (double)i / PER_OCTAVE)));
	for (int i = 0; i < INSIDE; i++) {
		walk->hz[i] = hz_at(edge, -(double)i / PER_OCTAVE);
		walk->spare_db[i] = SPARE_DB;
		if (i < INSIDE - 1) /* what is further inside than an octave keeps its boost */
			walk->spare_db[i] += fmax(iem_bands_db(bands, n, IEM_REFERENCE_ANALOG, walk->hz[i]), 0);
	}
}

static struct iem_band guard_at(const struct edge *edge, double octaves, double boost_db)
{
	return (struct iem_band){ edge->type, IEM_SIDE_BOTH, hz_at(edge, octaves), -boost_db, GUARD_Q };
}

static bool takes_too_much(const struct walk *walk, const struct iem_band *guard)
{
	for (int i = 0; i < INSIDE; i++)
		if (-iem_band_db(guard, IEM_REFERENCE_ANALOG, walk->hz[i]) > walk->spare_db[i])
			return true;
	return false;
}

/* As near to the edge as it may lie. */
static struct iem_band guard_for(const struct edge *edge, const struct walk *walk)
{
	struct iem_band guard = guard_at(edge, 0, walk->boost_db);
	double too_near = 0, far = SEARCH_OCTAVES;

	if (!takes_too_much(walk, &guard))
		return guard;
	for (int i = 0; i < SEARCH_STEPS; i++) {
		const double octaves = (too_near + far) / 2;

		guard = guard_at(edge, octaves, walk->boost_db);
		if (takes_too_much(walk, &guard))
			too_near = octaves;
		else
			far = octaves;
	}
	return guard_at(edge, far, walk->boost_db);
}

size_t iem_guard_bands(struct iem_band guards[IEM_GUARD_BANDS], const struct iem_band *bands, size_t n,
		       const struct iem_rated *rated)
{
	const struct edge edges[IEM_GUARD_BANDS] = { { rated->lowest_hz, IEM_LOW_SHELF, -1 },
						     { rated->highest_hz, IEM_HIGH_SHELF, 1 } };
	size_t n_guards = 0;
	struct walk walk;

	for (size_t i = 0; i < ARRAY_LEN(edges); i++) {
		if (isnan(edges[i].hz) || n == 0)
			continue;
		walk_over(&walk, &edges[i], bands, n);
		if (walk.boost_db >= LEAST_DB)
			guards[n_guards++] = guard_for(&edges[i], &walk);
	}
	return n_guards;
}
