#include "core/io/wav.h"

#include <errno.h>
#include <fcntl.h>
#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 1024 /* frames interleaved at a time */

struct iem_wav {
	SNDFILE *file;
	SF_INFO info;
	int fd;
	char *path, *temporary; /* of a file being written; temporary is NULL once it is in its place */
	float frames[BLOCK * IEM_MAX_CHANNELS];
};

void iem_wav_sides(unsigned channels, enum iem_side sides[IEM_MAX_CHANNELS])
{
	static const char *const layouts[IEM_MAX_CHANNELS + 1][IEM_MAX_CHANNELS] = {
		[1] = { "MONO" },
		[2] = { "FL", "FR" },
		[3] = { "FL", "FR", "FC" },
		[4] = { "FL", "FR", "RL", "RR" },
		[5] = { "FL", "FR", "FC", "RL", "RR" },
		[6] = { "FL", "FR", "FC", "LFE", "RL", "RR" },
		[7] = { "FL", "FR", "FC", "LFE", "RC", "SL", "SR" },
		[8] = { "FL", "FR", "FC", "LFE", "RL", "RR", "SL", "SR" },
	};

	for (unsigned c = 0; c < channels && c < IEM_MAX_CHANNELS; c++)
		sides[c] = iem_side_of_channel(layouts[channels][c]);
}

/*
 * libsndfile speaks in sentences; ours about files have no full stop. A header whose rate is 0 is an internal error to
 * it; what else it could mean by that has errors of its own.
 */
static int complain_of_sndfile(struct iem_diags *diags, const char *path, const char *what)
{
	const char *why = strstr(sf_strerror(NULL), "SF_INFO") ? "it tells no sample rate" : sf_strerror(NULL);
	size_t length = strlen(why);

	length -= length > 0 && why[length - 1] == '.';
	return iem_complain(diags, path, 0, "%s: %.*s", what, (int)length, why);
}

static int check_format(const SF_INFO *info, const char *path, struct iem_diags *diags)
{
	if (info->channels < 1 || info->channels > IEM_MAX_CHANNELS)
		return iem_complain(diags, path, 0, "the file has %d channels; 1 to %d can be processed",
				    info->channels, IEM_MAX_CHANNELS);
	if (info->samplerate < IEM_MIN_RATE_HZ || info->samplerate > IEM_MAX_RATE_HZ)
		return iem_complain(diags, path, 0, "the file's rate is %d Hz, outside %g to %g Hz",
				    info->samplerate, IEM_MIN_RATE_HZ, IEM_MAX_RATE_HZ);
	return 0;
}

int iem_wav_open(struct iem_wav **out, const char *path, struct iem_diags *diags)
{
	CLEANUP(iem_wav_closep) struct iem_wav *wav = calloc(1, sizeof(*wav));
	int r;

	if (!wav)
		return -ENOMEM;
	wav->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (wav->fd < 0) {
		r = -errno;
		iem_complain(diags, path, 0, "cannot be read: %s", strerror(-r));
		return r;
	}
	wav->file = sf_open_fd(wav->fd, SFM_READ, &wav->info, SF_FALSE);
	if (!wav->file)
		return complain_of_sndfile(diags, path, "is no sound file that can be read");
	if ((r = check_format(&wav->info, path, diags)) < 0)
		return r;
	*out = IEM_STEAL(wav);
	return 0;
}

/*
 * Where PATH leads: through a symbolic link, which somebody made on purpose. Whatever else stands there (a device, a
 * folder, a pipe) would be replaced by a plain file.
 * @return 0; -EEXIST for what is no plain file, -ENOLINK for a link to nothing
 */
static int find_place(const char *path, char **place)
{
	struct stat status;

	if (stat(path, &status) == 0) {
		if (!S_ISREG(status.st_mode))
			return -EEXIST;
		*place = realpath(path, NULL);
		return *place ? 0 : -errno;
	}
	if (errno != ENOENT)
		return -errno;
	if (lstat(path, &status) == 0)
		return -ENOLINK;
	*place = strdup(path);
	return *place ? 0 : -ENOMEM;
}

static const char *why_not(int error)
{
	return error == -EEXIST  ? "it is there already, and is no plain file" :
	       error == -ENOLINK ? "it is a link to nothing" :
				   strerror(-error);
}

static int create_beside(struct iem_wav *wav, const char *path)
{
	int r = find_place(path, &wav->path);

	if (r < 0)
		return r;
	if (asprintf(&wav->temporary, "%s.XXXXXX", wav->path) < 0) {
		wav->temporary = NULL;
		return -ENOMEM;
	}
	wav->fd = mkostemp(wav->temporary, O_CLOEXEC);
	if (wav->fd < 0) {
		r = -errno;
		free(IEM_STEAL(wav->temporary));
	}
	return r;
}

/* A plain WAV file ends at 4 GiB; RF64 is the same with larger numbers. */
static int file_type(const struct iem_wav_format *format)
{
	const int64_t most = 0xfff00000LL / (int64_t)(sizeof(float) * format->channels);

	return (format->frames < most ? SF_FORMAT_WAV : SF_FORMAT_RF64) | SF_FORMAT_FLOAT;
}

int iem_wav_create(struct iem_wav **out, const char *path, const struct iem_wav_format *format,
		   struct iem_diags *diags)
{
	CLEANUP(iem_wav_closep) struct iem_wav *wav = calloc(1, sizeof(*wav));
	int r;

	if (!wav)
		return -ENOMEM;
	wav->fd = -1;
	wav->info = (SF_INFO){ .samplerate = format->rate_hz, .channels = (int)format->channels,
			       .format = file_type(format) };
	r = create_beside(wav, path);
	if (r < 0) {
		iem_complain(diags, path, 0, "cannot be written: %s", why_not(r));
		return r;
	}
	wav->file = sf_open_fd(wav->fd, SFM_WRITE, &wav->info, SF_FALSE);
	if (!wav->file)
		return complain_of_sndfile(diags, path, "cannot be written");
	/* The PEAK chunk holds the time of day: the same input would not give the same file. */
	sf_command(wav->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
	/* What comes through a pipe may announce more than it holds. */
	sf_command(wav->file, SFC_RF64_AUTO_DOWNGRADE, NULL, SF_TRUE);
	*out = IEM_STEAL(wav);
	return 0;
}

struct iem_wav_format iem_wav_format(const struct iem_wav *wav)
{
	return (struct iem_wav_format){ wav->info.samplerate, (unsigned)wav->info.channels,
					wav->info.frames };
}

int64_t iem_wav_read(struct iem_wav *wav, float *const *planes, uint32_t frames)
{
	const unsigned channels = (unsigned)wav->info.channels;
	sf_count_t got = sf_readf_float(wav->file, wav->frames, frames < BLOCK ? frames : BLOCK);

	if (got < 0 || (got == 0 && sf_error(wav->file) != SF_ERR_NO_ERROR))
		return -EIO;
	for (sf_count_t i = 0; i < got; i++)
		for (unsigned c = 0; c < channels; c++)
			planes[c][i] = wav->frames[(size_t)i * channels + c];
	return got;
}

int iem_wav_write(struct iem_wav *wav, const float *const *planes, uint32_t frames)
{
	const unsigned channels = (unsigned)wav->info.channels;

	for (uint32_t done = 0; done < frames;) {
		const uint32_t n = frames - done < BLOCK ? frames - done : BLOCK;

		for (uint32_t i = 0; i < n; i++)
			for (unsigned c = 0; c < channels; c++)
				wav->frames[i * channels + c] = planes[c][done + i];
		if (sf_writef_float(wav->file, wav->frames, n) != n)
			return -EIO;
		done += n;
	}
	return 0;
}

int iem_wav_commit(struct iem_wav *wav)
{
	const mode_t mask = umask(0); /* there is no other way to learn it */

	umask(mask);
	if (sf_close(IEM_STEAL(wav->file)) != 0)
		return -EIO;
	if (fchmod(wav->fd, 0666 & ~mask) < 0 || fsync(wav->fd) < 0 || rename(wav->temporary, wav->path) < 0)
		return -errno;
	free(IEM_STEAL(wav->temporary));
	return 0;
}

void iem_wav_close(struct iem_wav *wav)
{
	if (!wav)
		return;
	if (wav->file)
		sf_close(wav->file);
	if (wav->fd >= 0)
		close(wav->fd);
	if (wav->temporary)
		unlink(wav->temporary);
	free(wav->temporary);
	free(wav->path);
	free(wav);
}

void iem_wav_closep(struct iem_wav **wav)
{
	iem_wav_close(*wav);
}
