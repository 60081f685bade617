/*
 * A user's settings window: bound to the default metadata like any long-lived client, it sets the default sink to the
 * node that its argument names, once, at the moment of SIGUSR1. (pw-metadata binds and sets in one go, so what it asks
 * for waits until the session manager has answered the binding.)
 */
#include <pipewire/extensions/metadata.h>
#include <pipewire/pipewire.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct chooser {
	struct pw_main_loop *loop;
	struct pw_core *core;
	struct pw_registry *registry;
	struct pw_metadata *metadata;
	const char *node;
	const char *word; /* to print when what was sent last has arrived */
	int seq;
	struct spa_hook core_hook, registry_hook;
};

static void say_when_arrived(struct chooser *chooser, const char *word)
{
	chooser->word = word;
	chooser->seq = pw_core_sync(chooser->core, PW_ID_CORE, 0);
}

static void on_global(void *data, uint32_t id, uint32_t permissions, const char *type, uint32_t version,
		      const struct spa_dict *props)
{
	struct chooser *chooser = data;
	const char *name = props ? spa_dict_lookup(props, "metadata.name") : NULL;

	if (chooser->metadata || strcmp(type, PW_TYPE_INTERFACE_Metadata) != 0 || !name || strcmp(name, "default") != 0)
		return;
	chooser->metadata = pw_registry_bind(chooser->registry, id, type, PW_VERSION_METADATA, 0);
	say_when_arrived(chooser, "bound");
}

static void on_done(void *data, uint32_t id, int seq)
{
	struct chooser *chooser = data;

	if (id != PW_ID_CORE || seq != chooser->seq || !chooser->word)
		return;
	puts(chooser->word);
	chooser->word = NULL;
}

static void on_signal(void *data, int number)
{
	struct chooser *chooser = data;
	char value[1000];

	snprintf(value, sizeof(value), "{ \"name\": \"%s\" }", chooser->node);
	pw_metadata_set_property(chooser->metadata, 0, "default.configured.audio.sink", "Spa:String:JSON", value);
	say_when_arrived(chooser, "asked");
}

int main(int argc, char **argv)
{
	static const struct pw_core_events core_events = { PW_VERSION_CORE_EVENTS, .done = on_done };
	static const struct pw_registry_events registry_events = { PW_VERSION_REGISTRY_EVENTS, .global = on_global };
	struct chooser chooser = { .node = argv[argc - 1] };

	setlinebuf(stdout);
	pw_init(NULL, NULL);
	chooser.loop = pw_main_loop_new(NULL);
	/* first, so that the threads of the context inherit that it is blocked */
	pw_loop_add_signal(pw_main_loop_get_loop(chooser.loop), SIGUSR1, on_signal, &chooser);
	chooser.core = pw_context_connect(pw_context_new(pw_main_loop_get_loop(chooser.loop), NULL, 0), NULL, 0);
	if (argc != 2 || !chooser.core) {
		fputs("chooser NODE: no such argument, or no PipeWire\n", stderr);
		return 1;
	}
	chooser.registry = pw_core_get_registry(chooser.core, PW_VERSION_REGISTRY, 0);
	pw_core_add_listener(chooser.core, &chooser.core_hook, &core_events, &chooser);
	pw_registry_add_listener(chooser.registry, &chooser.registry_hook, &registry_events, &chooser);
	return pw_main_loop_run(chooser.loop);
}
