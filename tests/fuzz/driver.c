/*
 * A small stand-in for libFuzzer, so that every test run does a little of its work: the seeds as they are,
 * then mutations of them, the same ones in every run. Usage: PROGRAM MUTATIONS SEED-FILE...
 */
#include "core/conf.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_SEEDS = 100, MAX_SIZE = 8192 };

struct text {
	char *at;
	size_t size;
};

static uint32_t state = 1;

static size_t below(size_t n)
{
	state = state * 1664525u + 1013904223u;
	return n ? (state >> 8) % n : 0;
}

/* Replace N bytes at AT by M others, as far as there is room. */
static void splice(struct text *text, size_t at, size_t n, const char *other, size_t m)
{
	if (text->size - n + m > MAX_SIZE)
		return;
	memmove(text->at + at + m, text->at + at + n, text->size - at - n);
	memcpy(text->at + at, other, m);
	text->size = text->size - n + m;
}

static void mutate(struct text *text, const struct text *seeds, size_t n_seeds)
{
	static const char *const words[] = { "{",  "}",        "(",    ")",  "[",     "]",    ";",
					     ",",  "=",        "\"",   "\\", "/*",    "*/",   "//",
					     "#",  "@include", "-",    "0",  "1e999", "nan",  "4294967296",
					     "0x", "L",        "true", "eq", "bands", "type", "\"peaking\"",
					     "q",  "variants", "name", "\n", "\x80",  "like" };
	const struct text *from = &seeds[below(n_seeds)];
	const size_t at = below(text->size), n = below(text->size - at < 40 ? text->size - at : 40);
	const size_t there = below(from->size),
		     m = below(from->size - there < 200 ? from->size - there : 200);
	const char *word = words[below(ARRAY_LEN(words))];
	char byte = (char)below(256);

	switch (below(5)) {
	case 0:
		splice(text, at, text->size > at, &byte, 1);
		break;
	case 1:
		splice(text, at, n, "", 0);
		break;
	case 2:
		splice(text, at, 0, word, strlen(word));
		break;
	case 3:
		splice(text, at, n, word, strlen(word));
		break;
	default:
		splice(text, at, 0, from->at + there, m);
	}
}

static void run(const struct text *text)
{
	LLVMFuzzerTestOneInput((const uint8_t *)text->at, text->size);
}

int main(int argc, char **argv)
{
	struct text seeds[MAX_SEEDS], text = { malloc(MAX_SIZE), 0 };
	const long mutations = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	size_t n = 0;

	for (int i = 2; i < argc && n < MAX_SEEDS; i++, n++) {
		if (conf_slurp(argv[i], MAX_SIZE, &seeds[n].at, &seeds[n].size) < 0) {
			fprintf(stderr, "%s cannot be read\n", argv[i]);
			return 1;
		}
		run(&seeds[n]);
	}
	for (long i = 0; n && i < mutations; i++) {
		const struct text *seed = &seeds[below(n)];

		memcpy(text.at, seed->at, seed->size);
		text.size = seed->size;
		for (size_t k = 1 + below(4); k > 0; k--)
			mutate(&text, seeds, n);
		run(&text);
	}
	for (size_t i = 0; i < n; i++)
		free(seeds[i].at);
	free(text.at);
	return n ? 0 : 1;
}
