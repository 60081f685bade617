/* volume.h: volumes read from PipeWire's Props, compared, and fitted to other channels. */
#include "support.h"

#include "daemon/volume.h"

#include <math.h>
#include <spa/param/param.h>
#include <spa/param/props.h>
#include <spa/pod/builder.h>

static struct volume volume(unsigned channels, float left, float right, bool mute)
{
	return (struct volume){ channels, { left, right }, mute };
}

/* A Props object with channelVolumes of N gains, and with mute where it is not negative. */
static struct spa_pod *props(uint8_t *buffer, size_t size, const float *gains, uint32_t n, int mute)
{
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(buffer, (uint32_t)size);
	struct spa_pod_frame frame;

	spa_pod_builder_push_object(&builder, &frame, SPA_TYPE_OBJECT_Props, SPA_PARAM_Props);
	if (gains) {
		spa_pod_builder_prop(&builder, SPA_PROP_channelVolumes, 0);
		spa_pod_builder_array(&builder, sizeof(float), SPA_TYPE_Float, n, gains);
	}
	if (mute >= 0) {
		spa_pod_builder_prop(&builder, SPA_PROP_mute, 0);
		spa_pod_builder_bool(&builder, mute > 0);
	}
	return spa_pod_builder_pop(&builder, &frame);
}

static void what_is_built_is_read(void **state)
{
	const struct volume wanted = volume(2, 0.5f, 0.25f, true);
	uint8_t buffer[256];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(buffer, sizeof(buffer));
	struct spa_pod_frame frame;
	struct volume got = { 0 };

	spa_pod_builder_push_object(&builder, &frame, SPA_TYPE_OBJECT_Props, SPA_PARAM_Props);
	volume_build(&builder, &wanted, true);
	assert_true(volume_read(&got, spa_pod_builder_pop(&builder, &frame)));
	assert_memory_equal(&got, &wanted, sizeof(got));
}

/* Else gains that are on their way would lift a mute that comes between. */
static void gains_alone_say_nothing_of_the_mute(void **state)
{
	const struct volume gains = volume(2, 0.5f, 0.25f, false);
	uint8_t buffer[256];
	struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(buffer, sizeof(buffer));
	struct spa_pod_frame frame;
	struct volume got = volume(2, 1, 1, true);

	spa_pod_builder_push_object(&builder, &frame, SPA_TYPE_OBJECT_Props, SPA_PARAM_Props);
	volume_build(&builder, &gains, false);
	assert_true(volume_read(&got, spa_pod_builder_pop(&builder, &frame)));
	assert_true(got.mute && got.gain_lin[0] == 0.5f && got.gain_lin[1] == 0.25f);
}

static void what_is_not_told_stays(void **state)
{
	const float gains[] = { 0.5f, 0.25f };
	struct volume got = volume(2, 1, 1, true);
	uint8_t buffer[256];

	assert_true(volume_read(&got, props(buffer, sizeof(buffer), gains, 2, -1)));
	assert_true(got.mute && got.gain_lin[0] == 0.5f && got.gain_lin[1] == 0.25f);
	assert_true(volume_read(&got, props(buffer, sizeof(buffer), NULL, 0, 0)));
	assert_true(!got.mute && got.channels == 2 && got.gain_lin[0] == 0.5f);
	assert_false(volume_read(&got, props(buffer, sizeof(buffer), NULL, 0, -1)));
}

static void gains_that_cannot_be_are_not_taken(void **state)
{
	static const float many[IEM_MAX_CHANNELS + 1] = { 0.1f };
	static const float bad[][2] = { { 0.5f, -0.1f }, { NAN, 0.5f }, { 0.5f, INFINITY }, { 101, 1 } };
	const struct volume before = volume(2, 1, 1, false);
	struct volume got = before;
	uint8_t buffer[256];

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(volume_read(&got, props(buffer, sizeof(buffer), bad[i], 2, -1)));
	assert_false(volume_read(&got, props(buffer, sizeof(buffer), many, ARRAY_LEN(many), -1)));
	assert_memory_equal(&got, &before, sizeof(got));
}

static const struct {
	const char *why;
	struct volume a, b;
	bool same, softer;
} pairs[] = {
	{ "equal", { 2, { 0.5f, 0.5f } }, { 2, { 0.5f, 0.5f } }, true, false },
	{ "rounded by a device", { 2, { 0.027f, 0.027f } }, { 2, { 0.02703f, 0.02699f } }, true, false },
	{ "rounded, hardly open", { 1, { 1e-6f } }, { 1, { 1.1e-6f } }, true, false },
	{ "a percent of the slider", { 1, { 0.970299f } }, { 1, { 1 } }, false, true },
	{ "one ear softer", { 2, { 0.5f, 0.2f } }, { 2, { 0.5f, 0.5f } }, false, true },
	{ "one ear softer, one louder", { 2, { 0.6f, 0.2f } }, { 2, { 0.5f, 0.5f } }, false, false },
	{ "louder", { 1, { 1 } }, { 1, { 0.5f } }, false, false },
	{ "muted", { 1, { 1 }, true }, { 1, { 0.5f } }, false, true },
	{ "no longer muted", { 1, { 0.1f } }, { 1, { 0.5f }, true }, false, false },
	{ "other channels", { 1, { 0.1f } }, { 2, { 0.5f, 0.5f } }, false, false },
};

static void same_and_softer_mean_what_is_heard(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		if (volume_same(&pairs[i].a, &pairs[i].b) != pairs[i].same)
			fail_msg("same: %s", pairs[i].why);
		if (volume_is_softer(&pairs[i].a, &pairs[i].b) != pairs[i].softer)
			fail_msg("softer: %s", pairs[i].why);
	}
}

static void for_other_channels_the_loudest_counts(void **state)
{
	const struct volume stereo = volume(2, 0.2f, 0.5f, true);
	const struct volume mono = volume_for(&stereo, 1), same = volume_for(&stereo, 2);

	assert_true(mono.channels == 1 && mono.gain_lin[0] == 0.5f && mono.mute);
	assert_memory_equal(&same, &stereo, sizeof(same));
}

static void a_volume_is_limited(void **state)
{
	const struct volume loud = { .channels = 2, .gain_lin = { 4, 2 } }, soft = { .channels = 2, .gain_lin = { 0.5f, 0.25f } };
	struct volume limited = volume_limited(&loud, 0);

	assert_near(limited.gain_lin[0], 1, 1e-6);
	assert_near(limited.gain_lin[1], 0.5, 1e-6);
	limited = volume_limited(&loud, 20 * log10(2));
	assert_near(limited.gain_lin[0], 2, 1e-6);
	limited = volume_limited(&soft, 0);
	assert_true(volume_same(&limited, &soft));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_volume_is_limited),
		cmocka_unit_test(what_is_built_is_read),
		cmocka_unit_test(gains_alone_say_nothing_of_the_mute),
		cmocka_unit_test(what_is_not_told_stays),
		cmocka_unit_test(gains_that_cannot_be_are_not_taken),
		cmocka_unit_test(same_and_softer_mean_what_is_heard),
		cmocka_unit_test(for_other_channels_the_loudest_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
