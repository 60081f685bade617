/**
 * volume.h - a volume as PipeWire has it: a linear gain for each channel, and mute. Plain values, any thread.
 */
#pragma once

#include "core/chain.h"

#include <spa/pod/builder.h>

struct volume {
	unsigned channels; /* 0: not known */
	float gain_lin[IEM_MAX_CHANNELS];
	bool mute;
};

/** Full volume, unmuted. */
struct volume volume_unity(unsigned channels);

/**
 * Take channelVolumes and mute out of a Props object; what is not in it stays. Gains that are no numbers, negative
 * or beyond +40 dB are not taken.
 * @return whether it held either
 */
bool volume_read(struct volume *volume, const struct spa_pod *props);

/** Take softVolumes out of it: the part of a volume that is left to PipeWire where the device does the rest. */
bool volume_read_soft(struct volume *volume, const struct spa_pod *props);

/** Do the channelVolumes in it move a control of the device? *above_db: how far above its 0 dB that stands at 1, 0 or more. */
bool volume_in_hardware(const struct spa_pod *props, double *above_db);

/** Add channelVolumes, and mute or not, to the Props object being built. */
void volume_build(struct spa_pod_builder *builder, const struct volume *volume, bool with_mute);

/** The same but for what devices round: a twentieth of a percent of the slider, which moves with the cube root. */
bool volume_same(const struct volume *a, const struct volume *b);

/** The same gains, whether it is mute or not. */
bool volume_same_gains(const struct volume *a, const struct volume *b);

/** Is A nowhere louder than B, and somewhere softer? Mute is silence. */
bool volume_is_softer(const struct volume *a, const struct volume *b);

/** The gain of the loudest channel in dB, mute or not; -100 for silence, 0 where the volume is not known. */
double volume_gain_db(const struct volume *volume);

/** The same volume, louder by GAIN_DB. */
struct volume volume_scaled(const struct volume *volume, double gain_db);

/** The same volume, but at most MOST_DB. */
struct volume volume_limited(const struct volume *volume, double most_db);

/** For another number of channels: each as loud as the loudest, so that the number shown is the same. */
struct volume volume_for(const struct volume *volume, unsigned channels);
