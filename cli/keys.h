/**
 * keys.h - single keys from standard input; where that is a terminal, without Enter and without being shown.
 *
 * From keys_begin() to keys_end() a signal that would end iemctl (Ctrl-C, Ctrl-\, SIGTERM, SIGHUP) ends the reading, and the
 * wait for an answer of the service; Ctrl-Z gives the terminal back for as long as iemctl is stopped.
 */
#pragma once

void keys_begin(void);
void keys_end(void);

/** The next key that is no blank; 'q' at the end of what there is, for Ctrl-D and after a signal. Flushes standard output. */
char keys_next(void);

/** The signal that ended the reading; 0: none did. */
int keys_signal(void);
