/* compare: two profiles by turns, as loud as each other; or without being told which. */
#include "cli/service.h"

#include "cli/command.h"
#include "cli/json.h"
#include "cli/keys.h"
#include "cli/text.h"
#include "core/util.h"

#include <math.h>
#include <sys/random.h>

#define ENOUGH 0.05 /* of all guessers do as well: the usual line */

enum { A, B };

struct comparing {
	struct service *service;
	const struct service_request *request;
	char *profile[2], *variant[2]; /* owned; "" for no variant */
	bool begun;
};

static void comparing_finish(struct comparing *comparing)
{
	for (int which = A; which <= B; which++)
		free(comparing->profile[which]); /* the variant lies in the same memory */
	service_close(comparing->service);
}

/* "ID" or "ID:VARIANT". */
static int name(struct comparing *comparing, int which, const char *text)
{
	static char none[] = "";
	char *colon;

	comparing->profile[which] = strdup(text);
	if (!comparing->profile[which])
		return STATUS_FAILED;
	colon = strchr(comparing->profile[which], ':');
	comparing->variant[which] = colon ? colon + 1 : none;
	if (colon)
		*colon = '\0';
	return STATUS_DONE;
}

/* What took our comparison's place is not ours to end: so it begins only once. */
static int hear(struct comparing *comparing, int which)
{
	int status;

	if (comparing->begun)
		return service_ask(comparing->service, "Hear", "bb", which == B, (int)comparing->request->wait);
	status = service_ask(comparing->service, "Compare", "sssssbb", comparing->request->output, comparing->profile[A],
			     comparing->variant[A], comparing->profile[B], comparing->variant[B], which == B,
			     (int)comparing->request->wait);
	comparing->begun = status == STATUS_DONE;
	return status;
}

/*
 * Where somebody else has ended it, it fails: then what was heard last is not what it was taken for. After a signal nothing
 * is waited for: the service sees us go.
 */
static int end(struct comparing *comparing)
{
	return keys_signal() ? STATUS_DONE : service_ask(comparing->service, "EndComparison", "");
}

/* --- by turns --------------------------------------------------------------------------------------------------- */

static void say_heard(const struct comparing *comparing, int which)
{
	const char *variant = comparing->variant[which];

	say("%c: %s%s%s\n", which == A ? 'A' : 'B', comparing->profile[which], *variant ? ", variant " : "", variant);
}

static int take_turns(struct comparing *comparing)
{
	int status = hear(comparing, A);
	char key;

	if (status != STATUS_DONE)
		return status;
	say("As loud as each other. Keys: a and b to hear one, q to end.\n");
	say_heard(comparing, A);
	while (status == STATUS_DONE && (key = keys_next()) != 'q') {
		const int which = key == 'b' || key == 'B' ? B : A;

		if (!strchr("abAB", key))
			continue;
		status = hear(comparing, which);
		if (status == STATUS_DONE)
			say_heard(comparing, which);
	}
	return status == STATUS_DONE ? end(comparing) : status;
}

/* --- blind ------------------------------------------------------------------------------------------------------ */

/* How many of all who only guess get so many or more right: the upper end of the binomial distribution. */
static double guessers(int right, int trials)
{
	double sum = 0;

	for (int k = right; k <= trials; k++)
		sum += exp(lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1) - trials * M_LN2);
	return fmin(sum, 1);
}

static int toss(void)
{
	unsigned char coin;

	return getrandom(&coin, 1, 0) == 1 ? coin & 1 : A;
}

/* One trial. @return whether the answer was right, or -1 where there was none; *status tells of an error */
static int trial(struct comparing *comparing, int number, int trials, int *status)
{
	const int x = toss();
	char key;

	*status = hear(comparing, x);
	if (*status == STATUS_DONE && !comparing->request->json)
		say("Trial %d of %d: this is X.\n", number, trials);
	while (*status == STATUS_DONE && (key = keys_next()) != 'q')
		switch (key) {
		case 'a':
		case 'b':
		case 'x':
			*status = hear(comparing, key == 'x' ? x : key == 'a' ? A : B);
			break;
		case 'A':
		case 'B':
			return (key == 'A' ? A : B) == x;
		}
	return -1;
}

static int tell(const struct comparing *comparing, int right, int trials)
{
	const double p = guessers(right, trials);
	char text[200];

	if (comparing->request->json)
		return json_put(json_pack("{ss, ss, si, si, so}", "a", comparing->profile[A], "b", comparing->profile[B],
					  "trials", trials, "right", right, "p", trials ? json_number(p) : json_null()));
	if (!trials)
		snprintf(text, sizeof(text), "No trial was answered.");
	else
		snprintf(text, sizeof(text), "%d of %d right. Of those who only guess %.2g %% do as well%s.", right, trials,
			 100 * p, p <= ENOUGH ? ": you hear a difference" : "; that does not show that you hear a difference");
	say_wrapped(text, 0);
	return STATUS_DONE;
}

static int blind(struct comparing *comparing)
{
	const int trials = comparing->request->trials;
	int right = 0, done = 0, answer = 0, status = STATUS_DONE;
	char text[400];

	snprintf(text, sizeof(text),
		 "X is A (%s) or B (%s), as loud as each other. Keys: a, b and x to hear, A or B to say what X is, q to end.",
		 comparing->profile[A], comparing->profile[B]);
	if (!comparing->request->json)
		say_wrapped(text, 0);
	while (done < trials && status == STATUS_DONE) {
		answer = trial(comparing, done + 1, trials, &status);
		if (answer < 0)
			break;
		right += answer;
		done++;
	}
	if (status == STATUS_DONE)
		status = end(comparing);
	if (status == STATUS_DONE && !keys_signal())
		return tell(comparing, right, done);
	if (comparing->begun && !keys_signal())
		complain("The blind test is void: not all that was played was X.");
	return status;
}

int service_cmd_compare(const struct service_request *request)
{
	CLEANUP(comparing_finish) struct comparing comparing = { .request = request };
	int status = service_open(&comparing.service, request->bus);

	if (status != STATUS_DONE || (status = name(&comparing, A, request->first)) != STATUS_DONE ||
	    (status = name(&comparing, B, request->second)) != STATUS_DONE)
		return status;
	keys_begin();
	status = request->blind ? blind(&comparing) : take_turns(&comparing);
	keys_end();
	return keys_signal() ? STATUS_SIGNAL + keys_signal() : status;
}
