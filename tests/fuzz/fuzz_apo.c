/*
 * A preset is text of somebody else's making. Whatever it is: the importer says what it takes and what it
 * leaves, and what it takes is an equaliser that can be designed.
 */
#include "core/apo.h"

#include "tests/fuzz/design.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_bands(const struct iem_eq *eq)
{
	for (size_t i = 0; i < eq->n_bands; i++) {
		const struct iem_band *band = &eq->bands[i];

		assert(band->freq_hz >= IEM_MIN_FREQ_HZ && band->freq_hz <= IEM_MAX_FREQ_HZ);
		assert(fabs(band->gain_db) <= IEM_MAX_GAIN_DB);
		assert(band->q >= IEM_MIN_Q && band->q <= IEM_MAX_Q);
	}
}

static void check_graphic(const struct iem_curve *graphic)
{
	assert(graphic->n <= IEM_CURVE_MAX_POINTS);
	for (size_t i = 0; i < graphic->n; i++) {
		const struct iem_point *point = &graphic->at[i];

		assert(point->x >= IEM_MIN_FREQ_HZ && point->x <= IEM_MAX_FREQ_HZ);
		assert(fabs(point->y) <= IEM_MAX_GAIN_DB);
		assert(i == 0 || point->x > graphic->at[i - 1].x);
	}
}

static void import(const char *text, size_t size, enum iem_reference reference)
{
	struct iem_diags diags = { 0 };
	struct iem_apo apo;
	const int r = iem_apo_parse(&apo, text, size, "x.txt", reference, &diags);

	assert((r < 0) == (diags.errors > 0));
	if (r == 0) {
		check_bands(&apo.eq);
		check_graphic(&apo.eq.graphic);
		apo.eq.graphic.n = 0; /* it can be designed, but that takes too long to be done thousands of times */
		design_and_play(&apo.eq);
		iem_apo_finish(&apo);
	}
	iem_diags_finish(&diags);
}

/* The text has no NUL behind it, so that a step too far is seen. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);

	assert(text);
	if (size)
		memcpy(text, data, size);
	import(text, size, iem_apo_reference(text, size, "x.txt"));
	import(text, size, IEM_REFERENCE_ANALOG);
	free(text);
	return 0;
}
