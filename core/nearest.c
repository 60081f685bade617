#include "core/nearest.h"

#include <string.h>

/* Letters to change, add or take away to make A of B (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	enum { MAX = 64 };
	const size_t n = strnlen(b, MAX);
	size_t row[MAX + 1];

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			const size_t change = diagonal + (a[i] != b[j]),
				     shorter = row[j] < row[j + 1] ? row[j] : row[j + 1];

			diagonal = row[j + 1];
			row[j + 1] = change < shorter + 1 ? change : shorter + 1;
		}
	}
	return row[n];
}

const char *iem_nearest(const char *wanted, const char *const *words, size_t n)
{
	const size_t length = strlen(wanted);
	size_t best = length < 3 ? 2 : length < 8 ? 3 : 4; /* more changes than that are no slip */
	const char *found = NULL;

	for (size_t i = 0; i < n; i++) {
		const size_t d = length <= 64 ? distance(wanted, words[i]) : best;

		if (d < best) {
			best = d;
			found = words[i];
		}
	}
	return found;
}
