#include "daemon/outputs.h"

#include "core/utf8.h"
#include "daemon/pair_nodes.h"

#include <errno.h>
#include <strings.h>

/* --- from properties to facts ----------------------------------------------------------------------------------- */

struct seen {
	const struct graph_node *sink;
	struct graph_device device; /* props NULL: there is none */
	const struct graph_route *route;
};

static const char *prop(const struct seen *seen, const char *key)
{
	const char *value = pw_properties_get(seen->sink->props, key);

	return !value && seen->device.props ? pw_properties_get(seen->device.props, key) : value;
}

static int number(const char *text, int otherwise)
{
	return text ? (int)strtol(text, NULL, 0) : otherwise;
}

static void find_route(struct seen *seen)
{
	const int device = number(pw_properties_get(seen->sink->props, "card.profile.device"), -1);

	for (size_t i = 0; i < seen->device.n_routes; i++)
		if (seen->device.routes[i].device == device || device < 0)
			seen->route = &seen->device.routes[i];
}

static bool is_bluetooth(const struct seen *seen)
{
	return iem_streq(prop(seen, PW_KEY_DEVICE_API), "bluez5") || prop(seen, "api.bluez5.address") != NULL;
}

static bool is_usb(const struct seen *seen)
{
	return iem_streq(prop(seen, PW_KEY_DEVICE_BUS), "usb");
}

/* What a route's type, its name or the device's form factor say, in this order. The first row found wins. */
static enum iem_kind kind_by_words(const struct seen *seen)
{
	static const struct {
		const char *part;
		enum iem_kind kind;
	} words[] = {
		{ "headphone", IEM_KIND_HEADPHONES }, { "headset", IEM_KIND_HEADSET },
		{ "handset", IEM_KIND_SPEAKER },      { "speaker", IEM_KIND_SPEAKER },
		{ "hdmi", IEM_KIND_HDMI },            { "displayport", IEM_KIND_HDMI },
		{ "line", IEM_KIND_LINE },
	};
	const char *const texts[] = {
		seen->route ? seen->route->type : NULL,
		seen->route ? seen->route->name : NULL,
		prop(seen, PW_KEY_DEVICE_FORM_FACTOR),
	};

	for (size_t t = 0; t < ARRAY_LEN(texts); t++)
		for (size_t w = 0; texts[t] && w < ARRAY_LEN(words); w++)
			if (strcasestr(texts[t], words[w].part))
				return words[w].kind;
	return IEM_KIND_UNKNOWN;
}

static enum iem_kind kind_of(const struct seen *seen)
{
	const enum iem_kind said = kind_by_words(seen);

	if (!seen->device.props)
		return IEM_KIND_VIRTUAL;
	if (is_bluetooth(seen))
		return said == IEM_KIND_SPEAKER ? IEM_KIND_SPEAKER : IEM_KIND_BLUETOOTH;
	/* A dongle's only port is called after nothing in particular; "line" and "unknown" tell less than "usb". */
	if (is_usb(seen) && (said == IEM_KIND_UNKNOWN || said == IEM_KIND_LINE))
		return IEM_KIND_USB;
	return said;
}

/* --- streams that want an output as it is ------------------------------------------------------------------------- */

struct claim {
	struct graph *graph;
	const struct graph_node *sink;
	const char *by; /* what claims it, NULL: nothing does */
};

/* The sink that a stream names, by its name, its serial number or its id; NULL: it goes to the default. */
static const char *target_of(const struct graph_node *stream)
{
	const char *target = pw_properties_get(stream->props, "target.object");

	return target ? target : pw_properties_get(stream->props, "node.target");
}

static bool is_target(const struct claim *claim, const struct graph_node *stream)
{
	const char *name = pw_properties_get(claim->sink->props, PW_KEY_NODE_NAME);
	const char *serial = pw_properties_get(claim->sink->props, "object.serial");
	const char *target = target_of(stream);

	if (!target)
		return pair_is_for(graph_default_sink(claim->graph), name);
	return pair_is_for(target, name) || iem_streq(target, serial) || number(target, -1) == (int)claim->sink->id;
}

static void note_claim(void *data, const struct graph_node *stream)
{
	struct claim *claim = data;
	const char *exclusive = pw_properties_get(stream->props, "node.exclusive");

	if (!(stream->encoded || (exclusive && spa_atob(exclusive))) || !is_target(claim, stream))
		return;
	claim->by = stream->encoded ? "an application passes encoded sound through to it" :
				      "an application wants it for itself alone (node.exclusive)";
}

static const char *claim_of(const struct seen *seen, struct graph *graph)
{
	struct claim claim = { graph, seen->sink, NULL };

	graph_each_stream(graph, note_claim, &claim);
	return claim.by;
}

/* --- filters of other programs ----------------------------------------------------------------------------------- */

struct filter {
	const char *group;
	bool follows_default;
};

static void note_way_on(void *data, const struct graph_node *stream)
{
	struct filter *filter = data;

	if (iem_streq(pw_properties_get(stream->props, PW_KEY_NODE_LINK_GROUP), filter->group) && !target_of(stream))
		filter->follows_default = true;
}

/* In front of it as the default, we would be fed with what leaves it. */
static bool is_filter_before_default(const struct seen *seen, struct graph *graph)
{
	struct filter filter = { .group = pw_properties_get(seen->sink->props, PW_KEY_NODE_LINK_GROUP) };

	if (filter.group)
		graph_each_stream(graph, note_way_on, &filter);
	return filter.follows_default;
}

static const char *aside_of(const struct seen *seen, struct graph *graph)
{
	const char *name = pw_properties_get(seen->sink->props, PW_KEY_NODE_NAME);

	if (iem_streq(seen->device.profile, "pro-audio") || (name && strstr(name, ".pro-output")))
		return "its card is in the pro-audio profile, whose channels have no positions";
	if (graph_input_ports(graph, seen->sink->id) > IEM_MAX_CHANNELS)
		return "it has more channels than a chain takes";
	if (graph_has_others_pair(graph, name))
		return "another iemd has its filter in front of it";
	if (is_filter_before_default(seen, graph))
		return "it is another program's filter, from which sound goes on to the default output";
	return NULL;
}

/* "0x1234" or "1234", of device.vendor.id, to four digits. */
static char *usb_id(const struct seen *seen)
{
	const char *vendor = prop(seen, PW_KEY_DEVICE_VENDOR_ID), *product = prop(seen, PW_KEY_DEVICE_PRODUCT_ID);
	char *id = NULL;

	if (!is_usb(seen) || !vendor || !product ||
	    asprintf(&id, "%04x:%04x", (unsigned)strtoul(vendor, NULL, 16) & 0xffff,
		     (unsigned)strtoul(product, NULL, 16) & 0xffff) < 0)
		return NULL;
	return id;
}

/* Names come from firmware and other programs in any encoding, and the bus takes only one. */
static char *copy(const char *text)
{
	char *mine = text && *text ? strdup(text) : NULL;

	return mine ? iem_make_utf8(mine) : NULL;
}

/* "alsa.card" is what PipeWire found out of the node, where somebody made that by hand. */
static int card_of(const struct seen *seen)
{
	const char *const pcm = prop(seen, "api.alsa.pcm.card"), *const card = prop(seen, "api.alsa.card");

	return number(pcm ? pcm : card ? card : prop(seen, "alsa.card"), -1);
}

static void read_facts(struct output *out, const struct seen *seen)
{
	const char *const nick = prop(seen, "device.nick"), *const card = prop(seen, "api.alsa.card.name");
	const char *const product = prop(seen, PW_KEY_DEVICE_PRODUCT_NAME);

	out->card = card_of(seen);
	out->have[IEM_MATCH_USB] = usb_id(seen);
	/* The hardware database may have replaced the device's own name in product.name. */
	out->have[IEM_MATCH_PRODUCT] = copy(nick ? nick : card ? card : product);
	out->have[IEM_MATCH_SERIAL] = copy(prop(seen, PW_KEY_DEVICE_SERIAL));
	out->have[IEM_MATCH_CARD] = copy(card ? card : prop(seen, PW_KEY_DEVICE_NAME));
	out->have[IEM_MATCH_PORT] = copy(out->port);
	out->have[IEM_MATCH_NODE] = copy(out->node);
	if (is_bluetooth(seen)) {
		out->have[IEM_MATCH_BLUETOOTH] = copy(prop(seen, PW_KEY_DEVICE_DESCRIPTION));
		out->have[IEM_MATCH_ADDRESS] = copy(prop(seen, "api.bluez5.address"));
	}
}

/* --- the key ---------------------------------------------------------------------------------------------------- */

/* Blanks, control characters, slashes and percent signs would make a key hard to type or to take apart. */
static void append_escaped(char *buf, size_t size, const char *text)
{
	size_t n = strlen(buf);

	for (; *text && n + 4 < size; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c <= ' ' || c == 0x7f || c == '/' || c == '%' || c == '"' || c == '\\')
			n += (size_t)snprintf(buf + n, size - n, "%%%02X", c);
		else
			buf[n++] = *text;
	}
	buf[n] = '\0';
}

static char *key_of(const struct output *output, const struct seen *seen)
{
	const char *const address = output->have[IEM_MATCH_ADDRESS], *const usb = output->have[IEM_MATCH_USB];
	const char *path = prop(seen, PW_KEY_DEVICE_BUS_PATH), *name = prop(seen, PW_KEY_DEVICE_NAME);
	char key[512];

	if (!seen->device.props) {
		snprintf(key, sizeof(key), "node:");
		append_escaped(key, sizeof(key), output->node);
		return copy(key);
	}
	if (address) {
		snprintf(key, sizeof(key), "bluetooth:%s", address);
	} else if (usb) {
		snprintf(key, sizeof(key), "usb:%s", usb);
		if (output->have[IEM_MATCH_SERIAL]) {
			strcat(key, ":");
			append_escaped(key, sizeof(key), output->have[IEM_MATCH_SERIAL]);
		}
	} else {
		snprintf(key, sizeof(key), "card:");
		append_escaped(key, sizeof(key), path ? path : name ? name : output->node);
	}
	if (output->port) {
		strncat(key, "/", sizeof(key) - strlen(key) - 1);
		append_escaped(key, sizeof(key), output->port);
	}
	return copy(key); /* it may have been cut in mid-character */
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

struct reading {
	struct graph *graph;
	struct outputs *outputs;
	int r;
};

static const char *describe(const struct seen *seen, char *buf, size_t size)
{
	const char *description = pw_properties_get(seen->sink->props, PW_KEY_NODE_DESCRIPTION);
	const char *name = pw_properties_get(seen->sink->props, PW_KEY_NODE_NAME);

	if (!description || !*description)
		description = name;
	if (seen->route && seen->route->description && *seen->route->description)
		snprintf(buf, size, "%s: %s", description, seen->route->description);
	else
		snprintf(buf, size, "%s", description);
	return buf;
}

static void read_sink(void *data, const struct graph_node *sink)
{
	struct reading *reading = data;
	struct seen seen = { .sink = sink };
	const char *device = pw_properties_get(sink->props, PW_KEY_DEVICE_ID);
	const char *name = pw_properties_get(sink->props, PW_KEY_NODE_NAME);
	struct output *larger, *out;
	char text[512];

	/* Other names cannot be written in PipeWire's metadata, which is JSON: nobody can choose such a sink. */
	if (!name || !*name || !iem_is_utf8(name) || reading->r < 0)
		return;
	if (!device || !graph_find_device(reading->graph, (uint32_t)number(device, -1), &seen.device))
		seen.device.props = NULL;
	find_route(&seen);
	larger = realloc(reading->outputs->at, (reading->outputs->n + 1) * sizeof(*larger));
	if (!larger) {
		reading->r = -ENOMEM;
		return;
	}
	reading->outputs->at = larger;
	out = &larger[reading->outputs->n++];
	*out = (struct output){ .node_id = sink->id, .kind = kind_of(&seen),
				.aside = aside_of(&seen, reading->graph) };
	if (!out->aside)
		out->claimed = (out->aside = claim_of(&seen, reading->graph)) != NULL;
	out->node = strdup(name);
	out->port = copy(seen.route ? seen.route->name : NULL);
	out->description = copy(describe(&seen, text, sizeof(text)));
	out->available = !seen.route || seen.route->available;
	out->priority = number(pw_properties_get(sink->props, PW_KEY_PRIORITY_SESSION), 0);
	out->has_layout = graph_layout(reading->graph, sink->id, &out->layout);
	read_facts(out, &seen);
	out->id = key_of(out, &seen);
	if (!out->node || !out->description || !out->id)
		reading->r = -ENOMEM;
}

static int by_id_then_node(const void *a, const void *b)
{
	const struct output *x = a, *y = b;
	const int r = strcmp(x->id, y->id);

	return r ? r : strcmp(x->node, y->node);
}

/*
 * Two devices that cannot be told apart (the same ids, no serial) share a key; the second and later ones, in the
 * order of their node names, get "#2", "#3".
 */
static int number_twins(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->n;) {
		size_t end = i + 1;

		for (; end < outputs->n && strcmp(outputs->at[end].id, outputs->at[i].id) == 0; end++) {
			char *id;

			if (asprintf(&id, "%s#%zu", outputs->at[i].id, end - i + 1) < 0)
				return -ENOMEM;
			free(outputs->at[end].id);
			outputs->at[end].id = id;
		}
		i = end;
	}
	return 0;
}

int outputs_read(struct outputs *out, struct graph *graph)
{
	struct outputs outputs = { 0 };
	struct reading reading = { graph, &outputs, 0 };

	graph_each_sink(graph, read_sink, &reading);
	if (reading.r == 0 && outputs.n)
		qsort(outputs.at, outputs.n, sizeof(*outputs.at), by_id_then_node);
	if (reading.r == 0)
		reading.r = number_twins(&outputs);
	if (reading.r < 0) {
		outputs_finish(&outputs);
		return reading.r;
	}
	*out = outputs;
	return 0;
}

void output_finish(struct output *output)
{
	free(output->id);
	free(output->node);
	free(output->port);
	free(output->description);
	for (int key = 0; key < IEM_MATCH_KEYS; key++)
		free(output->have[key]);
	*output = (struct output){ 0 };
}

void outputs_finish(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->n; i++)
		output_finish(&outputs->at[i]);
	free(outputs->at);
	*outputs = (struct outputs){ 0 };
}

bool output_is_pair(const struct output *output)
{
	const struct pair_layout *layout = &output->layout;

	return !output->has_layout ||
	       (layout->channels == 2 && iem_side_of_channel(layout->positions[0]) == IEM_SIDE_LEFT &&
		iem_side_of_channel(layout->positions[1]) == IEM_SIDE_RIGHT);
}

const struct output *outputs_by_node(const struct outputs *outputs, const char *node)
{
	for (size_t i = 0; i < outputs->n; i++)
		if (iem_streq(outputs->at[i].node, node))
			return &outputs->at[i];
	return NULL;
}

const struct output *outputs_named(const struct outputs *outputs, const char *text, bool *ambiguous)
{
	const struct output *part = NULL;

	*ambiguous = false;
	for (size_t i = 0; i < outputs->n; i++) {
		const struct output *o = &outputs->at[i];

		if (strcmp(o->id, text) == 0 || strcmp(o->node, text) == 0)
			return o;
		if (strcasestr(o->id, text) || strcasestr(o->node, text) || strcasestr(o->description, text)) {
			*ambiguous = part != NULL || *ambiguous;
			part = o;
		}
	}
	return *ambiguous || !*text ? NULL : part;
}
