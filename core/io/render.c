#include "core/io/render.h"

#include "core/io/impulse_file.h"

#include <errno.h>
#include <math.h>

#define BLOCK 1024

struct planes {
	float samples[IEM_MAX_CHANNELS][BLOCK];
	float *at[IEM_MAX_CHANNELS];
};

static int make_chain(struct iem_chain **out, const struct iem_eq *eq, const struct iem_wav_format *format)
{
	struct iem_chain_plan plan = { .eq = eq, .rate_hz = format->rate_hz, .channels = format->channels };

	iem_wav_sides(format->channels, plan.sides);
	return iem_chain_design(out, &plan);
}

static double highest(const struct planes *planes, unsigned channels, int64_t frames, double top)
{
	for (unsigned c = 0; c < channels; c++)
		for (int64_t i = 0; i < frames; i++)
			top = fmax(top, fabs((double)planes->samples[c][i]));
	return top;
}

static int run(struct iem_render *result, struct iem_chain *chain, struct iem_wav *in, struct iem_wav *out)
{
	CLEANUP(iem_freep) struct planes *planes = malloc(sizeof(*planes));
	const unsigned channels = result->format.channels;
	double top = 0;
	int64_t got;
	int r;

	if (!planes)
		return -ENOMEM;
	for (unsigned c = 0; c < channels; c++)
		planes->at[c] = planes->samples[c];
	while ((got = iem_wav_read(in, planes->at, BLOCK)) > 0) {
		iem_chain_process(chain, (const float *const *)planes->at, planes->at, (uint32_t)got);
		top = highest(planes, channels, got, top);
		if ((r = iem_wav_write(out, (const float *const *)planes->at, (uint32_t)got)) < 0)
			return r;
		result->frames += got;
	}
	result->peak_dbfs = 20 * log10(top);
	return (int)got;
}

int iem_render_file(struct iem_render *result, const struct iem_eq *eq, const char *in_path,
		    const char *out_path, struct iem_diags *diags)
{
	CLEANUP(iem_chain_freep) struct iem_chain *chain = NULL;
	CLEANUP(iem_wav_closep) struct iem_wav *in = NULL, *out = NULL;
	int r;

	*result = (struct iem_render){ .frames = 0 };
	if ((r = iem_wav_open(&in, in_path, diags)) < 0)
		return r;
	result->format = iem_wav_format(in);
	if ((r = make_chain(&chain, eq, &result->format)) < 0) {
		iem_complain(diags, in_path, 0, "no chain can be made for this file: %s", strerror(-r));
		return r;
	}
	if ((r = iem_wav_create(&out, out_path, &result->format, diags)) < 0)
		return r;
	result->preamp_db = iem_chain_preamp_db(chain);
	result->skipped = iem_chain_skipped(chain);
	r = run(result, chain, in, out);
	if (r == 0)
		r = iem_wav_commit(out);
	if (r < 0)
		iem_complain(diags, out_path, 0, "rendering stopped: %s", strerror(-r));
	return r;
}
