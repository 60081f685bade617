#include "core/apo.h"

#include "core/apo_filter.h"
#include "core/apo_graphic.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <strings.h>

enum { LEFT = 1, RIGHT = 2, OTHER = 4 };

/* A text under way. */
struct import {
	struct iem_eq eq;
	size_t through[2];   /* bands of the left and of the right ear */
	double preamp_db[2]; /* likewise */
	bool any_preamp;
	int preamp_line;
	unsigned channels; /* that the lines from here on are for: LEFT, RIGHT, OTHER */
	unsigned unmet;    /* depth of If: blocks */
	enum iem_reference reference;
	const char *path;
	int line;
	struct iem_diags *diags;
};

typedef int (*command_fn)(struct import *import, const char *key, const char *value);

static int remark(struct import *import, const char *sentence)
{
	iem_remark(import->diags, import->path, import->line, "%s", sentence);
	return 0;
}

/* --- what can be taken over ------------------------------------------------------------------- */

static int read_preamp(struct import *import, const char *key, const char *value)
{
	struct apo_cursor cursor = { value };
	const struct apo_token token = apo_next(&cursor);

	if (token.kind != APO_NUMBER)
		return remark(import, "not taken over: 'Preamp' wants a number of dB");
	for (int ear = 0; ear < 2; ear++)
		if (import->channels & (ear == 0 ? LEFT : RIGHT))
			import->preamp_db[ear] += token.number;
	if (import->channels & (LEFT | RIGHT)) {
		import->any_preamp = true;
		import->preamp_line = import->line;
	}
	return 0;
}

static int add_band(struct import *import, const struct iem_band *band)
{
	struct iem_eq *eq = &import->eq;
	struct iem_band *bands;

	bands = realloc(eq->bands, (eq->n_bands + 1) * sizeof(*bands));
	if (!bands)
		return -ENOMEM;
	eq->bands = bands;
	eq->bands[eq->n_bands++] = *band;
	import->through[0] += band->side != IEM_SIDE_RIGHT;
	import->through[1] += band->side != IEM_SIDE_LEFT;
	return 0;
}

static int read_filter(struct import *import, const char *key, const char *value)
{
	const unsigned ears = import->channels & (LEFT | RIGHT);
	struct apo_filter filter;

	if (!ears)
		return 0; /* told at the line that names the channel */
	if (apo_filter(&filter, value, import->reference) < 0) {
		iem_remark(import->diags, import->path, import->line, "filter not taken over: %s",
			   filter.sentence);
		return 0;
	}
	if (filter.off)
		return 0;
	if ((ears & LEFT && import->through[0] == IEM_MAX_BANDS) ||
	    (ears & RIGHT && import->through[1] == IEM_MAX_BANDS)) {
		iem_remark(import->diags, import->path, import->line,
			   "filter not taken over: a channel has at most %d bands", IEM_MAX_BANDS);
		return 0;
	}
	if (*filter.sentence)
		remark(import, filter.sentence);
	filter.band.side = ears == LEFT ? IEM_SIDE_LEFT : ears == RIGHT ? IEM_SIDE_RIGHT : IEM_SIDE_BOTH;
	return add_band(import, &filter.band);
}

static int read_graphic(struct import *import, const char *key, const char *value)
{
	const unsigned ears = import->channels & (LEFT | RIGHT);
	char sentence[APO_MAX_SENTENCE];
	int r;

	if (!ears)
		return 0; /* told at the line that names the channel */
	if (ears != (LEFT | RIGHT))
		return remark(import,
			      "GraphicEQ not taken over: it is for one ear, and the 'graphic' of a profile for both");
	r = apo_graphic_add(&import->eq.graphic, value, sentence);
	if (r != -EINVAL)
		return r;
	iem_remark(import->diags, import->path, import->line, "GraphicEQ not taken over: %s", sentence);
	return 0;
}

static unsigned channel_of(const char *name)
{
	static const struct {
		const char *name;
		unsigned channels;
	} names[] = {
		{ "all", LEFT | RIGHT }, { "L", LEFT }, { "1", LEFT }, { "R", RIGHT }, { "2", RIGHT },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcasecmp(name, names[i].name) == 0)
			return names[i].channels;
	return OTHER;
}

static int read_channel(struct import *import, const char *key, const char *value)
{
	char names[100], *rest = names, *name;

	if (strlen(value) >= sizeof(names))
		return remark(import, "not taken over: a list of channels too long to be meant");
	strcpy(names, value);
	import->channels = 0;
	while ((name = strsep(&rest, " \t,")))
		if (*name)
			import->channels |= channel_of(name);
	if (!import->channels)
		remark(import, "'Channel' names no channel; the filters below it are not taken over");
	else if (import->channels == OTHER)
		remark(import,
		       "not taken over: a channel other than left and right, and the filters below it");
	else if (import->channels & OTHER)
		remark(import, "only left and right are taken over of these channels");
	return 0;
}

/* --- what cannot be --------------------------------------------------------------------------- */

static int not_taken(struct import *import, const char *key, const char *value)
{
	iem_remark(import->diags, import->path, import->line, "not taken over: '%s' has no counterpart here",
		   key);
	return 0;
}

/* The file lies on somebody else's disk. */
static int convolution(struct import *import, const char *key, const char *value)
{
	return remark(import, "not taken over: 'Convolution'; put its sound file beside the profile, and name it in "
			      "the profile's eq: fir = \"...\"");
}

static int not_a_limit(struct import *import, const char *key, const char *value)
{
	if (strcasecmp(value, "all") == 0)
		return 0;
	iem_remark(import->diags, import->path, import->line,
		   "not taken over: '%s'; the lines below it are taken over as if it did not stand there",
		   key);
	return 0;
}

static int condition(struct import *import, const char *key, const char *value)
{
	import->unmet++;
	return remark(import, "not taken over: 'If', nor the lines up to its 'EndIf'");
}

static int condition_end(struct import *import, const char *key, const char *value)
{
	if (import->unmet > 0)
		import->unmet--;
	return 0;
}

static int ignored(struct import *import, const char *key, const char *value)
{
	return 0;
}

/* All that can stand before a colon; any other is told as unknown. */
static const struct {
	const char *key;
	command_fn run;
} commands[] = {
	{ "Filter", read_filter },
	{ "Preamp", read_preamp },
	{ "Channel", read_channel },
	{ "GraphicEQ", read_graphic },
	{ "Convolution", convolution },
	{ "Include", not_taken },
	{ "Copy", not_taken },
	{ "Delay", not_taken },
	{ "LoudnessCorrection", not_taken },
	{ "VSTPlugin", not_taken },
	{ "Eval", not_taken },
	{ "Device", not_a_limit },
	{ "Stage", not_a_limit },
	{ "If", condition },
	{ "ElseIf", ignored },
	{ "Else", ignored },
	{ "EndIf", condition_end },
	/* what REW writes above its filters */
	{ "Dated", ignored },
	{ "Notes", ignored },
	{ "Equaliser", ignored },
};

/* "Filter 12" is the key Filter; a key is otherwise taken as a whole. */
static bool is_key(const char *text, const char *key)
{
	const size_t length = strlen(key);

	if (strncasecmp(text, key, length) != 0)
		return false;
	text += length;
	text += strspn(text, " \t");
	if (strcmp(key, "Filter") == 0)
		text += strspn(text, "0123456789 \t");
	return *text == '\0';
}

/* --- lines ------------------------------------------------------------------------------------ */

static char *trim(char *text)
{
	size_t length;

	text += strspn(text, " \t\r\f\v");
	for (length = strlen(text); length > 0 && strchr(" \t\r\f\v", text[length - 1]); length--)
		text[length - 1] = '\0';
	return text;
}

/* Only what is sure to be shown as itself. */
static const char *printable(char *text)
{
	const size_t max = 40;

	for (size_t i = 0; text[i]; i++) {
		if (i == max) {
			text[i] = '\0';
			break;
		}
		if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] > '~')
			text[i] = '?';
	}
	return text;
}

static int read_line(struct import *import, char *text)
{
	char *key = trim(text), *colon = strchr(key, ':');

	if (*key == '\0' || *key == '#')
		return 0;
	if (!colon) {
		/* REW's and other people's titles; but a filter that lost its colon is not lost without a word. */
		if (strcasestr(key, " Fc "))
			remark(import, "not taken over: a filter without the colon of 'Filter:'");
		return 0;
	}
	*colon = '\0';
	key = trim(key);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (!is_key(key, commands[i].key))
			continue;
		if (import->unmet && commands[i].run != condition && commands[i].run != condition_end)
			return 0;
		return commands[i].run(import, commands[i].key, trim(colon + 1));
	}
	if (!import->unmet)
		iem_remark(import->diags, import->path, import->line, "not taken over: '%s' is not known",
			   printable(key));
	return 0;
}

static int read_lines(struct import *import, char *text)
{
	int r = 0;

	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	import->line = 0;
	while (text && r == 0) {
		/* A lone CR ends a line too: files from very old Macs, and some web pages. */
		char *end = text + strcspn(text, "\r\n"), *next = NULL;

		if (*end)
			next = end + 1 + (end[0] == '\r' && end[1] == '\n');
		*end = '\0';
		import->line++;
		r = read_line(import, text);
		text = next;
	}
	return r;
}

static bool contains(const char *text, size_t size, const char *word)
{
	const size_t length = strlen(word);

	for (size_t i = 0; i + length <= size; i++)
		if (strncasecmp(text + i, word, length) == 0)
			return true;
	return false;
}

enum iem_reference iem_apo_reference(const char *text, size_t size, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL, *name = slash ? slash + 1 : path;

	if (contains(text, size, "AutoEq") || (name && contains(name, strlen(name), "AutoEq")))
		return IEM_REFERENCE_COOKBOOK_44100;
	return IEM_REFERENCE_COOKBOOK_48000;
}

/* The preamp is only for the record where it is the same for both ears; else a balance would be lost unsaid. */
static double published_preamp(const struct import *import)
{
	if (!import->any_preamp)
		return NAN;
	if (import->preamp_db[0] == import->preamp_db[1])
		return import->preamp_db[0];
	iem_remark(import->diags, import->path, import->preamp_line,
		   "not taken over: the balance between left (%g dB) and right (%g dB) that the preamps make",
		   import->preamp_db[0], import->preamp_db[1]);
	return NAN;
}

int iem_apo_parse(struct iem_apo *out, const char *text, size_t size, const char *path,
		  enum iem_reference reference, struct iem_diags *diags)
{
	struct import import = {
		.channels = LEFT | RIGHT, .reference = reference, .path = path, .diags = diags
	};
	CLEANUP(iem_freep) char *copy = NULL;
	int r;

	if (size > IEM_APO_MAX_BYTES)
		return iem_complain(diags, path, 0, "the file is larger than 1 MiB");
	if (memchr(text, '\0', size))
		return iem_complain(diags, path, 0,
				    "the file holds NUL bytes; save it as plain text in UTF-8");
	copy = strndup(text, size);
	if (!copy)
		return -ENOMEM;
	r = read_lines(&import, copy);
	if (r == 0 && import.eq.n_bands == 0 && import.eq.graphic.n == 0)
		r = iem_complain(diags, path, 0, "there is no filter in it that could be taken over");
	if (r < 0) {
		free(import.eq.bands);
		free(import.eq.graphic.at);
		return r;
	}
	import.eq.preamp_auto = true;
	import.eq.reference = reference;
	*out = (struct iem_apo){ import.eq, published_preamp(&import) };
	return 0;
}

void iem_apo_finish(struct iem_apo *apo)
{
	free(apo->eq.bands);
	free(apo->eq.graphic.at);
	*apo = (struct iem_apo){ 0 };
}
