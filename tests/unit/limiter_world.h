/**
 * limiter_world.h - a limiter under test, and sounds that are hard on it.
 */
#pragma once

#include "ruler.h"

#include "core/limiter.h"
#include "core/truepeak.h"

#include <errno.h>

enum { FRAMES = 8000, ALL = IEM_MAX_CHANNELS };

static const double rates[] = { 8000,  11025, 16000,  22050,  32000,  44100,  48000, 64000,
				88200, 96000, 176400, 192000, 352800, 384000, 768000 };

static float in[ALL][FRAMES], out[ALL][FRAMES];

static inline struct iem_limiter *limiter_at(double rate_hz, unsigned channels)
{
	struct iem_limiter *limiter = NULL;

	assert_int_equal(iem_limiter_new(&limiter, rate_hz, channels), 0);
	assert_non_null(limiter);
	return limiter;
}

/* Run frames FROM .. TO of all planes in place, in blocks of BLOCK. */
static inline void run(struct iem_limiter *limiter, float (*planes)[FRAMES], uint32_t from, uint32_t to, uint32_t block)
{
	float *at[ALL];

	for (uint32_t done = from; done < to; done += block) {
		for (int c = 0; c < ALL; c++)
			at[c] = planes[c] + done;
		iem_limiter_process(limiter, at, to - done < block ? to - done : block);
	}
}

/* in[] through a new limiter to TO[]; returns its latency. */
static inline uint32_t limit(double rate_hz, unsigned channels, float (*to)[FRAMES], uint32_t block)
{
	struct iem_limiter *limiter = limiter_at(rate_hz, channels);
	const uint32_t latency = iem_limiter_latency(limiter);

	memcpy(to, in, sizeof(in));
	run(limiter, to, 0, FRAMES, block);
	iem_limiter_free(limiter);
	return latency;
}

/* The planes are in[], LATENCY later, bit for bit. */
static inline void check_delayed(float (*planes)[FRAMES], unsigned channels, uint32_t latency)
{
	for (unsigned c = 0; c < channels; c++) {
		for (uint32_t i = 0; i < latency; i++)
			assert_true(planes[c][i] == 0);
		assert_memory_equal(planes[c] + latency, in[c], (FRAMES - latency) * sizeof(float));
	}
}

/* --- sounds ------------------------------------------------------------ */

struct at {
	int i, channel;
	double rate_hz;
	uint32_t *seed;
};

static inline double sine(double cycles, double phase_deg)
{
	return sin(2 * M_PI * (cycles + phase_deg / 360));
}

static inline double loud_noise(struct at at)
{
	return 10 * noise(at.seed);
}

static inline double bursts_of_noise(struct at at)
{
	return noise(at.seed) * (at.i / 500 % 3 == 0 ? 8 : 0.05);
}

static inline double noise_to_a_fifth(struct at at) /* of the rate: as music is where rates are high */
{
	double sum = 0;

	for (int k = 1; k < 60; k++)
		sum += sine(k * k * at.i / 18000.0, 137.0 * k * k);
	return sum;
}

static inline double square_of_100_hz(struct at at)
{
	return sine(100 / at.rate_hz * at.i, 0) >= 0 ? 1.5 : -1.5;
}

static inline double square_of_a_few_samples(struct at at)
{
	return at.i / 3 % 2 ? 2 : -2;
}

static inline double square_that_grows(struct at at)
{
	return (at.i / 40 % 2 ? 1 : -1) * at.i * 5.0 / FRAMES;
}

static inline double lonely_impulses(struct at at)
{
	return at.i % 1499 == 700 + at.channel ? 4 : 0;
}

static inline double impulses_on_a_tone(struct at at)
{
	return 0.8 * sine(0.01 * at.i, 0) + (at.i % 331 == 0 ? -3 : 0);
}

static inline double clicks_at_block_edges(struct at at)
{
	return at.i % 64 == 63 || at.i % 480 == 0 ? 2.5 : 0.3 * sine(0.02 * at.i, 0);
}

static inline double impulse_pairs(struct at at)
{
	return at.i % 200 == 0 ? 1.4 : at.i % 200 == 1 ? 1.3 : at.i % 200 == 74 ? -1.2 : 0;
}

static inline double sine_between_samples(struct at at)
{
	return 1.2 * sine(0.25 * at.i, 45);
}

static inline double sine_at_the_edge_of_hearing(struct at at)
{
	return 2 * sine(fmin(20000 / at.rate_hz, 0.4535) * at.i, 12);
}

static inline double sine_of_a_sixth(struct at at) /* what the detector of four points misses most of */
{
	return 1.5 * sine(at.i / 6.0, 37);
}

static inline double bass(struct at at)
{
	return 3 * sine(30 / at.rate_hz * at.i, 0);
}

static inline double silence_then_full_scale(struct at at)
{
	return at.i < FRAMES / 2 ? 0 : 1.6 * sine(0.013 * at.i, 90);
}

static inline double steps_of_dc(struct at at)
{
	return at.i / 1000 % 2 ? 3 : -0.5;
}

static inline double sweep(struct at at)
{
	return 2 * sine(0.225 * at.i * at.i / FRAMES, 0);
}

static inline double sweep_up_and_down_in_level(struct at at)
{
	return sweep(at) * (1 + sine(at.i / 3000.0, 0)) * 3;
}

static inline double swell_from_nothing(struct at at)
{
	return pow(10, at.i * 6.0 / FRAMES - 3) * sine(0.031 * at.i, 0);
}

static inline double turn_of_phase(struct at at)
{
	return 1.4 * sine(0.11 * at.i, at.i / 777 % 2 ? 180 : 0);
}

static inline double beat(struct at at)
{
	return sine(0.1 * at.i, 0) + sine(0.1003 * at.i, 0);
}

static inline double enormous_then_small(struct at at)
{
	return at.i == 3000 ? 1e6 : 0.5 * sine(0.01 * at.i, 0);
}

static inline double alternating_signs(struct at at)
{
	return at.i % 2 ? 1.1 : -1.1;
}

static inline double one_loud_channel(struct at at)
{
	return at.channel == 1 ? 4 * noise(at.seed) : 0.4 * sine(0.03 * at.i, 0);
}

/*
 * By how much the true peak may exceed the ceiling: what the detector misses of the sound, since the limiter adds
 * nothing to that. Most of these reach up to half the rate, where it misses most; exactly there no true peak is
 * defined.
 */
static const struct sound {
	const char *name;
	double (*at)(struct at at);
	double over_db, dense_over_db; /* below 176.4 kHz, and from there on, where only samples are looked at */
} sounds[] = {
#define SOUND(name, ...) { #name, name, __VA_ARGS__ }
	SOUND(loud_noise, 2, 5.5),
	SOUND(bursts_of_noise, 2, 5.5),
	SOUND(noise_to_a_fifth, 0.25, 0.25),
	SOUND(square_of_100_hz, 0.25, 2.5),
	SOUND(square_of_a_few_samples, 1.5, 3.5),
	SOUND(square_that_grows, 0.25, 2.5),
	SOUND(lonely_impulses, 0.01, 0.01),
	SOUND(impulses_on_a_tone, 0.01, 0.01),
	SOUND(clicks_at_block_edges, 0.25, 2.5),
	SOUND(impulse_pairs, 0.25, 2.5),
	SOUND(sine_between_samples, 0.1, 3.01),
	SOUND(sine_at_the_edge_of_hearing, 0.75, 0.1),
	SOUND(sine_of_a_sixth, 0.1, 0.1),
	SOUND(bass, 0.01, 0.01),
	SOUND(silence_then_full_scale, 0.25, 2),
	SOUND(steps_of_dc, 0.25, 2),
	SOUND(sweep, 0.1, 0.1),
	SOUND(sweep_up_and_down_in_level, 0.1, 0.1),
	SOUND(swell_from_nothing, 0.01, 0.01),
	SOUND(turn_of_phase, 0.5, 2),
	SOUND(beat, 0.25, 0.25),
	SOUND(enormous_then_small, 0.01, 0.01),
	SOUND(alternating_signs, INFINITY, INFINITY),
	SOUND(one_loud_channel, 2, 5.5),
#undef SOUND
};

static inline void fill(const struct sound *sound, double rate_hz, unsigned channels)
{
	uint32_t seed = 7;

	for (unsigned c = 0; c < channels; c++)
		for (int i = 0; i < FRAMES; i++)
			in[c][i] = (float)sound->at((struct at){ i, (int)c, rate_hz, &seed });
}

static inline void fill_with_noise(float gain)
{
	uint32_t seed = 5;

	for (int i = 0; i < FRAMES; i++)
		for (int c = 0; c < ALL; c++)
			in[c][i] = gain * noise(&seed);
}

/* Below the ceiling at and between all samples, with a few denormals and a zero of either sign. */
static inline void fill_quietly(void)
{
	fill_with_noise(0.4f);
	for (int i = 0; i < FRAMES; i += 50) {
		in[0][i] = 1e-40f;
		in[1][i] = -0.0f;
	}
}
