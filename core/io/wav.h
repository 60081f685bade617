/**
 * wav.h - sound files, read and written in blocks of planes: memory does not grow with the file.
 * One thread at a time for each file.
 */
#pragma once

#include "core/chain.h"
#include "core/diag.h"

#include <stdbool.h>
#include <stdint.h>

struct iem_wav;

/** What a file holds. */
struct iem_wav_format {
	int rate_hz;
	unsigned channels; /* 1 .. IEM_MAX_CHANNELS */
	int64_t frames;    /* as the header says; what can be read may be less */
};

/** The ears of a file's channels, by the usual order for their number: FL FR FC LFE RL RR SL SR. */
void iem_wav_sides(unsigned channels, enum iem_side sides[IEM_MAX_CHANNELS]);

/**
 * Open a file that libsndfile can read. Refused after a complaint: more than IEM_MAX_CHANNELS channels, and rates
 * that no chain can be made for. @return 0 or -errno
 */
int iem_wav_open(struct iem_wav **out, const char *path, struct iem_diags *diags);

/**
 * Begin a WAV file of 32-bit floats. It is written beside PATH, or what that links to, and takes its place in
 * iem_wav_commit(), so that PATH may be the file that is being read, and is never left half written.
 * @return 0 or -errno after a complaint
 */
int iem_wav_create(struct iem_wav **out, const char *path, const struct iem_wav_format *format,
		   struct iem_diags *diags);

struct iem_wav_format iem_wav_format(const struct iem_wav *wav);

/** Read up to FRAMES frames into planes[channel]. @return how many, 0 at the end, or -EIO */
int64_t iem_wav_read(struct iem_wav *wav, float *const *planes, uint32_t frames);

/** @return 0, or -EIO where not everything could be written */
int iem_wav_write(struct iem_wav *wav, const float *const *planes, uint32_t frames);

/** Sync what was written and put it in its place. The file still wants iem_wav_close(). @return 0 or -errno */
int iem_wav_commit(struct iem_wav *wav);

/** Close; what was created and not committed is removed. NULL is fine. */
void iem_wav_close(struct iem_wav *wav);
void iem_wav_closep(struct iem_wav **wav);
