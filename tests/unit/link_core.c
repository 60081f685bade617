/*
 * libiem stands alone: this program calls one function of every module and is linked with nothing but libiem,
 * libm and libconfig. If core reached for anything else, it would not link.
 */
#include "core/apo.h"
#include "core/electrical.h"
#include "core/conf.h"
#include "core/conf_text.h"
#include "core/dose_text.h"
#include "core/exposure.h"
#include "core/fader.h"
#include "core/level.h"
#include "core/limiter.h"
#include "core/added.h"
#include "core/number.h"
#include "core/profile_write.h"
#include "core/select.h"
#include "core/settings.h"
#include "core/stereo.h"
#include "core/store.h"
#include "core/truepeak.h"

static const char *no_environment(const char *name)
{
	return NULL;
}

static int use_files(void)
{
	struct iem_paths paths;
	struct iem_store *store = NULL;
	struct iem_diags diags = { 0 };
	struct iem_profile *profile = NULL;
	struct iem_source *source = NULL;
	struct iem_selection selection;
	const struct iem_observation seen = { 0 };
	const struct iem_decision decision = { 0 };
	char *written = NULL;
	int good = conf_check_text("", 0, "x", &diags) == 0;

	good &= iem_profile_parse(&profile, "x", "", 0, "x", &diags) == 0;
	good &= iem_source_load(&source, "x", "/nonexistent", &diags) < 0;
	good &= diags.errors == 1;
	good &= iem_profile_write(&written, profile, NULL) == 0;
	good &= iem_paths_init(&paths, no_environment) == 0;
	good &= iem_store_new(&store, &paths, NULL) == 0;
	iem_select(&selection, &(struct iem_situation){ &seen, &decision, NULL, store });
	good &= selection.profile == NULL;
	good &= iem_drive_of(&profile->earphone, NULL).swing.limit < 0;
	free(written);
	iem_store_free(store);
	iem_paths_finish(&paths);
	iem_profile_free(profile);
	iem_diags_finish(&diags);
	return good;
}

static int use_texts(void)
{
	static const char text[] = "Filter 1: ON PK Fc 1000 Hz Gain -3 dB Q 2";
	struct iem_settings settings;
	struct iem_apo apo;
	char number[IEM_NUMBER_TEXT];
	int good = iem_settings_load(&settings, NULL, NULL) == 0;

	good &= iem_level_in_noise_db(60, 20) > 40;
	good &= iem_number_text(0.5, number) == number;
	if (iem_apo_parse(&apo, text, sizeof(text) - 1, "x", IEM_REFERENCE_ANALOG, NULL) < 0)
		return 0;
	iem_apo_finish(&apo);
	return good;
}

static int use_sound(void)
{
	const struct iem_chain_plan plan = { .rate_hz = 48000, .channels = 1 };
	const struct iem_band band = { IEM_PEAKING, IEM_SIDE_BOTH, 1000, 6, 1 };
	struct iem_biquad biquad;
	struct iem_chain *chain = NULL;
	struct iem_fader fader;
	int good = iem_chain_new(&chain, &plan) == 0;

	if (!good)
		return 0;
	iem_biquad_design(&biquad, &band, IEM_REFERENCE_ANALOG, 48000);
	good &= iem_band_db(&band, IEM_REFERENCE_ANALOG, 1000) > 5.9;
	good &= iem_biquad_db(&biquad, 1000, 48000) > 5.9;
	good &= iem_fader_init(&fader, chain) == 0;
	iem_fader_finish(&fader);
	return good;
}

static int use_ears(void)
{
	const struct iem_stereo stereo = { .width = 1, .crossfeed = iem_crossfeed_find("meier") };
	float left = 0.5f, right = -0.5f, *planes[] = { &left, &right }, peak = 0;
	struct iem_limiter *limiter = NULL;
	struct iem_stereo_stage stage;
	struct iem_truepeak tp;

	if (iem_stereo_init(&stage, &stereo, 48000) < 0 || iem_limiter_new(&limiter, 48000, 2) < 0)
		return 0;
	iem_stereo_process(&stage, &left, &right, 1);
	iem_truepeak_init(&tp, 48000);
	iem_truepeak_process(&tp, &left, &peak, 1);
	iem_limiter_process(limiter, planes, 1);
	iem_limiter_free(limiter);
	return left == 0;
}

static int use_dose(void)
{
	const struct iem_dose_clock now = { .elapsed_s = 1 };
	struct iem_dose dose;
	char *text = NULL;
	int good;

	iem_dose_init(&dose, &now);
	iem_dose_add(&dose, iem_exposure_pa2(100), 1, &now);
	good = iem_dose_write(&text, &dose, &now) == 0 && iem_dose_parse(&dose, text, strlen(text), "x", &now, NULL) == 0;
	free(text);
	return good && iem_dose_percent(&dose, IEM_DOSE_80) > 0;
}

static int use_hearing(void)
{
	const struct iem_loudness loudness = { .listening_db = 60, .reference_db = 80, .strength = 1, .most_db = NAN };
	struct iem_added added;
	const float silence = 0, *const ears[2] = { &silence, NULL };
	struct iem_exposure exposure;
	int good = iem_iso226_phon(IEM_ISO226_2023, 1000, 60) > 59.9 && iem_exposure_init(&exposure, 48000) == 0;

	if (!good)
		return 0;
	iem_exposure_process(&exposure, ears, 1);
	iem_exposure_finish(&exposure);
	good &= use_dose();
	iem_added_make(&added, NULL, &loudness, &IEM_RATED_NOTHING);
	good &= added.n == IEM_LOUDNESS_BANDS;
	good &= iem_loudness_db(&loudness, 100) > 6;
	return good;
}

int main(void)
{
	return use_files() && use_texts() && use_sound() && use_ears() && use_hearing() && iem_glob("a*", "ab") ? 0 : 1;
}
