#include "core/apo_graphic.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <strings.h>

static IEM_PRINTF(2, 3) int say(char sentence[APO_MAX_SENTENCE], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, APO_MAX_SENTENCE, format, args);
	va_end(args);
	return -EINVAL;
}

/* --- one line --------------------------------------------------------------------------------- */

/* Units and what separates the points say nothing that their order does not. */
static struct apo_token next_number(struct apo_cursor *cursor)
{
	static const char *const passed[] = { "Hz", "dB", ";" };
	struct apo_token token;
	size_t i;

	do {
		token = apo_next(cursor);
		for (i = 0; i < ARRAY_LEN(passed) && strcasecmp(token.word, passed[i]) != 0; i++)
			;
	} while (i < ARRAY_LEN(passed));
	return token;
}

static int check_gain(const struct iem_point *point, const char *of_what, char *sentence)
{
	if (fabs(point->y) <= IEM_MAX_GAIN_DB)
		return 0;
	return say(sentence, "the gain at %g Hz is %g dB%s, outside %g to %g dB", point->x, point->y, of_what,
		   -IEM_MAX_GAIN_DB, IEM_MAX_GAIN_DB);
}

/* @return 1 after a point, 0 at the end, or -EINVAL */
static int read_point(struct iem_point *point, struct apo_cursor *cursor, char *sentence)
{
	const struct apo_token freq = next_number(cursor), gain = next_number(cursor);

	if (freq.kind == APO_END)
		return 0;
	if (freq.kind != APO_NUMBER)
		return say(sentence, "'%s' is no number", freq.word);
	if (gain.kind == APO_END)
		return say(sentence, "there is no gain behind %g Hz", freq.number);
	if (gain.kind != APO_NUMBER)
		return say(sentence, "'%s' is no number", gain.word);
	*point = (struct iem_point){ freq.number, gain.number };
	if (!(point->x >= IEM_MIN_FREQ_HZ && point->x <= IEM_MAX_FREQ_HZ))
		return say(sentence, "the frequency is %g Hz, outside %g to %g Hz", point->x, IEM_MIN_FREQ_HZ,
			   IEM_MAX_FREQ_HZ);
	return check_gain(point, "", sentence) < 0 ? -EINVAL : 1;
}

static int by_frequency(const void *a, const void *b)
{
	const double x = ((const struct iem_point *)a)->x, y = ((const struct iem_point *)b)->x;

	return (x > y) - (x < y);
}

/* Ascending, each frequency once. Two gains for one would be a step, which no curve has. */
static int sort(struct iem_curve *curve, char *sentence)
{
	size_t n = 1;

	qsort(curve->at, curve->n, sizeof(*curve->at), by_frequency);
	for (size_t i = 1; i < curve->n; i++) {
		const struct iem_point *last = &curve->at[n - 1], *point = &curve->at[i];

		if (point->x > last->x)
			curve->at[n++] = *point;
		else if (point->y != last->y)
			return say(sentence, "%g Hz is given twice, with %g and with %g dB", point->x,
				   fmin(last->y, point->y), fmax(last->y, point->y));
	}
	curve->n = n;
	return 0;
}

/* Into CURVE, which has room for IEM_CURVE_MAX_POINTS. */
static int read_points(struct iem_curve *curve, const char *value, char *sentence)
{
	struct apo_cursor cursor = { value };
	struct iem_point point;
	int r;

	while ((r = read_point(&point, &cursor, sentence)) > 0) {
		if (curve->n == IEM_CURVE_MAX_POINTS)
			return say(sentence, "it has more than %d points", IEM_CURVE_MAX_POINTS);
		curve->at[curve->n++] = point;
	}
	if (r < 0)
		return r;
	return curve->n ? sort(curve, sentence) : say(sentence, "it has no points");
}

/* --- lines together --------------------------------------------------------------------------- */

/* A curve that is asked at ascending frequencies. */
struct walk {
	const struct iem_curve *curve;
	size_t next; /* the first point that is not below what was asked last */
};

static double value_at(struct walk *walk, double freq_hz)
{
	const struct iem_curve *curve = walk->curve;

	while (walk->next < curve->n && curve->at[walk->next].x < freq_hz)
		walk->next++;
	if (walk->next == 0 || walk->next == curve->n)
		return iem_curve_at(curve, freq_hz); /* beyond an end */
	return iem_curve_at(&(struct iem_curve){ &curve->at[walk->next - 1], 2 }, freq_hz);
}

static double next_hz(const struct walk *walk)
{
	return walk->next < walk->curve->n ? walk->curve->at[walk->next].x : INFINITY;
}

/* Into SUM, which has room for the points of both. */
static void add(struct iem_curve *sum, const struct iem_curve *a, const struct iem_curve *b)
{
	struct walk walks[2] = { { a }, { b } };
	double hz;

	while ((hz = fmin(next_hz(&walks[0]), next_hz(&walks[1]))) < INFINITY) {
		sum->at[sum->n++] = (struct iem_point){ hz, value_at(&walks[0], hz) + value_at(&walks[1], hz) };
		for (int i = 0; i < 2; i++)
			walks[i].next += next_hz(&walks[i]) == hz;
	}
}

static int check_sum(const struct iem_curve *sum, char *sentence)
{
	if (sum->n > IEM_CURVE_MAX_POINTS)
		return say(sentence, "with the lines before there are more than %d points", IEM_CURVE_MAX_POINTS);
	for (size_t i = 0; i < sum->n; i++)
		if (check_gain(&sum->at[i], " with the lines before", sentence) < 0)
			return -EINVAL;
	return 0;
}

int apo_graphic_add(struct iem_curve *curve, const char *value, char sentence[APO_MAX_SENTENCE])
{
	CLEANUP(iem_freep) struct iem_point *points = calloc(IEM_CURVE_MAX_POINTS, sizeof(*points)), *all = NULL;
	struct iem_curve line = { points, 0 }, sum = { 0 };
	int r;

	if (!points)
		return -ENOMEM;
	if ((r = read_points(&line, value, sentence)) < 0)
		return r;
	if (!curve->n) {
		*curve = (struct iem_curve){ IEM_STEAL(points), line.n };
		return 0;
	}
	sum.at = all = calloc(curve->n + line.n, sizeof(*all));
	if (!all)
		return -ENOMEM;
	add(&sum, curve, &line);
	if ((r = check_sum(&sum, sentence)) < 0)
		return r;
	free(curve->at);
	*curve = (struct iem_curve){ IEM_STEAL(all), sum.n };
	return 0;
}
