/**
 * watches.h - word from the kernel when certain files and folders change, also behind symbolic links. Main thread only.
 *
 * The whole set is told again whenever anything changed: watches_begin(), each of them, watches_end(). There are at most
 * WATCHES_MAX, and the kernel may have a lower limit; what is beyond is told once and is not watched.
 */
#pragma once

#include <stdbool.h>

#define WATCHES_MAX 1024

struct watches;

/** @return 0 or -errno; -ENOSYS or -EMFILE where the kernel gives none */
int watches_new(struct watches **out);
void watches_free(struct watches *watches);

/** Readable when something happened. */
int watches_fd(const struct watches *watches);

/** Take what happened. @return true where something that is watched changed, or may have */
bool watches_drain(struct watches *watches);

void watches_begin(struct watches *watches);
/** This file, be it there or not; where it is a link also whatever that leads to. */
void watches_file(struct watches *watches, const char *path);
/** The same for a folder, and everything in it. */
void watches_folder(struct watches *watches, const char *path);
/** What was not told again is watched no longer. */
void watches_end(struct watches *watches);
