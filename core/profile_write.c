#include "core/profile_write.h"

#include "core/number.h"

#include <errno.h>
#include <math.h>

/* What of a band stands in a column of its own. */
enum { TYPE, FREQUENCY, GAIN, Q, CHANNELS, COLUMNS };

static const char *const column_names[COLUMNS] = { "type", "frequency", "gain", "q", "channels" };

static void put_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			fprintf(out, "\\x%02x", (unsigned)(unsigned char)*text);
		else
			fputc(*text, out);
	}
	fputc('"', out);
}

static void put_number(FILE *out, double value)
{
	char text[IEM_NUMBER_TEXT];

	fputs(iem_number_text(value, text), out);
}

static void put_comment(FILE *out, const char *comment)
{
	fputs("# ", out);
	for (; *comment; comment++) {
		if (*comment == '\n')
			fputs("\n# ", out);
		else
			fputc((unsigned char)*comment < ' ' || *comment == 0x7f ? '?' : *comment, out);
	}
	fputs("\n\n", out);
}

/* `  name = "text";` of what is known */
static void put_text_key(FILE *out, const char *name, const char *text)
{
	if (!text)
		return;
	fprintf(out, "  %s = ", name);
	put_text(out, text);
	fputs(";\n", out);
}

static void put_number_key(FILE *out, const char *name, double value)
{
	if (isnan(value))
		return;
	fprintf(out, "  %s = ", name);
	put_number(out, value);
	fputs(";\n", out);
}

static void put_pair(FILE *out, const struct iem_point *point)
{
	fputs("( ", out);
	put_number(out, point->x);
	fputs(", ", out);
	put_number(out, point->y);
	fputs(" )", out);
}

/* `name = ( … );` with a point on each line */
static void put_curve(FILE *out, const char *indent, const char *name, const struct iem_curve *curve)
{
	fprintf(out, "%s  %s = (", indent, name);
	for (size_t i = 0; i < curve->n; i++) {
		fprintf(out, "%s\n%s    ", i ? "," : "", indent);
		put_pair(out, &curve->at[i]);
	}
	if (curve->n)
		fprintf(out, "\n%s  );\n", indent);
	else
		fputs(" );\n", out);
}

/* --- the earphone ----------------------------------------------------------------------------- */

static void put_drivers(FILE *out, const struct iem_earphone *e)
{
	for (size_t i = 0; i < e->n_drivers; i++)
		fprintf(out, "%s{ type = \"%s\"; count = %d; }%s", i ? ", " : "  drivers = ( ",
			iem_driver_names[e->drivers[i].type], e->drivers[i].count,
			i + 1 == e->n_drivers ? " );\n" : "");
}


static bool knows_anything(const struct iem_earphone *e)
{
	return e->like || e->brand || e->model || e->form >= 0 || e->back >= 0 || e->n_drivers ||
	       e->impedance_curve.n || e->impedance_file || !isnan(e->impedance_ohm) || !isnan(e->sensitivity.value) ||
	       !isnan(e->frequency_range_hz.x) || !isnan(e->max_power_mw) || !isnan(e->isolation_db);
}

static void put_earphone(FILE *out, const struct iem_earphone *e)
{
	if (!knows_anything(e))
		return;
	fputs("earphone = {\n", out);
	put_text_key(out, "like", e->like);
	put_text_key(out, "brand", e->brand);
	put_text_key(out, "model", e->model);
	put_text_key(out, "form", e->form < 0 ? NULL : iem_form_names[e->form]);
	put_drivers(out, e);
	put_text_key(out, "back", e->back < 0 ? NULL : iem_back_names[e->back]);
	put_number_key(out, "impedance", e->impedance_ohm);
	if (e->impedance_file)
		put_text_key(out, "impedance_curve", e->impedance_file);
	else if (e->impedance_curve.n)
		put_curve(out, "", "impedance_curve", &e->impedance_curve);
	if (!isnan(e->sensitivity.value)) {
		fputs("  sensitivity = { value = ", out);
		put_number(out, e->sensitivity.value);
		fprintf(out, "; unit = \"%s\"; };\n", iem_sensitivity_units[e->sensitivity.unit]);
	}
	if (!isnan(e->frequency_range_hz.x)) {
		fputs("  frequency_range = ", out);
		put_pair(out, &e->frequency_range_hz);
		fputs(";\n", out);
	}
	put_number_key(out, "max_power", e->max_power_mw);
	put_number_key(out, "isolation", e->isolation_db);
	fputs("};\n\n", out);
}

static void put_matches(FILE *out, const struct iem_profile *profile)
{
	for (size_t i = 0; i < profile->matches.n; i++) {
		fputs(i ? ",\n  {" : "match = (\n  {", out);
		for (int key = 0; key < IEM_MATCH_KEYS; key++) {
			if (!profile->matches.at[i].want[key])
				continue;
			fprintf(out, " %s = ", iem_match_key_names[key]);
			put_text(out, profile->matches.at[i].want[key]);
			fputc(';', out);
		}
		fputs(" }", out);
	}
	if (profile->matches.n)
		fputs("\n);\n\n", out);
}

/* --- the equaliser ---------------------------------------------------------------------------- */

/* What stands in a column for a band: "" where it has no such key. */
static const char *cell(const struct iem_band *band, int column, char buf[IEM_NUMBER_TEXT])
{
	buf[0] = '\0';
	if (column == TYPE)
		snprintf(buf, IEM_NUMBER_TEXT, "\"%s\"", iem_band_type_names[band->type]);
	else if (column == FREQUENCY)
		iem_number_text(band->freq_hz, buf);
	else if (column == GAIN && iem_band_has_gain(band->type))
		iem_number_text(band->gain_db, buf);
	else if (column == Q)
		iem_number_text(band->q, buf);
	else if (column == CHANNELS && band->side != IEM_SIDE_BOTH)
		snprintf(buf, IEM_NUMBER_TEXT, "\"%s\"", iem_side_names[band->side]);
	return buf;
}

static void measure(const struct iem_eq *eq, int width[COLUMNS])
{
	char buf[IEM_NUMBER_TEXT];

	for (int column = 0; column < COLUMNS; column++) {
		width[column] = 0;
		for (size_t i = 0; i < eq->n_bands; i++) {
			const int length = (int)strlen(cell(&eq->bands[i], column, buf));

			if (length > width[column])
				width[column] = length;
		}
	}
}

/* Words start and numbers end in line with those above; what is missing leaves its room. */
static void put_band(FILE *out, const struct iem_band *band, const int width[COLUMNS])
{
	char buf[IEM_NUMBER_TEXT];

	fputc('{', out);
	for (int column = 0; column < COLUMNS; column++) {
		const char *text = cell(band, column, buf);
		const int pad = width[column] - (int)strlen(text);

		if (width[column] == 0)
			continue;
		if (!*text)
			fprintf(out, "%*s", (int)strlen(column_names[column]) + width[column] + 5, "");
		else if (column == TYPE || column == CHANNELS)
			fprintf(out, " %s = %s;%*s", column_names[column], text, pad, "");
		else
			fprintf(out, " %s = %*s%s;", column_names[column], pad, "", text);
	}
	fputs(" }", out);
}

/* What the profile's own EQ has and a variant's has not is said: else the variant would take it over. */
static void put_responses(FILE *out, const struct iem_eq *eq, const struct iem_eq *own, const char *indent)
{
	if (eq->graphic.n || own->graphic.n)
		put_curve(out, indent, "graphic", &eq->graphic);
	if (eq->fir || own->fir) {
		fprintf(out, "%s  fir = ", indent);
		put_text(out, eq->fir ? eq->fir : "");
		fputs(";\n", out);
	}
}

static void put_eq(FILE *out, const struct iem_eq *eq, const struct iem_eq *own, const char *indent)
{
	int width[COLUMNS];

	measure(eq, width);
	fprintf(out, "eq = {\n%s  preamp = ", indent);
	if (eq->preamp_auto)
		fputs("\"auto\"", out);
	else
		put_number(out, eq->preamp_db);
	fprintf(out, ";\n%s  reference = \"%s\";\n%s  bands = (", indent, iem_reference_names[eq->reference],
		indent);
	for (size_t i = 0; i < eq->n_bands; i++) {
		fprintf(out, "%s\n%s    ", i ? "," : "", indent);
		put_band(out, &eq->bands[i], width);
	}
	if (eq->n_bands)
		fprintf(out, "\n%s  );\n", indent);
	else
		fputs(" );\n", out);
	put_responses(out, eq, own, indent);
	fprintf(out, "%s};\n", indent);
}

static void put_variants(FILE *out, const struct iem_profile *profile)
{
	for (size_t i = 0; i < profile->n_variants; i++) {
		fputs(i ? ", {\n    name = " : "\nvariants = ( {\n    name = ", out);
		put_text(out, profile->variants[i].name);
		fputs(";\n    ", out);
		put_eq(out, &profile->variants[i].eq, &profile->eq, "    ");
		fputs("  }", out);
	}
	if (profile->n_variants)
		fputs(" );\n", out);
}

int iem_profile_write(char **text, const struct iem_profile *profile, const char *comment)
{
	char *buf = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&buf, &size);
	bool failed;

	if (!out)
		return -ENOMEM;
	if (comment)
		put_comment(out, comment);
	fputs("format = 1;\n\n", out);
	put_earphone(out, &profile->earphone);
	put_matches(out, profile);
	put_eq(out, &profile->eq, &profile->eq, "");
	put_variants(out, profile);
	if (profile->origin) {
		fputs("\norigin = ", out);
		put_text(out, profile->origin);
		fputs(";\n", out);
	}
	failed = ferror(out);
	if (fclose(out) != 0 || failed) {
		free(buf);
		return -ENOMEM;
	}
	*text = buf;
	return 0;
}
