#include "core/preference.h"

#include "core/number.h"

#include <errno.h>
#include <math.h>

#define SHELF_Q 0.7071067811865476

/* Shelves two octaves apart, each of two octaves' gain, are a straight line within a tenth of a dB for a dB an octave. */
#define TILT_STEP_OCTAVES 2
#define TILT_Q 0.6

enum { TILT_BANDS = IEM_PREFERENCE_KEY_BANDS };

const struct iem_preference_row iem_preference_rows[IEM_PREFERENCE_KEYS] = {
	[IEM_PREFER_BASS] = { "bass", " dB", -12, 12, "-12 to 12 dB" },
	[IEM_PREFER_TREBLE] = { "treble", " dB", -12, 12, "-12 to 12 dB" },
	[IEM_PREFER_TILT] = { "tilt", " dB an octave", -2, 2, "-2 to 2 dB an octave" },
	[IEM_PREFER_BALANCE] = { "balance", " dB", -12, 12, "-12 (left) to 12 (right) dB" },
	[IEM_PREFER_MONO] = { "mono", NULL, 0, 1, "on or off" },
	[IEM_PREFER_CROSSFEED] = { "crossfeed", NULL, 0, 0, "off, default, chu-moy or meier" },
	[IEM_PREFER_WIDTH] = { "width", "", 0, 2, "0 (mono) to 2, 1 as it is" },
};

int iem_preference_find(const char *name)
{
	for (int key = 0; key < IEM_PREFERENCE_KEYS; key++)
		if (iem_streq(iem_preference_rows[key].name, name))
			return key;
	return -ENOENT;
}

/* Where the number of a key is kept; NULL for a word. */
static double *number_of(struct iem_preference *preference, enum iem_preference_key key)
{
	switch (key) {
	case IEM_PREFER_BASS:
		return &preference->bass_db;
	case IEM_PREFER_TREBLE:
		return &preference->treble_db;
	case IEM_PREFER_TILT:
		return &preference->tilt_db;
	case IEM_PREFER_BALANCE:
		return &preference->stereo.balance_db;
	case IEM_PREFER_WIDTH:
		return &preference->stereo.width;
	default:
		return NULL;
	}
}

static int parse_number(double *number, const struct iem_preference_row *row, const char *text)
{
	double value;

	if (iem_number_parse(text, &value) < 0 || !(value >= row->min && value <= row->max))
		return -EINVAL;
	*number = value;
	return 0;
}

static int parse_word(struct iem_stereo *stereo, enum iem_preference_key key, const char *text)
{
	const int preset = iem_crossfeed_find(text);

	if (key == IEM_PREFER_MONO && (strcmp(text, "on") == 0 || strcmp(text, "off") == 0))
		stereo->mono = strcmp(text, "on") == 0;
	else if (key == IEM_PREFER_CROSSFEED && (preset >= 0 || strcmp(text, "off") == 0))
		stereo->crossfeed = preset >= 0 ? preset : -1;
	else
		return -EINVAL;
	return 0;
}

static void copy_value(struct iem_preference *to, const struct iem_preference *from, enum iem_preference_key key)
{
	struct iem_preference source = *from;
	const double *number = number_of(&source, key);

	if (number)
		*number_of(to, key) = *number;
	else if (key == IEM_PREFER_MONO)
		to->stereo.mono = from->stereo.mono;
	else
		to->stereo.crossfeed = from->stereo.crossfeed;
}

int iem_preference_parse(struct iem_preference *preference, enum iem_preference_key key, const char *text)
{
	double *number = number_of(preference, key);
	int r;

	if (strcmp(text, "reset") == 0) {
		copy_value(preference, &IEM_PREFERENCE_NEUTRAL, key);
		preference->given &= ~(1u << key);
		return 0;
	}
	r = number ? parse_number(number, &iem_preference_rows[key], text) : parse_word(&preference->stereo, key, text);
	if (r == 0)
		preference->given |= 1u << key;
	return r;
}

const char *iem_preference_text(const struct iem_preference *preference, enum iem_preference_key key, char *buf,
				size_t size)
{
	struct iem_preference copy = *preference;
	const double *number = number_of(&copy, key);

	if (number)
		snprintf(buf, size, key == IEM_PREFER_WIDTH || *number == 0 ? "%g" : "%+g", *number + 0.0);
	else if (key == IEM_PREFER_MONO)
		snprintf(buf, size, "%s", preference->stereo.mono ? "on" : "off");
	else
		snprintf(buf, size, "%s", preference->stereo.crossfeed < 0 ? "off" :
				iem_crossfeed_presets[preference->stereo.crossfeed].name);
	return buf;
}

const char *iem_preference_describe(const struct iem_preference *preference, char *buf, size_t size)
{
	const struct iem_preference neutral = IEM_PREFERENCE_NEUTRAL;
	char value[64], plain[64];
	size_t n = 0;

	buf[0] = '\0';
	for (int key = 0; key < IEM_PREFERENCE_KEYS && n < size; key++) {
		const struct iem_preference_row *row = &iem_preference_rows[key];

		iem_preference_text(preference, key, value, sizeof(value));
		if (strcmp(value, iem_preference_text(&neutral, key, plain, sizeof(plain))) != 0)
			n += (size_t)snprintf(buf + n, size - n, "%s%s %s%s", n ? ", " : "", row->name, value,
					      row->unit ? row->unit : "");
	}
	return buf;
}

struct iem_preference iem_preference_merge(const struct iem_preference *base, const struct iem_preference *over)
{
	struct iem_preference merged = *base;

	for (int key = 0; key < IEM_PREFERENCE_KEYS; key++)
		if (over->given & 1u << key)
			copy_value(&merged, over, key);
	merged.given |= over->given;
	return merged;
}

bool iem_preference_is_neutral(const struct iem_preference *preference)
{
	return preference->bass_db == 0 && preference->treble_db == 0 && preference->tilt_db == 0 &&
	       iem_stereo_is_neutral(&preference->stereo);
}

/* Low shelves down to the left of 1 kHz and high shelves up to the right: there it stays as loud as it was. */
static size_t add_tilt(struct iem_band *bands, double tilt_db)
{
	static const double octaves[TILT_BANDS] = { -5, -3, -1, 1, 3 };

	for (int i = 0; i < TILT_BANDS; i++) {
		const bool low = octaves[i] < 0;

		bands[i] = (struct iem_band){ low ? IEM_LOW_SHELF : IEM_HIGH_SHELF, IEM_SIDE_BOTH,
					      1000 * exp2(octaves[i]), (low ? -1 : 1) * TILT_STEP_OCTAVES * tilt_db,
					      TILT_Q };
	}
	return TILT_BANDS;
}

/* A shelf; none where it would do nothing. */
static size_t add_shelf(struct iem_band *bands, enum iem_band_type type, double freq_hz, double gain_db)
{
	if (gain_db == 0)
		return 0;
	bands[0] = (struct iem_band){ type, IEM_SIDE_BOTH, freq_hz, gain_db, SHELF_Q };
	return 1;
}

size_t iem_preference_bands(const struct iem_preference *preference, enum iem_preference_key key,
			    struct iem_band bands[IEM_PREFERENCE_KEY_BANDS])
{
	switch (key) {
	case IEM_PREFER_BASS:
		return add_shelf(bands, IEM_LOW_SHELF, 105, preference->bass_db);
	case IEM_PREFER_TREBLE:
		return add_shelf(bands, IEM_HIGH_SHELF, 10000, preference->treble_db);
	case IEM_PREFER_TILT:
		return preference->tilt_db != 0 ? add_tilt(bands, preference->tilt_db) : 0;
	default:
		return 0;
	}
}
