/* Settings: defaults, every key, what is told about mistakes, and edits that leave the rest of a file alone. */
#include "core/settings.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

static void expect_edit(const char *why, const char *text, const char *key, const char *value,
			const char *want)
{
	CLEANUP(iem_freep) char *out = NULL;
	const int r = iem_settings_edit(text, strlen(text), key, value, &out);

	if (r < 0)
		fail_msg("%s: %s", why, strerror(-r));
	if (strcmp(out, want) != 0)
		fail_msg("%s: got\n%s", why, out);
}

static void every_row_has_a_name_and_accepts_its_own_default(void **state)
{
	static const struct { const char *name, *value, *allowed; } rows[] = {
		{ "path", "auto", "auto|smart-filter|default-sink|none" },
		{ "level.mode", "headroom", "headroom|match" },
		{ "level.reference_spl", "100", "60 to 120" },
		{ "level.max_spl", "none", "60 to 130|none" },
		{ "level.hardware_volume", "leave", "leave|manage" },
		{ "loudness.enabled", "false", "true|false" },
		{ "loudness.reference_spl", "80", "60 to 90" },
		{ "loudness.strength", "0.6", "0 to 1" },
		{ "limiter.enabled", "false", "true|false" },
		{ "dose.enabled", "false", "true|false" },
		{ "dose.standard", "80", "80|75" },
		{ "dose.reduce", "false", "true|false" },
		{ "detect.owned", "false", "true|false" },
		{ "detect.last_used", "false", "true|false" },
		{ "detect.names", "true", "true|false" },
	};
	struct iem_settings settings;
	struct iem_setting setting;
	char text[64];

	iem_settings_init(&settings);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(iem_setting_at(&setting, i));
		assert_string_equal(setting.name, rows[i].name);
		assert_string_equal(iem_setting_text(&setting, &settings, text, sizeof(text)), rows[i].value);
		assert_int_equal(iem_setting_assign(&setting, &settings, text), 0);
		assert_string_equal(iem_setting_allowed(&setting, text, sizeof(text)), rows[i].allowed);
	}
	assert_false(iem_setting_at(&setting, ARRAY_LEN(rows)));
	assert_false(iem_setting_find(&setting, "level"));
}

static void reads_every_key(void **state)
{
	static const char text[] =
		"format = 1; path = \"none\";\n"
		"level = { mode = \"match\"; reference_spl = 95; max_spl = 100.5; hardware_volume = \"manage\"; };\n"
		"loudness = { enabled = true; reference_spl = 75.0; strength = 1; };\n"
		"limiter = { enabled = true; };\n"
		"dose = { enabled = true; standard = \"75\"; reduce = true; };\n"
		"detect = { owned = true; last_used = true; names = false; };\n";
	struct iem_settings s;

	assert_int_equal(iem_settings_parse(&s, text, strlen(text), "t.conf", NULL), 0);
	assert_int_equal(s.path, IEM_PATH_NONE);
	assert_int_equal(s.level.mode, IEM_LEVEL_MATCH);
	assert_true(s.level.reference_spl_db == 95 && s.level.max_spl_db == 100.5);
	assert_int_equal(s.level.hardware_volume, IEM_HARDWARE_MANAGE);
	assert_true(s.loudness.enabled && s.loudness.reference_spl_db == 75 && s.loudness.strength == 1);
	assert_true(s.limiter.enabled && s.dose.enabled && s.dose.reduce);
	assert_int_equal(s.dose.standard, IEM_DOSE_75);
	assert_true(s.detect.owned && s.detect.last_used && !s.detect.names);
}

static void tells_every_mistake_at_its_line_and_changes_nothing(void **state)
{
	static const char text[] =
		"path = \"sideways\";\nlevel = {\n  max_spl = 131;\n  mod = 1;\n};\nlimiter = true;\n";
	static const char *const want[] = {
		"t.conf:1: 'path' is \"sideways\"; allowed are \"auto\", \"smart-filter\", \"default-sink\", \"none\"",
		"t.conf:3: 'max_spl' is 131, outside 60 to 130 dB",
		"t.conf:4: unknown key 'mod'; allowed here are mode, reference_spl, max_spl, hardware_volume",
		"t.conf:6: 'limiter' wants a group { ... }",
	};
	struct iem_diags diags = { 0 };
	struct iem_settings s = { .path = 77 };
	char line[300];

	assert_int_equal(iem_settings_parse(&s, text, strlen(text), "t.conf", &diags), -EINVAL);
	assert_int_equal(s.path, 77);
	assert_int_equal(diags.n, ARRAY_LEN(want));
	for (size_t i = 0; i < diags.n; i++)
		assert_string_equal(iem_diag_format(&diags.items[i], line, sizeof(line)), want[i]);
	iem_diags_finish(&diags);
}

static const struct {
	const char *why, *text, *key, *value, *want;
} edits[] = {
	{ "an empty file", "", "path", "none", "path = \"none\";\n" },
	{ "an empty file, in a group", "", "level.mode", "match", "level = { mode = \"match\"; };\n" },
	{ "a value gives way, comments stay", "# mine\npath = \"auto\"; # why\n", "path", "none",
	  "# mine\npath = \"none\"; # why\n" },
	{ "into a group of one line", "level = { mode = \"match\"; }; # x\n", "level.max_spl", "95",
	  "level = { max_spl = 95.0; mode = \"match\"; }; # x\n" },
	{ "into an empty group", "level = { };\n", "level.mode", "match", "level = { mode = \"match\"; };\n" },
	{ "into a group of several lines", "level = { # loud\n    mode = \"match\";\n};\n", "level.max_spl", "95.5",
	  "level = { # loud\n    max_spl = 95.5;\n    mode = \"match\";\n};\n" },
	{ "into a group of no lines", "level = {\n};\n", "level.mode", "match",
	  "level = {\n\tmode = \"match\";\n};\n" },
	{ "after a last line without an end", "path = \"auto\" # here", "limiter.enabled", "on",
	  "path = \"auto\" # here\nlimiter = { enabled = true; };\n" },
	{ "none takes a line out", "level = {\n  max_spl = 95; # shout\n  mode = \"match\";\n};\n", "level.max_spl",
	  "none", "level = {\n # shout\n  mode = \"match\";\n};\n" },
	{ "none takes a whole line out", "level = {\n  max_spl = 95;\n};\n", "level.max_spl", "off", "level = {\n};\n" },
	{ "none from a group of one line", "level = { max_spl = 95.0; mode = \"match\"; };", "level.max_spl", "none",
	  "level = { mode = \"match\"; };" },
	{ "none where there is none", "path = \"auto\";\n", "level.max_spl", "none", "path = \"auto\";\n" },
	{ "a bad value is mended", "path = \"sideways\";\n", "path", "auto", "path = \"auto\";\n" },
	{ "a switch, by another word", "dose = { reduce = false; };", "dose.reduce", "on", "dose = { reduce = true; };" },
	{ "a choice that looks like a number", "", "dose.standard", "75", "dose = { standard = \"75\"; };\n" },
};

static void edits_leave_the_rest_alone(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(edits); i++)
		expect_edit(edits[i].why, edits[i].text, edits[i].key, edits[i].value, edits[i].want);
}

static const struct {
	const char *why, *text, *key, *value;
	int want;
} refused[] = {
	{ "no such setting", "", "level.mod", "1", -ENOENT },
	{ "a group is no setting", "", "level", "1", -ENOENT },
	{ "no such word", "", "path", "sideways", -EINVAL },
	{ "below the range", "", "level.max_spl", "59.9", -EINVAL },
	{ "no number", "", "level.max_spl", "95dB", -EINVAL },
	{ "not a number", "", "level.max_spl", "nan", -EINVAL },
	{ "none where there must be a value", "", "level.reference_spl", "none", -EINVAL },
	{ "a decimal comma", "", "loudness.strength", "0,5", -EINVAL },
	{ "a file with another mistake", "pth = 1;", "path", "none", -EBADMSG },
	{ "a group that is none", "level = 5;", "level.mode", "match", -EBADMSG },
	{ "no libconfig", "<xml>", "path", "none", -EBADMSG },
};

static void bad_edits_are_refused(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		char *out = NULL;
		const int r = iem_settings_edit(refused[i].text, strlen(refused[i].text), refused[i].key,
						refused[i].value, &out);

		if (r != refused[i].want || out)
			fail_msg("%s: %d", refused[i].why, r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_has_a_name_and_accepts_its_own_default),
		cmocka_unit_test(reads_every_key),
		cmocka_unit_test(tells_every_mistake_at_its_line_and_changes_nothing),
		cmocka_unit_test(edits_leave_the_rest_alone),
		cmocka_unit_test(bad_edits_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
