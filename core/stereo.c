#include "core/stereo.h"

#include "core/band.h"

#include <errno.h>
#include <math.h>

#define BALANCE_MAX_DB 12
#define WIDTH_MAX 2
#define FLOOR_DB (-400.0)

bool iem_stereo_is_neutral(const struct iem_stereo *stereo)
{
	return stereo->balance_db == 0 && !stereo->mono && stereo->width == 1 && stereo->crossfeed < 0;
}

static bool is_valid(const struct iem_stereo *stereo) /* written so that NaN is not */
{
	return fabs(stereo->balance_db) <= BALANCE_MAX_DB && stereo->width >= 0 && stereo->width <= WIDTH_MAX &&
	       stereo->crossfeed >= -1 && stereo->crossfeed < IEM_CROSSFEEDS;
}

int iem_stereo_init(struct iem_stereo_stage *stage, const struct iem_stereo *stereo, double rate_hz)
{
	struct iem_stereo_stage made = { .neutral = iem_stereo_is_neutral(stereo), .feeds = stereo->crossfeed >= 0 };
	const double width = stereo->mono ? 0 : stereo->width;
	int r;

	if (!(rate_hz >= IEM_MIN_RATE_HZ && rate_hz <= IEM_MAX_RATE_HZ) || !is_valid(stereo))
		return -ERANGE;
	made.mixes = width != 1;
	made.same = (1 + width) / 2;
	made.other = (1 - width) / 2;
	made.balance[0] = pow(10, fmin(0, -stereo->balance_db) / 20);
	made.balance[1] = pow(10, fmin(0, stereo->balance_db) / 20);
	if (made.feeds) {
		r = iem_crossfeed_init(&made.crossfeed, &iem_crossfeed_presets[stereo->crossfeed], rate_hz);
		if (r < 0)
			return r;
	}
	*stage = made;
	return 0;
}

void iem_stereo_reset(struct iem_stereo_stage *stage)
{
	iem_crossfeed_reset(&stage->crossfeed);
}

static void mix(const struct iem_stereo_stage *stage, float *left, float *right, uint32_t frames)
{
	for (uint32_t i = 0; i < frames; i++) {
		const double l = left[i], r = right[i];

		left[i] = (float)(stage->same * l + stage->other * r);
		right[i] = (float)(stage->same * r + stage->other * l);
	}
}

static void attenuate(float *plane, double gain, uint32_t frames)
{
	if (gain == 1)
		return;
	for (uint32_t i = 0; i < frames; i++)
		plane[i] = (float)(plane[i] * gain);
}

void iem_stereo_process(struct iem_stereo_stage *stage, float *left, float *right, uint32_t frames)
{
	if (stage->neutral)
		return;
	if (stage->mixes)
		mix(stage, left, right, frames);
	if (stage->feeds)
		iem_crossfeed_process(&stage->crossfeed, left, right, frames);
	attenuate(left, stage->balance[0], frames);
	attenuate(right, stage->balance[1], frames);
}

void iem_stereo_gain(const struct iem_stereo_stage *stage, double freq_hz, double complex gain[2][2])
{
	double complex direct = 1, cross = 0;

	if (stage->feeds)
		iem_crossfeed_response(&stage->crossfeed, freq_hz, &direct, &cross);
	for (int ear = 0; ear < 2; ear++) {
		gain[ear][ear] = stage->balance[ear] * (direct * stage->same + cross * stage->other);
		gain[ear][!ear] = stage->balance[ear] * (direct * stage->other + cross * stage->same);
	}
}

double iem_stereo_peak_db(const struct iem_stereo_stage *stage, double freq_hz, const double before_db[2])
{
	const double left_lin = pow(10, before_db[0] / 20), right_lin = pow(10, before_db[1] / 20);
	double complex gain[2][2];
	double peak = 0;

	iem_stereo_gain(stage, freq_hz, gain);
	for (int ear = 0; ear < 2; ear++) { /* one alone is never higher: |l+r|^2 + |l-r|^2 = 2 |l|^2 + 2 |r|^2 */
		const double complex l = gain[ear][0] * left_lin, r = gain[ear][1] * right_lin;

		peak = fmax(peak, fmax(cabs(l + r), cabs(l - r)));
	}
	return fmax(20 * log10(peak), FLOOR_DB);
}
