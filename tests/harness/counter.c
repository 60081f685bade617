/*
 * Loaded in front of a program's libraries (LD_PRELOAD): counts what its audio thread allocates, frees and locks, in a
 * file of three 64-bit numbers that IEMD_COUNTS names and that may be read at any time: calls of the allocator, locks,
 * and all calls of both from any thread, which shows that counting works. The audio thread is the one that is called data-loop
 * (up to PipeWire 1.0 "data-loop", later "data-loop.0").
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* glibc's own names of these; dlsym() would allocate before it can find them. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *p);

enum { ALLOCATOR, LOCKS, ALL, COUNTS };

static _Atomic uint64_t unseen[COUNTS], *counts = unseen;
static int (*real_lock)(pthread_mutex_t *), (*real_trylock)(pthread_mutex_t *);

static void __attribute__((constructor)) begin(void)
{
	const char *path = getenv("IEMD_COUNTS");
	const int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	void *at = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, COUNTS * sizeof(*counts)) == 0)
		at = mmap(NULL, COUNTS * sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED)
		counts = at;
	if (fd >= 0)
		close(fd);
}

static bool is_audio_thread(void)
{
	char name[16] = "";

	prctl(PR_GET_NAME, name);
	return strncmp(name, "data-loop", 9) == 0;
}

static void count(int what)
{
	counts[ALL]++;
	if (is_audio_thread())
		counts[what]++;
}

EXPORT void *malloc(size_t size)
{
	count(ALLOCATOR);
	return __libc_malloc(size);
}

EXPORT void *calloc(size_t n, size_t size)
{
	count(ALLOCATOR);
	return __libc_calloc(n, size);
}

EXPORT void *realloc(void *old, size_t size)
{
	count(ALLOCATOR);
	return __libc_realloc(old, size);
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	count(ALLOCATOR);
	return __libc_memalign(alignment, size);
}

EXPORT void free(void *p)
{
	count(ALLOCATOR);
	__libc_free(p);
}

static int (*real(const char *name))(pthread_mutex_t *)
{
	int (*found)(pthread_mutex_t *);

	*(void **)&found = dlsym(RTLD_NEXT, name);
	return found;
}

EXPORT int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	count(LOCKS);
	if (!real_lock)
		real_lock = real("pthread_mutex_lock");
	return real_lock(mutex);
}

EXPORT int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
	count(LOCKS);
	if (!real_trylock)
		real_trylock = real("pthread_mutex_trylock");
	return real_trylock(mutex);
}
