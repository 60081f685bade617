/* iemctl response, render: what a profile's chain does to sound. */
#include "cli/chart.h"
#include "cli/files.h"
#include "cli/groups.h"
#include "cli/json.h"
#include "cli/text.h"

#include "core/io/impulse_file.h"
#include "core/io/render.h"

#include <math.h>
#include <unistd.h>

#define PER_OCTAVE 48
#define MAX_POINTS 512 /* 20 Hz to 20 kHz are 480 */

struct response {
	const struct iem_entry *entry;
	const char *variant;
	const struct iem_eq *eq;
	double rate_hz;
	struct iem_chain *chain; /* owned */
	int n;
	double hz[MAX_POINTS], left_db[MAX_POINTS], right_db[MAX_POINTS];
};

static void response_finish(struct response *response)
{
	iem_chain_free(response->chain);
}

static void add_point(struct response *response, double hz)
{
	response->hz[response->n] = hz;
	response->left_db[response->n] = iem_chain_db(response->chain, IEM_SIDE_LEFT, hz);
	response->right_db[response->n++] = iem_chain_db(response->chain, IEM_SIDE_RIGHT, hz);
}

/* Above half the rate there is nothing. */
static void compute(struct response *response)
{
	const double low = 20, high = fmin(20000, response->rate_hz / 2);
	double hz = low;

	for (int i = 0; hz <= high; hz = low * exp2((double)++i / PER_OCTAVE))
		add_point(response, hz);
	if (response->hz[response->n - 1] < high * (1 - 1e-9))
		add_point(response, high);
}

static const char *describe_band(const struct iem_band *band, size_t number, char *buf, size_t size)
{
	snprintf(buf, size, "Band %zu (%s at %g Hz)", number, iem_band_type_names[band->type], band->freq_hz);
	return buf;
}

static void tell_left_out(const struct iem_eq *eq, double rate_hz)
{
	char text[128];

	for (size_t i = 0; i < eq->n_bands; i++)
		if (!iem_band_fits(&eq->bands[i], rate_hz))
			complain("%s is left out at %g Hz.",
				 describe_band(&eq->bands[i], i + 1, text, sizeof(text)), rate_hz);
}

/* On standard error, where a chart would say it: nobody should have to ask. */
#define WORTH_TELLING_DB 0.5

static void tell_deviation(const struct response *r)
{
	const struct iem_deviation off = iem_chain_deviation(r->chain, r->eq);

	if (off.db >= WORTH_TELLING_DB)
		complain("At %g Hz no filter reaches what the profile means everywhere: off by %.2f dB at %.0f Hz.",
			 r->rate_hz, off.db, off.freq_hz);
}

static json_t *numbers_json(const double *numbers, int n)
{
	json_t *list = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(list, json_number(numbers[i]));
	return list;
}

static json_t *left_out_json(const struct response *response)
{
	json_t *list = json_array();

	for (size_t i = 0; i < response->eq->n_bands; i++) {
		const struct iem_band *band = &response->eq->bands[i];

		if (!iem_band_fits(band, response->rate_hz))
			json_array_append_new(list, json_pack("{sI, ss, sf}", "band", (json_int_t)i + 1,
							      "type", iem_band_type_names[band->type],
							      "frequency", band->freq_hz));
	}
	return list;
}

static int print_json(const struct response *r)
{
	const struct iem_deviation off = iem_chain_deviation(r->chain, r->eq);

	return json_put(json_pack(
		"{ss, so, sf, so, so, so, so, so, sf, sf}", "profile", r->entry->id, "variant", json_text(r->variant),
		"rate", r->rate_hz, "preamp_db", json_number(iem_chain_preamp_db(r->chain) + 0.0), "left_out",
		left_out_json(r), "frequency_hz", numbers_json(r->hz, r->n), "left_db",
		numbers_json(r->left_db, r->n), "right_db", numbers_json(r->right_db, r->n), "deviation_db", off.db,
		"deviation_hz", off.freq_hz));
}

static int print_tsv(const struct response *r)
{
	say("Hz\tleft_dB\tright_dB\n");
	for (int i = 0; i < r->n; i++)
		say("%.6f\t%.6f\t%.6f\n", r->hz[i], r->left_db[i], r->right_db[i]);
	return STATUS_DONE;
}

static int print_chart(const struct response *r)
{
	const struct iem_deviation off = iem_chain_deviation(r->chain, r->eq);
	const struct chart chart = { r->hz, r->left_db, r->right_db, r->n };
	char title[2100];

	iem_profile_title(r->entry->profile, title, sizeof(title));
	say("%s%s%s at %g Hz, preamp %.2f dB included\n\n", title, r->variant ? ", " : "",
	    r->variant ? r->variant : "", r->rate_hz, unsigned_zero(iem_chain_preamp_db(r->chain), 2));
	chart_print(&chart);
	if (r->eq->n_bands || r->eq->graphic.n || r->eq->impulse)
		say("\nAt most %.2f dB, at %.0f Hz, from the reference (%s).\n", off.db, off.freq_hz,
		    iem_reference_names[r->eq->reference]);
	return STATUS_DONE;
}

static int prepare(struct response *response, const struct files *files, const struct invocation *call)
{
	struct iem_chain_plan plan = { .channels = 2, .sides = { IEM_SIDE_LEFT, IEM_SIDE_RIGHT } };
	int status;

	response->variant = option_value(call, "--variant");
	status = option_number(call, "--rate", IEM_MIN_RATE_HZ, IEM_MAX_RATE_HZ, &response->rate_hz);
	if (status != STATUS_DONE ||
	    (status = files_profile(files, call->args[0], &response->entry)) != STATUS_DONE ||
	    (status = files_eq(response->entry->profile, response->variant, &response->eq)) != STATUS_DONE)
		return status;
	plan.eq = response->eq;
	plan.rate_hz = response->rate_hz;
	if (iem_chain_design(&response->chain, &plan) < 0) {
		complain("No chain can be made of the profile '%s' at %g Hz.", call->args[0],
			 response->rate_hz);
		return STATUS_FAILED;
	}
	return STATUS_DONE;
}

static int run_response(const struct invocation *call)
{
	CLEANUP(files_close) struct files files;
	CLEANUP(response_finish) struct response response = { .rate_hz = 48000 };
	int status = files_open(&files);

	if (status != STATUS_DONE || (status = prepare(&response, &files, call)) != STATUS_DONE)
		return status;
	compute(&response);
	if (option_given(call, "--json"))
		status = print_json(&response);
	else
		status = isatty(STDOUT_FILENO) ? print_chart(&response) : print_tsv(&response);
	tell_left_out(response.eq, response.rate_hz);
	if (option_given(call, "--json") || !isatty(STDOUT_FILENO))
		tell_deviation(&response);
	return status;
}

static int render(const struct invocation *call)
{
	CLEANUP(files_close) struct files files;
	const struct iem_entry *entry = NULL;
	const struct iem_eq *eq = NULL;
	struct iem_diags diags = { 0 };
	struct iem_render result;
	char safe[1024];
	int status = files_open(&files), r;

	if (status != STATUS_DONE || (status = files_profile(&files, call->args[0], &entry)) != STATUS_DONE ||
	    (status = files_eq(entry->profile, option_value(call, "--variant"), &eq)) != STATUS_DONE)
		return status;
	r = iem_render_file(&result, eq, call->args[1], call->args[2], &diags);
	complain_diags(&diags);
	iem_diags_finish(&diags);
	if (r < 0)
		return STATUS_FAILED;
	tell_left_out(eq, result.format.rate_hz);
	say("Wrote %s.\n", shown(call->args[2], safe, sizeof(safe)));
	say("%.3f s, %d Hz, %u %s, preamp %.2f dB, ", (double)result.frames / result.format.rate_hz,
	    result.format.rate_hz, result.format.channels,
	    result.format.channels == 1 ? "channel" : "channels", unsigned_zero(result.preamp_db, 2));
	if (isfinite(result.peak_dbfs))
		say("peak %.2f dBFS.\n", unsigned_zero(result.peak_dbfs, 2));
	else
		say("silent.\n");
	if (result.peak_dbfs > 0)
		complain(
			"The peak is above full scale; whatever turns this file into whole numbers would clip it.");
	return STATUS_DONE;
}

static int run_render(const struct invocation *call)
{
	if (strcmp(call->args[2], "-") == 0)
		return usage_error(call, "'-' is no name for OUT.wav: render does not write to standard output.");
	return render(call);
}

static const struct option response_options[] = {
	{ "--rate", "HZ", "sample rate, 8000 to 768000; else 48000" },
	{ "--variant", "V", "a variant of the profile" },
	OPTION_END
};

static const struct option render_options[] = {
	{ "--variant", "V", "a variant of the profile" },
	OPTION_END
};

const struct command response_commands[] = {
	{ "response", "PROFILE [--rate HZ] [--variant V]", "What a profile does at each frequency", run_response,
	  1, 1, COMMAND_READS, response_options,
	  "A chart on a terminal; else lines of Hz, left and right dB with tabs between,\n"
	  "20 Hz to 20 kHz, 48 an octave. The preamp is included.\n" },
	{ "render", "PROFILE IN.wav OUT.wav [--variant V]", "A sound file through a profile", run_render, 3, 3, 0,
	  render_options,
	  "OUT.wav gets the rate and channels of IN.wav and 32-bit floats. The chain is\n"
	  "what the service makes of the profile, without preferences and limiter; there is\n"
	  "no fade at the start.\n" },
	COMMAND_END
};
