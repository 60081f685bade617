#include "daemon/volume.h"

#include <math.h>
#include <spa/param/props.h>
#include <spa/pod/iter.h>

#define MAX_GAIN_LIN 100.0f
#define SLIDER_STEP 5e-4

struct volume volume_unity(unsigned channels)
{
	struct volume volume = { .channels = channels };

	for (unsigned c = 0; c < channels; c++)
		volume.gain_lin[c] = 1;
	return volume;
}

static bool read_gains(struct volume *volume, const struct spa_pod *props, uint32_t key)
{
	float gains[IEM_MAX_CHANNELS + 1];
	const struct spa_pod_prop *array = spa_pod_find_prop(props, NULL, key);
	const uint32_t n = array ? spa_pod_copy_array(&array->value, SPA_TYPE_Float, gains, ARRAY_LEN(gains)) : 0;

	if (n < 1 || n > IEM_MAX_CHANNELS)
		return false;
	for (uint32_t c = 0; c < n; c++)
		if (!(gains[c] >= 0 && gains[c] <= MAX_GAIN_LIN))
			return false;
	volume->channels = n;
	memcpy(volume->gain_lin, gains, n * sizeof(*gains));
	return true;
}

bool volume_read(struct volume *volume, const struct spa_pod *props)
{
	const struct spa_pod_prop *mute = spa_pod_find_prop(props, NULL, SPA_PROP_mute);
	const bool has_gains = read_gains(volume, props, SPA_PROP_channelVolumes);
	const bool has_mute = mute && spa_pod_get_bool(&mute->value, &volume->mute) == 0;

	return has_gains || has_mute;
}

bool volume_read_soft(struct volume *volume, const struct spa_pod *props)
{
	return read_gains(volume, props, SPA_PROP_softVolumes);
}

bool volume_in_hardware(const struct spa_pod *props, double *above_db)
{
	const struct spa_pod_prop *gains = spa_pod_find_prop(props, NULL, SPA_PROP_channelVolumes);
	const struct spa_pod_prop *base = spa_pod_find_prop(props, NULL, SPA_PROP_volumeBase);
	float at_0db = 1;

	*above_db = 0;
	if (base && spa_pod_get_float(&base->value, &at_0db) == 0 && at_0db >= 1 / MAX_GAIN_LIN && at_0db <= 1)
		*above_db = -20 * log10(at_0db);
	return gains && gains->flags & SPA_POD_PROP_FLAG_HARDWARE;
}

void volume_build(struct spa_pod_builder *builder, const struct volume *volume, bool with_mute)
{
	if (with_mute) {
		spa_pod_builder_prop(builder, SPA_PROP_mute, 0);
		spa_pod_builder_bool(builder, volume->mute);
	}
	spa_pod_builder_prop(builder, SPA_PROP_channelVolumes, 0);
	spa_pod_builder_array(builder, sizeof(float), SPA_TYPE_Float, volume->channels, volume->gain_lin);
}

bool volume_same(const struct volume *a, const struct volume *b)
{
	if (a->channels != b->channels || a->mute != b->mute)
		return false;
	for (unsigned c = 0; c < a->channels; c++)
		if (fabs(cbrt(a->gain_lin[c]) - cbrt(b->gain_lin[c])) > SLIDER_STEP)
			return false;
	return true;
}

bool volume_same_gains(const struct volume *a, const struct volume *b)
{
	struct volume same = *b;

	same.mute = a->mute;
	return volume_same(a, &same);
}

bool volume_is_softer(const struct volume *a, const struct volume *b)
{
	if (a->channels != b->channels || volume_same(a, b))
		return false;
	for (unsigned c = 0; c < a->channels; c++)
		if ((a->mute ? 0 : a->gain_lin[c]) > (b->mute ? 0 : b->gain_lin[c]))
			return false;
	return true;
}

double volume_gain_db(const struct volume *volume)
{
	float loudest = 0;

	for (unsigned c = 0; c < volume->channels; c++)
		loudest = fmaxf(loudest, volume->gain_lin[c]);
	return volume->channels ? fmax(20 * log10(loudest), -100) : 0;
}

struct volume volume_scaled(const struct volume *volume, double gain_db)
{
	struct volume scaled = *volume;

	for (unsigned c = 0; c < scaled.channels; c++)
		scaled.gain_lin[c] *= (float)pow(10, gain_db / 20);
	return scaled;
}

struct volume volume_limited(const struct volume *volume, double most_db)
{
	const double over_db = volume_gain_db(volume) - most_db;

	return over_db > 0 ? volume_scaled(volume, -over_db) : *volume;
}

struct volume volume_for(const struct volume *volume, unsigned channels)
{
	struct volume fitted = { .channels = channels, .mute = volume->mute };
	float loudest = 0;

	if (!volume->channels || volume->channels == channels)
		return *volume;
	for (unsigned c = 0; c < volume->channels; c++)
		loudest = fmaxf(loudest, volume->gain_lin[c]);
	for (unsigned c = 0; c < channels; c++)
		fitted.gain_lin[c] = loudest;
	return fitted;
}
