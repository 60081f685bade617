#include "daemon/responses.h"

#include "daemon/log.h"

#include "core/io/impulse_file.h"

#include <errno.h>
#include <fftw3.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#define SPARE 4u /* the way back: to the profile before, the rate before, from off to on */

enum state { ASKED, MAKING, MADE };

struct response {
	struct response *next;
	struct iem_recipe recipe; /* impulse held, curve below */
	struct iem_curve curve;   /* owned */
	unsigned turn;            /* asked for in */
	atomic_bool unwanted;

	/* Under the lock. */
	enum state state;
	int result;
	struct iem_prepared *prepared; /* held; by main alone once it is made */
};

struct responses {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t asked;
	bool ending;           /* under the lock */
	struct response *list; /* the one asked for first is first; links are under the lock */
	unsigned turn;
	void (*ready)(void *data);
	void *data;
};

/* --- the other thread --------------------------------------------------------------------------------------------------- */

static bool is_unwanted(void *data)
{
	const struct response *response = data;

	return atomic_load_explicit(&response->unwanted, memory_order_relaxed);
}

static struct response *first_asked(const struct responses *responses)
{
	struct response *response = responses->list;

	while (response && response->state != ASKED)
		response = response->next;
	return response;
}

static void make(struct responses *responses, struct response *response)
{
	const struct iem_stop stop = { is_unwanted, response };
	struct iem_prepared *prepared = NULL;
	int r;

	response->state = MAKING;
	pthread_mutex_unlock(&responses->lock);
	r = iem_prepare(&prepared, &response->recipe, &stop);
	pthread_mutex_lock(&responses->lock);
	response->result = r;
	response->prepared = prepared;
	response->state = MADE;
	responses->ready(responses->data);
}

static void *work(void *data)
{
	struct responses *responses = data;
	struct response *next;

	pthread_mutex_lock(&responses->lock);
	while (!responses->ending) {
		next = first_asked(responses);
		if (next)
			make(responses, next);
		else
			pthread_cond_wait(&responses->asked, &responses->lock);
	}
	pthread_mutex_unlock(&responses->lock);
	return NULL;
}

/* --- the main thread ---------------------------------------------------------------------------------------------------- */

/* Signals are the main loop's. */
static int start(struct responses *responses)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&responses->thread, NULL, work, responses);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r == 0)
		pthread_setname_np(responses->thread, "responses");
	return -r;
}

int responses_new(struct responses **out, void (*ready)(void *data), void *data)
{
	struct responses *responses = calloc(1, sizeof(*responses));
	int r;

	if (!responses)
		return -ENOMEM;
	fftw_make_planner_thread_safe(); /* chains plan their transforms on the main thread */
	responses->ready = ready;
	responses->data = data;
	pthread_mutex_init(&responses->lock, NULL);
	pthread_cond_init(&responses->asked, NULL);
	if ((r = start(responses)) < 0) {
		free(responses);
		return r;
	}
	*out = responses;
	return 0;
}

static void response_free(struct response *response)
{
	iem_impulse_drop(response->recipe.impulse);
	iem_prepared_drop(response->prepared);
	free(response->curve.at);
	free(response);
}

void responses_free(struct responses *responses)
{
	if (!responses)
		return;
	pthread_mutex_lock(&responses->lock);
	responses->ending = true;
	for (struct response *one = responses->list; one; one = one->next)
		atomic_store_explicit(&one->unwanted, true, memory_order_relaxed);
	pthread_cond_signal(&responses->asked);
	pthread_mutex_unlock(&responses->lock);
	pthread_join(responses->thread, NULL);
	while (responses->list) {
		struct response *next = responses->list->next;

		response_free(responses->list);
		responses->list = next;
	}
	pthread_cond_destroy(&responses->asked);
	pthread_mutex_destroy(&responses->lock);
	free(responses);
}

static bool same_impulse(const struct iem_impulse *a, const struct iem_impulse *b)
{
	return a == b || (a && b && a->print == b->print && a->frames == b->frames && a->channels == b->channels &&
			  a->rate_hz == b->rate_hz);
}

static bool same_curve(const struct iem_curve *a, const struct iem_curve *b)
{
	return a == b || (a && b && a->n == b->n && memcmp(a->at, b->at, a->n * sizeof(*a->at)) == 0);
}

static struct response *find(const struct responses *responses, const struct iem_recipe *recipe)
{
	for (struct response *one = responses->list; one; one = one->next)
		if (one->recipe.rate_hz == recipe->rate_hz && one->recipe.mixes == recipe->mixes &&
		    same_impulse(one->recipe.impulse, recipe->impulse) && same_curve(one->recipe.curve, recipe->curve))
			return one;
	return NULL;
}

static struct response *copy_of(const struct iem_recipe *recipe)
{
	struct response *response = calloc(1, sizeof(*response));

	if (!response)
		return NULL;
	response->recipe = *recipe;
	if (recipe->impulse)
		iem_impulse_hold(recipe->impulse);
	if (recipe->curve) {
		response->recipe.curve = &response->curve;
		response->curve.n = recipe->curve->n;
		response->curve.at = malloc(recipe->curve->n * sizeof(*recipe->curve->at));
		if (!response->curve.at) {
			response_free(response);
			return NULL;
		}
		memcpy(response->curve.at, recipe->curve->at, recipe->curve->n * sizeof(*recipe->curve->at));
	}
	return response;
}

static void append(struct responses *responses, struct response *response)
{
	struct response **end = &responses->list;

	while (*end)
		end = &(*end)->next;
	response->next = NULL;
	*end = response;
}

static void take_out(struct responses *responses, struct response *response)
{
	struct response **at = &responses->list;

	while (*at != response)
		at = &(*at)->next;
	*at = response->next;
}

/* Under the lock. */
static int ask(struct responses *responses, const struct iem_recipe *recipe)
{
	struct response *response = copy_of(recipe);

	if (!response)
		return -ENOMEM;
	log_debug("A response is made for %.0f Hz.", recipe->rate_hz);
	response->turn = responses->turn;
	append(responses, response);
	pthread_cond_signal(&responses->asked);
	return -EAGAIN;
}

static int get(struct responses *responses, const struct iem_recipe *recipe, struct iem_prepared **out)
{
	struct response *response = find(responses, recipe);
	int r;

	if (!response)
		return ask(responses, recipe);
	response->turn = responses->turn;
	atomic_store_explicit(&response->unwanted, false, memory_order_relaxed);
	if (response->state != MADE)
		return -EAGAIN;
	take_out(responses, response);
	if ((r = response->result) == 0) {
		*out = response->prepared;
		append(responses, response); /* as the one that was asked for last */
		return 0;
	}
	response_free(response);
	return r == -ECANCELED ? ask(responses, recipe) : r; /* it was not wanted for a moment */
}

int responses_get(struct responses *responses, const struct iem_recipe *recipe, struct iem_prepared **out)
{
	int r;

	pthread_mutex_lock(&responses->lock);
	r = get(responses, recipe, out);
	pthread_mutex_unlock(&responses->lock);
	return r;
}

static bool is_held(const struct response *response)
{
	return response->prepared && response->prepared->holders > 1;
}

/* Of the good ones that only we hold. */
static unsigned count_spare(const struct responses *responses)
{
	unsigned n = 0;

	for (const struct response *one = responses->list; one; one = one->next)
		n += one->state == MADE && one->result == 0 && !is_held(one);
	return n;
}

void responses_sweep(struct responses *responses)
{
	unsigned spare;

	pthread_mutex_lock(&responses->lock);
	spare = count_spare(responses);
	for (struct response **at = &responses->list, *one; (one = *at);) {
		const bool idle = one->state == MADE && one->result == 0;
		const bool keep = one->turn == responses->turn || is_held(one) || (idle && spare <= SPARE);

		if (one->state == MAKING && !keep)
			atomic_store_explicit(&one->unwanted, true, memory_order_relaxed);
		if (keep || one->state == MAKING) {
			at = &one->next;
			continue;
		}
		spare -= idle;
		*at = one->next;
		response_free(one);
	}
	responses->turn++;
	pthread_mutex_unlock(&responses->lock);
}
