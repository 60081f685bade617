#include "core/apo_filter.h"

#include "core/biquad.h"
#include "core/number.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <strings.h>

enum {
	WANTS_GAIN = 1,
	WANTS_WIDTH = 2, /* Q or octaves; there is no default */
	SHELF = 4,       /* slope or Q, no octaves; without both, slope S = 0.9 */
	CORNER = 8,      /* with slope or Q the frequency given is the corner, not the centre */
};

static const struct apo_type {
	const char *name;
	enum iem_band_type type;
	unsigned flags;
	double q; /* when none is given */
} types[] = {
	{ "PK", IEM_PEAKING, WANTS_GAIN | WANTS_WIDTH },
	{ "PEQ", IEM_PEAKING, WANTS_GAIN | WANTS_WIDTH },
	{ "Modal", IEM_PEAKING, WANTS_GAIN | WANTS_WIDTH },
	{ "LS", IEM_LOW_SHELF, WANTS_GAIN | SHELF | CORNER },
	{ "HS", IEM_HIGH_SHELF, WANTS_GAIN | SHELF | CORNER },
	{ "LSC", IEM_LOW_SHELF, WANTS_GAIN | SHELF },
	{ "HSC", IEM_HIGH_SHELF, WANTS_GAIN | SHELF },
	{ "LSQ", IEM_LOW_SHELF, WANTS_GAIN | SHELF },
	{ "HSQ", IEM_HIGH_SHELF, WANTS_GAIN | SHELF },
	{ "LP", IEM_LOW_PASS, 0, M_SQRT1_2 },
	{ "LPQ", IEM_LOW_PASS, 0, M_SQRT1_2 },
	{ "HP", IEM_HIGH_PASS, 0, M_SQRT1_2 },
	{ "HPQ", IEM_HIGH_PASS, 0, M_SQRT1_2 },
	{ "BP", IEM_BAND_PASS, 0, M_SQRT1_2 },
	{ "NO", IEM_NOTCH, 0, 30 },
	{ "AP", IEM_ALL_PASS, WANTS_WIDTH },
};

/* The numbers of a line; NAN where it gives none. */
struct given {
	const struct apo_type *type;
	double freq_hz, gain_db, q, octaves, slope_db;
	bool thousands; /* the frequency was read by REW's rule */
};

static const struct {
	const char *name, *before; /* `before`: a word that has to come first */
	size_t field;
} numbers[] = {
	{ "Fc", "", offsetof(struct given, freq_hz) },
	{ "Gain", "", offsetof(struct given, gain_db) },
	{ "Q", "", offsetof(struct given, q) },
	{ "Oct", "BW", offsetof(struct given, octaves) },
};

static IEM_PRINTF(2, 3) int say(struct apo_filter *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(out->sentence, sizeof(out->sentence), format, args);
	va_end(args);
	return -EINVAL;
}

/* --- tokens ----------------------------------------------------------------------------------- */

/* A no-break space, in UTF-8 or Latin-1, as REW puts it between thousands. */
static size_t no_break_space(const char *at)
{
	if ((unsigned char)at[0] == 0xc2 && (unsigned char)at[1] == 0xa0)
		return 2;
	return (unsigned char)at[0] == 0xa0;
}

static bool is_number_char(const char *at)
{
	return isdigit((unsigned char)*at) || *at == '.' || *at == ',' || *at == '+' || *at == '-' ||
	       ((*at == 'e' || *at == 'E') && strchr("+-0123456789", at[1]) && at[1]);
}

/* Commas become points; no-break spaces within a number go. */
static void read_number(struct apo_cursor *cursor, struct apo_token *token)
{
	size_t n = 0, skip = 0;

	for (; is_number_char(cursor->at) || (skip = no_break_space(cursor->at)); cursor->at++) {
		if (!is_number_char(cursor->at)) {
			if (!is_number_char(cursor->at + skip))
				break;
			cursor->at += skip - 1;
		} else if (n + 1 < sizeof(token->word)) {
			token->word[n++] = *cursor->at == ',' ? '.' : *cursor->at;
		} else {
			token->kind = APO_BAD_NUMBER; /* longer than any that means something */
		}
	}
	if (token->kind != APO_BAD_NUMBER)
		token->kind = iem_number_parse(token->word, &token->number) < 0 ? APO_BAD_NUMBER : APO_NUMBER;
}

struct apo_token apo_next(struct apo_cursor *cursor)
{
	struct apo_token token = { .kind = APO_END };
	size_t n = 0, skip = 0;

	for (; isspace((unsigned char)*cursor->at) || (skip = no_break_space(cursor->at)); cursor->at += skip)
		if (isspace((unsigned char)*cursor->at))
			skip = 1;
	if (!*cursor->at)
		return token;
	if (isalpha((unsigned char)*cursor->at)) {
		token.kind = APO_WORD;
		for (; isalpha((unsigned char)*cursor->at); cursor->at++)
			if (n + 1 < sizeof(token.word))
				token.word[n++] = *cursor->at;
	} else if (is_number_char(cursor->at)) {
		read_number(cursor, &token);
	} else {
		token.kind = APO_OTHER;
		token.word[0] = *cursor->at++;
	}
	return token;
}

/* --- words to numbers ------------------------------------------------------------------------- */

static const struct apo_type *find_type(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strcasecmp(types[i].name, name) == 0)
			return &types[i];
	return NULL;
}

/*
 * REW writes 1500 Hz as "1.500": without an exponent, of five characters or more, and with the point exactly four
 * from the end, a frequency counts in thousands. So Equalizer APO reads it, "105.250" included.
 */
static bool in_thousands(const char *text)
{
	const size_t length = strlen(text);

	return length >= 5 && !strpbrk(text, "eE") && text[length - 4] == '.';
}

/* "6dB" or "13.3 dB" right after the type is a slope in dB an octave. */
static void read_slope(struct apo_cursor *cursor, struct given *given)
{
	struct apo_cursor ahead = *cursor;
	const struct apo_token number = apo_next(&ahead);

	if (number.kind != APO_NUMBER || strcasecmp(apo_next(&ahead).word, "dB") != 0)
		return;
	given->slope_db = number.number;
	*cursor = ahead;
}

static int read_numbers(struct apo_filter *out, struct apo_cursor *cursor, struct given *given)
{
	struct apo_token token, before = { .kind = APO_END };

	for (; (token = apo_next(cursor)).kind != APO_END; before = token) {
		for (size_t i = 0; token.kind == APO_WORD && i < ARRAY_LEN(numbers); i++) {
			double *field = (void *)((char *)given + numbers[i].field);
			struct apo_token value;

			if (strcasecmp(token.word, numbers[i].name) != 0 ||
			    (*numbers[i].before && strcasecmp(before.word, numbers[i].before) != 0))
				continue;
			value = apo_next(cursor);
			if (value.kind != APO_NUMBER)
				return say(out, "'%s' is followed by '%s', which is no number", token.word,
					   value.word);
			if (!isnan(*field))
				return say(out, "'%s' is given twice", token.word);
			*field = value.number;
			if (field == &given->freq_hz && in_thousands(value.word)) {
				given->freq_hz *= 1000;
				given->thousands = true;
			}
			break;
		}
	}
	return 0;
}

/* --- numbers to a band ------------------------------------------------------------------------ */

static int check_needs(struct apo_filter *out, const struct given *given)
{
	const struct apo_type *type = given->type;

	if (isnan(given->freq_hz))
		return say(out, "%s wants a frequency, 'Fc ... Hz'", type->name);
	if ((type->flags & WANTS_GAIN) && isnan(given->gain_db))
		return say(out, "%s wants 'Gain ... dB'", type->name);
	if ((type->flags & WANTS_WIDTH) && isnan(given->q) && isnan(given->octaves))
		return say(out, "%s wants 'Q ...' or 'BW Oct ...'", type->name);
	if (!isnan(given->slope_db) && !(given->slope_db > 0))
		return say(out, "a slope of %g dB an octave means nothing", given->slope_db);
	return 0;
}

/* The corner is where a shelf begins to act: its centre lies half the gain further, at its slope. */
static double centre_of_corner(const struct given *given, double slope)
{
	const double ratio = pow(10.0, fabs(given->gain_db) / (80 * slope));

	return given->type->type == IEM_LOW_SHELF ? given->freq_hz * ratio : given->freq_hz / ratio;
}

static void shelf(struct iem_band *band, const struct given *given)
{
	double slope = 0.9;

	band->freq_hz = given->freq_hz;
	if (!isnan(given->slope_db))
		slope = given->slope_db /
			12; /* a second-order shelf is at most that steep without overshoot */
	else if (!isnan(given->q))
		slope = iem_slope_from_q(given->q, given->gain_db);
	band->q = isnan(given->slope_db) && !isnan(given->q) ? given->q
							     : iem_q_from_slope(slope, given->gain_db);
	if ((given->type->flags & CORNER) && !(isnan(given->slope_db) && isnan(given->q)))
		band->freq_hz = centre_of_corner(given, slope);
}

static int width(struct apo_filter *out, const struct given *given, enum iem_reference reference)
{
	const double rate = iem_reference_rate(reference);

	out->band.freq_hz = given->freq_hz;
	out->band.q = given->type->q;
	if (!isnan(given->q))
		out->band.q = given->q;
	else if (!isnan(given->octaves) && rate > 0 && !(given->freq_hz < rate / 2))
		return say(out, "%g Hz lies beyond half of the reference's rate, where octaves mean nothing",
			   given->freq_hz);
	else if (!isnan(given->octaves))
		out->band.q = iem_q_from_octaves(given->octaves, given->freq_hz, rate);
	return 0;
}

static int check_range(struct apo_filter *out)
{
	const struct iem_band *band = &out->band;

	if (!(band->freq_hz >= IEM_MIN_FREQ_HZ && band->freq_hz <= IEM_MAX_FREQ_HZ))
		return say(out, "the frequency is %g Hz, outside %g to %g Hz", band->freq_hz, IEM_MIN_FREQ_HZ,
			   IEM_MAX_FREQ_HZ);
	if (!(fabs(band->gain_db) <= IEM_MAX_GAIN_DB))
		return say(out, "the gain is %g dB, outside %g to %g dB", band->gain_db, -IEM_MAX_GAIN_DB,
			   IEM_MAX_GAIN_DB);
	if (isnan(band->q))
		return say(out, "a shelf of %g dB cannot be that steep", band->gain_db);
	if (!(band->q >= IEM_MIN_Q && band->q <= IEM_MAX_Q))
		return say(out, "the Q is %g, outside %g to %g", band->q, IEM_MIN_Q, IEM_MAX_Q);
	return 0;
}

static int to_band(struct apo_filter *out, const struct given *given, enum iem_reference reference)
{
	const double rate = iem_reference_rate(reference);

	if (check_needs(out, given) < 0)
		return -EINVAL;
	out->band.type = given->type->type;
	out->band.gain_db = given->type->flags & WANTS_GAIN ? given->gain_db : 0;
	if (given->type->flags & SHELF)
		shelf(&out->band, given);
	else if (width(out, given, reference) < 0)
		return -EINVAL;
	if (check_range(out) < 0)
		return -EINVAL;
	if (given->thousands && given->freq_hz >= (rate > 0 ? rate : 48000) / 2)
		say(out, "by REW's rule for thousands this frequency is %g Hz; check that it is meant",
		    given->freq_hz);
	return 0;
}

int apo_filter(struct apo_filter *out, const char *value, enum iem_reference reference)
{
	struct given given = { NULL, NAN, NAN, NAN, NAN, NAN };
	struct apo_cursor cursor = { value };
	struct apo_token token = apo_next(&cursor);

	*out = (struct apo_filter){ .off = false };
	if (strcasecmp(token.word, "OFF") == 0) {
		out->off = true;
		return 0;
	}
	if (strcasecmp(token.word, "ON") != 0)
		return say(out, "the filter is neither ON nor OFF");
	token = apo_next(&cursor);
	if (token.kind == APO_END || strcasecmp(token.word, "None") == 0) {
		out->off = true;
		return 0;
	}
	given.type = find_type(token.word);
	if (!given.type)
		return say(out, "filters of type '%s' are not known",
			   isprint((unsigned char)token.word[0]) ? token.word : "?");
	read_slope(&cursor, &given);
	return read_numbers(out, &cursor, &given) < 0 ? -EINVAL : to_band(out, &given, reference);
}
