#include "core/added.h"

#include <math.h>

/* Far below the lowest shelf to far above the highest: what these wide bands add up to has its tops within 0.01 dB here. */
#define LOW_HZ 2.5
enum { OCTAVES = 16, PER_OCTAVE = 12, POINTS = OCTAVES * PER_OCTAVE + 1 };

#define SLACK_DB 1e-9
#define PART_STEPS 30  /* to a billionth of a gain */
#define CLAMP_STEPS 8  /* to some hundredths of a dB; each is a fit */
#define SWING_DB 0.07  /* of the bands above their clamp */

/* What was added so far, over frequency. */
struct sum {
	double hz[POINTS], db[POINTS];
};

static void start(struct sum *sum)
{
	for (int i = 0; i < POINTS; i++) {
		sum->hz[i] = LOW_HZ * exp2((double)i / PER_OCTAVE);
		sum->db[i] = 0;
	}
}

/* The sum with bands that are not in it yet. */
static double highest_with(const struct sum *sum, const struct iem_band *bands, size_t n)
{
	double highest_db = -INFINITY;

	for (int i = 0; i < POINTS; i++)
		highest_db = fmax(highest_db, sum->db[i] + iem_bands_db(bands, n, IEM_REFERENCE_ANALOG, sum->hz[i]));
	return highest_db;
}

static void add_to(struct sum *sum, const struct iem_band *bands, size_t n)
{
	for (int i = 0; i < POINTS; i++)
		sum->db[i] += iem_bands_db(bands, n, IEM_REFERENCE_ANALOG, sum->hz[i]);
}

/* --- preferences ------------------------------------------------------------------------------------------------ */

/* A key's bands by the sign of their gain: cuts, and what boosts by PART of its gain. @return how many */
static size_t pick(struct iem_band *picked, const struct iem_band *bands, size_t n, bool boosts, double part)
{
	size_t n_picked = 0;

	for (size_t i = 0; i < n; i++)
		if ((bands[i].gain_db > 0) == boosts) {
			picked[n_picked] = bands[i];
			picked[n_picked++].gain_db *= part;
		}
	return n_picked;
}

/* The largest part of a key's boost with which the sum stays below. Each band's dB grow with its gain everywhere. */
static double part_for(const struct sum *sum, const struct iem_band *bands, size_t n, double most_db)
{
	struct iem_band boosts[IEM_PREFERENCE_KEY_BANDS];
	double low = 0, high = 1;

	if (highest_with(sum, boosts, pick(boosts, bands, n, true, 1)) <= most_db + SLACK_DB)
		return 1;
	for (int i = 0; i < PART_STEPS; i++) {
		const double part = (low + high) / 2;

		if (highest_with(sum, boosts, pick(boosts, bands, n, true, part)) <= most_db)
			low = part;
		else
			high = part;
	}
	return low;
}

/* Tilt before the others: its cuts make room for them, and what they then boost must not take tilt's room. */
static const enum iem_preference_key in_turn[] = { IEM_PREFER_TILT, IEM_PREFER_BASS, IEM_PREFER_TREBLE };

/* Where a key's bands are. */
struct run {
	size_t first, n;
};

/* Cuts count for all, whichever key they are of: they are in the sum first. */
static void hold_preference(struct iem_added *added, struct sum *sum, const struct run of_key[IEM_PREFERENCE_KEYS],
			    double most_db)
{
	struct iem_band picked[IEM_PREFERENCE_BANDS];

	add_to(sum, picked, pick(picked, added->bands, added->n, false, 1));
	for (size_t i = 0; i < ARRAY_LEN(in_turn); i++) {
		const struct run *run = &of_key[in_turn[i]];
		struct iem_band *bands = added->bands + run->first;
		const double part = part_for(sum, bands, run->n, most_db);

		added->part[in_turn[i]] = part;
		add_to(sum, picked, pick(picked, bands, run->n, true, part));
		for (size_t k = 0; k < run->n && part < 1; k++)
			bands[k].gain_db *= bands[k].gain_db > 0 ? part : 1;
	}
}

static void add_preference(struct iem_added *added, struct sum *sum, const struct iem_preference *preference,
			   const struct iem_rated *rated)
{
	struct run of_key[IEM_PREFERENCE_KEYS];

	for (int key = 0; key < IEM_PREFERENCE_KEYS; key++) {
		of_key[key].first = added->n;
		of_key[key].n = iem_preference_bands(preference, (enum iem_preference_key)key, added->bands + added->n);
		added->n += of_key[key].n;
	}
	if (isfinite(rated->most_db))
		hold_preference(added, sum, of_key, rated->most_db);
}

/* --- loudness --------------------------------------------------------------------------------------------------- */

static bool has_room(const struct sum *sum, const struct iem_loudness *loudness, double most_db)
{
	struct iem_band bands[IEM_LOUDNESS_BANDS];

	iem_loudness_bands(loudness, bands);
	return highest_with(sum, bands, IEM_LOUDNESS_BANDS) <= most_db + SLACK_DB;
}

/* Where the curve asks for more than is left, no more than is left there. */
static double clamp_for(const struct sum *sum, const struct iem_loudness *asked, double most_db)
{
	double clamp_db = IEM_LOUDNESS_MAX_BOOST_DB;

	for (int i = 0; i < POINTS; i++) {
		const double left_db = fmax(most_db - sum->db[i], 0);

		if (iem_loudness_db(asked, sum->hz[i]) > left_db)
			clamp_db = fmin(clamp_db, left_db);
	}
	return clamp_db;
}

/* With the highest clamp for which there is room: the curve's but for what the bands swing, as a rule. */
static struct iem_loudness held_loudness(const struct sum *sum, const struct iem_loudness *asked, double most_db)
{
	struct iem_loudness loudness = *asked;
	double low = 0, high;

	if (!isfinite(most_db) || has_room(sum, asked, most_db))
		return loudness;
	high = loudness.most_db = fmax(clamp_for(sum, asked, most_db) - SWING_DB, 0);
	if (has_room(sum, &loudness, most_db))
		return loudness;
	for (int i = 0; i < CLAMP_STEPS; i++) {
		loudness.most_db = (low + high) / 2;
		if (has_room(sum, &loudness, most_db))
			low = loudness.most_db;
		else
			high = loudness.most_db;
	}
	loudness.most_db = low;
	return loudness;
}

static void add_loudness(struct iem_added *added, const struct sum *sum, const struct iem_loudness *asked,
			 const struct iem_rated *rated)
{
	const struct iem_loudness loudness = held_loudness(sum, asked, rated->most_db);

	iem_loudness_bands(&loudness, added->bands + added->n);
	added->n += IEM_LOUDNESS_BANDS;
}

/* --- both ------------------------------------------------------------------------------------------------------- */

void iem_added_make(struct iem_added *out, const struct iem_preference *preference, const struct iem_loudness *loudness,
		    const struct iem_rated *rated)
{
	const struct iem_rated bounds = rated ? *rated : IEM_RATED_NOTHING;
	struct sum sum;

	*out = (struct iem_added){ .n = 0 };
	for (int key = 0; key < IEM_PREFERENCE_KEYS; key++)
		out->part[key] = 1;
	start(&sum);
	if (preference)
		add_preference(out, &sum, preference, &bounds);
	if (loudness)
		add_loudness(out, &sum, loudness, &bounds);
	out->n_guards = iem_guard_bands(out->bands + out->n, out->bands, out->n, &bounds);
	out->n += out->n_guards;
}

/* --- told ------------------------------------------------------------------------------------------------------- */

/* What is done of a key, as "bass +8 dB is held at +3.2 dB"; tilt keeps its cuts, so it is not simply a smaller one. */
static int held_text(const struct iem_preference *preference, enum iem_preference_key key, double part, char *buf,
		     size_t size)
{
	const struct iem_preference_row *row = &iem_preference_rows[key];
	char asked[64];
	double gain_db;

	iem_preference_text(preference, key, asked, sizeof(asked));
	gain_db = strtod(asked, NULL) * part;
	if (key == IEM_PREFER_TILT)
		return snprintf(buf, size, "of the boost of tilt %s%s %.0f %% is done", asked, row->unit, 100 * part);
	return snprintf(buf, size, "%s %s%s is held at %+.1f%s", row->name, asked, row->unit, gain_db, row->unit);
}

/* Where boosts are taken back: "below 60 Hz and above 12000 Hz". @return buf */
static const char *guarded_text(const struct iem_added *added, const struct iem_rated *rated, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (size_t i = added->n - added->n_guards; i < added->n && n < size; i++) {
		const bool low = added->bands[i].type == IEM_LOW_SHELF;

		n += (size_t)snprintf(buf + n, size - n, "%s%s %g Hz", n ? " and " : "", low ? "below" : "above",
				      low ? rated->lowest_hz : rated->highest_hz);
	}
	return buf;
}

static size_t append_held(const struct iem_added *added, const struct iem_preference *preference, char *buf, size_t size)
{
	size_t n = 0;

	for (int key = 0; key < IEM_PREFERENCE_KEYS && n < size; key++)
		if (added->part[key] < 1) {
			n += (size_t)snprintf(buf + n, size - n, "%s", n ? ", " : "");
			if (n < size)
				n += (size_t)held_text(preference, (enum iem_preference_key)key, added->part[key],
						       buf + n, size - n);
		}
	return n;
}

const char *iem_added_held(const struct iem_preference *preference, const struct iem_rated *rated, char *buf, size_t size)
{
	struct iem_added added;
	char where[64];
	size_t n;

	buf[0] = '\0';
	iem_added_make(&added, preference, NULL, rated);
	n = append_held(&added, preference, buf, size);
	if (n > 0 && n < size)
		n += (size_t)snprintf(buf + n, size - n, ", since %g mW allow no boost above %.1f dB at %g dB SPL",
				      rated->max_power_mw, rated->most_db, rated->reference_spl_db);
	if (added.n_guards && n < size)
		snprintf(buf + n, size - n, "%s%s, where the earphone is not rated, boosts are taken back", n ? "; " : "",
			 guarded_text(&added, rated, where, sizeof(where)));
	return buf;
}
