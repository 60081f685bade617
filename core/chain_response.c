#include "core/chain_response.h"

#include <errno.h>
#include <math.h>

#define SETTLE_DB 70.0

enum { ALIKE, MOST, KINDS };

/* Taps of one length that a response is put together from; those of the mean of both ears and of sums are its own. */
struct material {
	uint32_t n;
	const double *left, *right, *left_to_right, *right_to_left; /* the last two NULL: channels do not mix */
	double *mean, *sums[2];                                     /* owned; sums: what an ear gets of both */
};

static void material_finish(struct material *m)
{
	free(m->mean);
	free(m->sums[0]);
	free(m->sums[1]);
}

static double *sum(const double *a, const double *b, double factor, uint32_t n)
{
	double *taps = malloc(n * sizeof(*taps));

	for (uint32_t i = 0; taps && i < n; i++)
		taps[i] = factor * (a[i] + b[i]);
	return taps;
}

static bool mixes(const struct material *m)
{
	return m->left_to_right != NULL;
}

static int make_sums(struct material *m)
{
	if (!(m->mean = sum(m->left, m->right, 0.5, m->n)))
		return -ENOMEM;
	if (!mixes(m))
		return 0;
	m->sums[0] = sum(m->left, m->right_to_left, 1, m->n);
	m->sums[1] = sum(m->right, m->left_to_right, 1, m->n);
	return m->sums[0] && m->sums[1] ? 0 : -ENOMEM;
}

/* --- the sound -------------------------------------------------------------------------------------------------------- */

static int make_convolver(struct chain_response *response, const struct iem_chain_plan *plan, const struct material *m)
{
	enum { MEAN, LEFT, RIGHT, LEFT_TO_RIGHT, RIGHT_TO_LEFT };
	static const unsigned own[IEM_SIDES] = { [IEM_SIDE_BOTH] = MEAN, [IEM_SIDE_LEFT] = LEFT, [IEM_SIDE_RIGHT] = RIGHT };
	const double *const responses[] = { m->mean, m->left, m->right, m->left_to_right, m->right_to_left };
	struct iem_convolver_plan c = { .responses = responses, .n_responses = mixes(m) ? 5 : 3, .taps = m->n,
					.channels = plan->channels };

	if (m->left == m->right) /* one for all */
		c.n_responses = 1;
	for (unsigned i = 0; i < plan->channels; i++)
		c.paths[c.n_paths++] = (struct iem_convolver_path){ i, i, c.n_responses == 1 ? MEAN : own[plan->sides[i]] };
	if (mixes(m)) {
		c.paths[c.n_paths++] = (struct iem_convolver_path){ 0, 1, LEFT_TO_RIGHT };
		c.paths[c.n_paths++] = (struct iem_convolver_path){ 1, 0, RIGHT_TO_LEFT };
	}
	return iem_convolver_new(&response->convolver, &c);
}

/* --- the figures ------------------------------------------------------------------------------------------------------ */

static int add_spectrum(struct chain_response *response, const double *taps, uint32_t n, double rate_hz)
{
	const int r = iem_spectrum_init(&response->spectra[response->n_spectra], taps, n, rate_hz);

	if (r == 0)
		response->n_spectra++;
	return r;
}

/* Where channels mix, the two that reach an ear may come in any phase. */
static int add_most(struct chain_response *response, const double *own, const double *other, uint32_t n, double rate_hz)
{
	struct iem_spectrum second = { 0 };
	double *db;
	int r = add_spectrum(response, own, n, rate_hz);

	if (r < 0 || (r = iem_spectrum_init(&second, other, n, rate_hz)) < 0)
		return r;
	db = response->spectra[response->n_spectra - 1].db;
	for (uint32_t k = 0; k <= second.half; k++)
		db[k] = 20 * log10(pow(10, db[k] / 20) + pow(10, second.db[k] / 20));
	iem_spectrum_finish(&second);
	return 0;
}

static int make_spectra(struct chain_response *response, double rate_hz, const struct material *m)
{
	const double *const alike[IEM_SIDES] = { m->mean, mixes(m) ? m->sums[0] : m->left, mixes(m) ? m->sums[1] : m->right };
	const int sides = m->left == m->right && !mixes(m) ? 1 : IEM_SIDES;
	int r = 0;

	for (int side = 0; side < sides && r == 0; side++) {
		response->alike[side] = response->most[side] = response->n_spectra;
		r = add_spectrum(response, alike[side], m->n, rate_hz);
	}
	for (int side = IEM_SIDE_LEFT; mixes(m) && side < IEM_SIDES && r == 0; side++) {
		response->most[side] = response->n_spectra;
		r = side == IEM_SIDE_LEFT ? add_most(response, m->left, m->right_to_left, m->n, rate_hz) :
					    add_most(response, m->right, m->left_to_right, m->n, rate_hz);
	}
	return r;
}

/* Frames until what is left of the taps has SETTLE_DB less energy than all of them. */
static uint32_t settle_of(const double *taps, uint32_t n)
{
	double all = 0, rest = 0;

	for (uint32_t i = 0; i < n; i++)
		all += taps[i] * taps[i];
	while (n > 0 && rest <= all * pow(10, -SETTLE_DB / 10)) {
		n--;
		rest += taps[n] * taps[n];
	}
	return n + 1;
}

static uint32_t longest_settle(const struct material *m)
{
	const double *const all[] = { m->left, m->right, m->left_to_right, m->right_to_left };
	uint32_t longest = 0;

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		const uint32_t settle = all[i] ? settle_of(all[i], m->n) : 0;

		longest = settle > longest ? settle : longest;
	}
	return longest;
}

/* -------------------------------------------------------------------------------------------------------------------- */

static int make(struct chain_response **out, const struct iem_chain_plan *plan, struct material m)
{
	struct chain_response *response = calloc(1, sizeof(*response));
	int r = response ? make_sums(&m) : -ENOMEM;

	if (r == 0)
		r = make_convolver(response, plan, &m);
	if (r == 0)
		r = make_spectra(response, plan->rate_hz, &m);
	if (r == 0)
		response->settle = longest_settle(&m);
	material_finish(&m);
	if (r < 0)
		chain_response_free(response);
	else
		*out = response;
	return r;
}

int chain_response_new(struct chain_response **out, const struct iem_chain_plan *plan, bool is_pair,
		       const struct iem_impulse *impulse)
{
	const bool true_stereo = impulse->channels == IEM_IMPULSE_TRUE_STEREO;
	const unsigned last = impulse->channels - 1;
	struct material m = { .n = impulse->frames, .left = iem_impulse_taps(impulse, 0),
			      .right = iem_impulse_taps(impulse, last) };

	if (true_stereo && is_pair) {
		m.left_to_right = iem_impulse_taps(impulse, 1);
		m.right_to_left = iem_impulse_taps(impulse, 2);
	}
	return make(out, plan, m);
}

int chain_response_from_curve(struct chain_response **out, const struct iem_chain_plan *plan,
			      const struct iem_curve *curve)
{
	struct iem_response realised;
	int r = iem_graphic_realise(&realised, curve, plan->rate_hz);

	if (r < 0)
		return r;
	r = make(out, plan, (struct material){ .n = realised.n, .left = realised.taps, .right = realised.taps });
	iem_response_finish(&realised);
	return r;
}

void chain_response_free(struct chain_response *response)
{
	if (!response)
		return;
	iem_convolver_free(response->convolver);
	for (unsigned i = 0; i < response->n_spectra; i++)
		iem_spectrum_finish(&response->spectra[i]);
	free(response);
}

double chain_response_db(const struct chain_response *response, enum iem_side side, double freq_hz)
{
	return iem_spectrum_db(&response->spectra[response->alike[side]], freq_hz);
}

double chain_response_most_db(const struct chain_response *response, enum iem_side side, double freq_hz)
{
	return iem_spectrum_db(&response->spectra[response->most[side]], freq_hz);
}
