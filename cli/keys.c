#include "cli/keys.h"

#include "core/util.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#define END_OF_TRANSMISSION '\4' /* Ctrl-D, which is a key like others while Enter is not waited for */

static const int ending[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

static struct termios as_it_was;
static bool is_terminal;
static sigset_t before, while_reading; /* the signals that are held back otherwise, and while keys are waited for */
static volatile sig_atomic_t ended_by, stopped, waiting;

/*
 * While keys are waited for, the caller is told and ends in order. Else the service is being waited for, or is about to be: a
 * call that has not begun to wait would not be interrupted. What the service has to know is that we are gone.
 */
static void on_ending(int number)
{
	ended_by = number;
	if (waiting)
		return;
	if (is_terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &as_it_was);
	_exit(128 + number);
}

static void on_stopping(int number)
{
	stopped = true;
}

static void catch(int number, void (*handler)(int number))
{
	const struct sigaction action = { .sa_handler = handler };

	sigaction(number, &action, NULL);
}

static void take_terminal(void)
{
	struct termios keys;

	is_terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &as_it_was) == 0;
	if (!is_terminal)
		return;
	keys = as_it_was;
	keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &keys);
}

static void give_terminal_back(void)
{
	if (is_terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &as_it_was);
}

void keys_begin(void)
{
	sigset_t stopping;

	/* Held back until keys are waited for: a call to the service would fail in the middle. */
	sigemptyset(&stopping);
	sigaddset(&stopping, SIGTSTP);
	sigprocmask(SIG_BLOCK, &stopping, &before);
	while_reading = before;
	sigdelset(&while_reading, SIGTSTP);
	catch(SIGTSTP, on_stopping);
	for (size_t i = 0; i < ARRAY_LEN(ending); i++) {
		catch(ending[i], on_ending);
		sigdelset(&while_reading, ending[i]);
	}
	take_terminal();
}

void keys_end(void)
{
	give_terminal_back();
	catch(SIGTSTP, SIG_DFL);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* Stop as if nobody had caught it, so that the shell sees what it knows; go on here when it says so. */
static void stop(void)
{
	sigset_t held;

	stopped = false;
	give_terminal_back();
	catch(SIGTSTP, SIG_DFL);
	raise(SIGTSTP);
	sigprocmask(SIG_SETMASK, &while_reading, &held);
	sigprocmask(SIG_SETMASK, &held, NULL);
	catch(SIGTSTP, on_stopping);
	take_terminal();
}

/* @return false where there will be no more */
static bool wait_for_key(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int n;

	while (!ended_by) {
		waiting = true;
		n = ppoll(&input, 1, NULL, &while_reading);
		waiting = false;
		if (n >= 0)
			return true;
		if (stopped)
			stop();
	}
	return false;
}

static char next(void)
{
	char key;

	while (wait_for_key() && read(STDIN_FILENO, &key, 1) == 1)
		if (!strchr(" \t\r\n", key))
			return key == END_OF_TRANSMISSION ? 'q' : key;
	return 'q';
}

char keys_next(void)
{
	sigset_t ends, held;
	char key;

	fflush(stdout);
	/* One that comes between a look and the wait must not be missed. */
	sigemptyset(&ends);
	for (size_t i = 0; i < ARRAY_LEN(ending); i++)
		sigaddset(&ends, ending[i]);
	sigprocmask(SIG_BLOCK, &ends, &held);
	key = next();
	sigprocmask(SIG_SETMASK, &held, NULL);
	return key;
}

int keys_signal(void)
{
	return ended_by;
}
