#include "core/io/impulse_file.h"

#include "core/io/wav.h"
#include "core/paths.h"

#include <errno.h>
#include <math.h>
#include <soxr.h>

#define LOUDEST 1000.0 /* of full scale: a file in which somebody forgot a scale */
#define SOFTEST 1e-10  /* -200 dBFS: what no tap goes above is heard by nobody */

/* --- loading ---------------------------------------------------------------------------------------------------------- */

static int check(const struct iem_wav_format *format, const char *path, struct iem_diags *diags)
{
	if (format->channels != 1 && format->channels != 2 && format->channels != 4)
		return iem_complain(diags, path, 0,
				    "the impulse response has %u channels; allowed are 1 (for all), 2 (left, right) and 4 "
				    "(left to left, left to right, right to left, right to right)", format->channels);
	if (format->frames < 1 || format->frames > IEM_IMPULSE_MAX_FRAMES)
		return iem_complain(diags, path, 0, "the impulse response has %lld frames; allowed are 1 to %d",
				    (long long)format->frames, IEM_IMPULSE_MAX_FRAMES);
	return 0;
}

/* A file may hold less than its header says: then silence follows. @return 0 or -EIO */
static int read_taps(struct iem_impulse *impulse, struct iem_wav *wav)
{
	enum { BLOCK = 1024 };
	float block[IEM_IMPULSE_TRUE_STEREO][BLOCK], *planes[IEM_IMPULSE_TRUE_STEREO];
	int64_t got = 1;

	for (unsigned c = 0; c < impulse->channels; c++)
		planes[c] = block[c];
	for (uint32_t at = 0; at < impulse->frames && got > 0; at += (uint32_t)got) {
		const uint32_t left = impulse->frames - at;

		got = iem_wav_read(wav, planes, left < BLOCK ? left : BLOCK);
		for (unsigned c = 0; c < impulse->channels; c++)
			for (int64_t i = 0; i < got; i++)
				impulse->taps[(size_t)c * impulse->frames + at + i] = block[c][i];
	}
	return got < 0 ? (int)got : 0;
}

static int check_taps(const struct iem_impulse *impulse, const char *path, struct iem_diags *diags)
{
	const size_t n = (size_t)impulse->channels * impulse->frames;
	bool silent = true;

	for (size_t i = 0; i < n; i++) {
		if (!(fabs(impulse->taps[i]) <= LOUDEST))
			return iem_complain(diags, path, 0, "frame %zu of the impulse response is %g; allowed is +-%g",
					    i % impulse->frames, impulse->taps[i], LOUDEST);
		silent = silent && fabs(impulse->taps[i]) < SOFTEST;
	}
	return silent ? iem_complain(diags, path, 0, "the impulse response is silent: nothing would be heard") : 0;
}

static uint64_t print_of(const struct iem_impulse *impulse)
{
	const unsigned char *bytes = (const unsigned char *)impulse->taps;
	const size_t size = (size_t)impulse->channels * impulse->frames * sizeof(*impulse->taps);
	uint64_t print = 0xcbf29ce484222325u ^ (uint64_t)impulse->rate_hz ^ (uint64_t)impulse->channels << 32;

	for (size_t i = 0; i < size; i++) /* FNV-1a */
		print = (print ^ bytes[i]) * 0x100000001b3u;
	return print;
}

static int load(void *data, struct iem_impulse **out, const char *path, struct iem_diags *diags)
{
	CLEANUP(iem_wav_closep) struct iem_wav *wav = NULL;
	CLEANUP(iem_impulse_dropp) struct iem_impulse *impulse = NULL;
	struct iem_wav_format format;
	int r;

	if (!iem_is_plain_file(path))
		return iem_complain(diags, path, 0, "there is no such file, or it is no plain one");
	if ((r = iem_wav_open(&wav, path, diags)) < 0)
		return r;
	format = iem_wav_format(wav);
	if ((r = check(&format, path, diags)) < 0)
		return r;
	impulse = iem_impulse_new(format.rate_hz, (enum iem_impulse_channels)format.channels, (uint32_t)format.frames);
	if (!impulse)
		return -ENOMEM;
	if ((r = read_taps(impulse, wav)) < 0)
		return iem_complain(diags, path, 0, "the impulse response cannot be read to its end");
	if ((r = check_taps(impulse, path, diags)) < 0)
		return r;
	impulse->print = print_of(impulse);
	*out = IEM_STEAL(impulse);
	return 0;
}

const struct iem_impulse_loader iem_impulse_files = { load, NULL, NULL };

/* --- at another rate -------------------------------------------------------------------------------------------------- */

/*
 * Silence around what is resampled, in frames of the lower rate. In front: the filter rises before its peak, which is
 * what soxr puts where the input was, and what would come before the first frame is lost. Behind: it rings on.
 */
#define LEAD 32
#define TAIL 512
#define SILENT 1e-6 /* of the highest tap */

/* A response between silences, and the same at the other rate. */
struct resampling {
	double from_hz, to_hz;
	uint32_t lead, frames, n; /* of the one: before it, of it, all with a tail */
	uint32_t room;            /* as many as the other may have */
	double *padded;           /* owned; of one channel */
	double *taps;             /* owned; ROOM for each channel */
};

static void resampling_finish(struct resampling *r)
{
	free(r->padded);
	free(r->taps);
}

static int resampling_init(struct resampling *r, const struct iem_impulse *impulse, double rate_hz)
{
	const double down = fmax(1, impulse->rate_hz / rate_hz);
	/* Of what comes later nothing would be kept. */
	const double most = IEM_IMPULSE_MAX_FRAMES * impulse->rate_hz / rate_hz + TAIL * down;

	*r = (struct resampling){ impulse->rate_hz, rate_hz, (uint32_t)(LEAD * down), impulse->frames };
	if (r->frames > most)
		r->frames = (uint32_t)most;
	r->n = r->lead + r->frames + (uint32_t)(TAIL * down);
	r->room = (uint32_t)(r->n * rate_hz / impulse->rate_hz) + 1;
	r->padded = calloc(r->n, sizeof(*r->padded));
	r->taps = calloc((size_t)r->room * impulse->channels, sizeof(*r->taps));
	return r->padded && r->taps ? 0 : -ENOMEM;
}

/* As many more taps as the rate is higher are each as much smaller. */
static int resample(struct resampling *r, const struct iem_impulse *impulse, unsigned channel)
{
	const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT64_I, SOXR_FLOAT64_I);
	const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ | SOXR_MINIMUM_PHASE, 0);
	double *to = r->taps + (size_t)channel * r->room;
	size_t got = 0;

	memcpy(r->padded + r->lead, iem_impulse_taps(impulse, channel), r->frames * sizeof(*r->padded));
	if (soxr_oneshot(r->from_hz, r->to_hz, 1, r->padded, r->n, NULL, to, r->room, &got, &io, &quality, NULL))
		return -ENOMEM;
	for (size_t i = 0; i < got; i++)
		to[i] *= r->from_hz / r->to_hz;
	return 0;
}

/* Frames in which no channel sounds yet, as far as they come from the lead. */
static uint32_t silent_frames(const struct resampling *r, unsigned channels)
{
	const uint32_t most = (uint32_t)(r->lead * r->to_hz / r->from_hz);
	const size_t n = (size_t)r->room * channels;
	double top = 0;

	for (size_t i = 0; i < n; i++)
		top = fmax(top, fabs(r->taps[i]));
	for (uint32_t i = 0; i < most; i++)
		for (unsigned c = 0; c < channels; c++)
			if (fabs(r->taps[(size_t)c * r->room + i]) > SILENT * top)
				return i;
	return most;
}

static void fade_out(double *taps, uint32_t n)
{
	const uint32_t fade = n / 8;

	for (uint32_t i = 0; i < fade; i++)
		taps[n - fade + i] *= 0.5 + 0.5 * cos(M_PI * (i + 0.5) / fade);
}

static struct iem_impulse *result_of(const struct resampling *r, const struct iem_impulse *impulse)
{
	const uint32_t skip = silent_frames(r, impulse->channels), all = r->room - skip;
	const uint32_t n = all < IEM_IMPULSE_MAX_FRAMES ? all : IEM_IMPULSE_MAX_FRAMES;
	struct iem_impulse *result = iem_impulse_new(r->to_hz, impulse->channels, n);

	for (unsigned c = 0; result && c < impulse->channels; c++) {
		double *taps = result->taps + (size_t)c * n;

		memcpy(taps, r->taps + (size_t)c * r->room + skip, n * sizeof(*taps));
		if (n < all)
			fade_out(taps, n);
	}
	return result;
}

int iem_impulse_at(struct iem_impulse **out, const struct iem_impulse *impulse, double rate_hz,
		   const struct iem_stop *stop)
{
	CLEANUP(resampling_finish) struct resampling resampling = { 0 };
	int r = resampling_init(&resampling, impulse, rate_hz);

	for (unsigned c = 0; c < impulse->channels && r == 0; c++)
		r = iem_is_stopped(stop) ? -ECANCELED : resample(&resampling, impulse, c);
	if (r < 0)
		return r;
	*out = result_of(&resampling, impulse);
	return *out ? 0 : -ENOMEM;
}

int iem_prepare(struct iem_prepared **out, const struct iem_recipe *recipe, const struct iem_stop *stop)
{
	CLEANUP(iem_impulse_dropp) struct iem_impulse *resampled = NULL;
	struct iem_recipe whole = *recipe;
	int r;

	if (!(recipe->rate_hz >= IEM_MIN_RATE_HZ && recipe->rate_hz <= IEM_MAX_RATE_HZ))
		return -EINVAL;
	if (recipe->impulse && recipe->impulse->rate_hz != recipe->rate_hz) {
		if ((r = iem_impulse_at(&resampled, recipe->impulse, recipe->rate_hz, stop)) < 0)
			return r;
		whole.impulse = resampled;
	}
	return iem_prepared_new(out, &whole, stop);
}

int iem_chain_design(struct iem_chain **out, const struct iem_chain_plan *plan)
{
	CLEANUP(iem_prepared_dropp) struct iem_prepared *impulse = NULL;
	struct iem_chain_plan whole = *plan;
	struct iem_recipe recipe;
	int r;

	if (!(plan->rate_hz >= IEM_MIN_RATE_HZ && plan->rate_hz <= IEM_MAX_RATE_HZ))
		return -ERANGE;
	if (!plan->prepared[IEM_PART_IMPULSE] && iem_chain_recipe(&recipe, plan, IEM_PART_IMPULSE)) {
		if ((r = iem_prepare(&impulse, &recipe, NULL)) < 0)
			return r;
		whole.prepared[IEM_PART_IMPULSE] = impulse;
	}
	return iem_chain_new(out, &whole);
}
