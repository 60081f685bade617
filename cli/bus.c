#include "cli/bus.h"

#include "cli/bus_json.h"
#include "core/util.h"

#include <errno.h>
#include <stdarg.h>

#define NAME "org.iemd"
#define MANAGER_PATH "/org/iemd"
#define MANAGER "org.iemd.Manager1"
#define OUTPUT "org.iemd.Output1"
#define CALL_TIMEOUT_US (20 * 1000000ull)
#define MAX_READS 10

enum { FAILED = 1, NO_ANSWER = 3, NO_SUCH = 4 };

struct service {
	sd_bus *bus;
	bool changed;
};

/* --- finding it ------------------------------------------------------------------------------------------------- */

static const struct bus_row {
	enum bus_choice choice;
	const char *name;
	int (*open)(sd_bus **bus);
} buses[] = {
	{ BUS_USER, "user", sd_bus_open_user },
	{ BUS_SYSTEM, "system", sd_bus_open_system },
};

/* Does org.iemd have an owner on this bus? @return 0 or -errno, with the reason in words */
static int find_on(const struct bus_row *row, sd_bus **out, char *why, size_t size)
{
	CLEANUP(sd_bus_flush_close_unrefp) sd_bus *bus = NULL;
	CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = row->open(&bus);

	if (r < 0) {
		snprintf(why, size, "the %s bus cannot be reached (%s)", row->name, strerror(-r));
		return r;
	}
	r = sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
			       "GetNameOwner", &error, NULL, "s", NAME);
	if (r < 0) {
		snprintf(why, size, "nobody owns " NAME " on the %s bus", row->name);
		return r;
	}
	*out = IEM_STEAL(bus);
	return 0;
}

static int find(struct service *service, enum bus_choice choice, char *why, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(buses); i++) {
		char one[200];

		if (choice != BUS_ANY && choice != buses[i].choice)
			continue;
		if (find_on(&buses[i], &service->bus, one, sizeof(one)) == 0)
			return 0;
		n += (size_t)snprintf(why + n, n < size ? size - n : 0, "%s%s", n ? "; " : "", one);
	}
	return -ENOENT;
}

int service_open(struct service **out, enum bus_choice choice)
{
	struct service *service = calloc(1, sizeof(*service));
	char why[512] = "";

	if (!service)
		return FAILED;
	if (find(service, choice, why, sizeof(why)) < 0) {
		fprintf(stderr, "iemctl: The service does not answer: %s. Is iemd running?\n", why);
		free(service);
		return NO_ANSWER;
	}
	*out = service;
	return 0;
}

void service_close(struct service *service)
{
	if (!service)
		return;
	sd_bus_flush_close_unref(service->bus);
	free(service);
}

void service_closep(struct service **service)
{
	service_close(*service);
}

/* --- calling ---------------------------------------------------------------------------------------------------- */

/* An error of the bus as a sentence and an exit status. */
static int explain(const sd_bus_error *error, int r)
{
	static const struct {
		const char *name;
		int status;
	} known[] = {
		{ NAME ".Error.NoSuchProfile", NO_SUCH },
		{ NAME ".Error.NoSuchSource", NO_SUCH },
		{ NAME ".Error.NoSuchOutput", NO_SUCH },
		{ NAME ".Error.Failed", FAILED },
		{ NAME ".Error.ComparisonEnded", FAILED },
		{ SD_BUS_ERROR_SERVICE_UNKNOWN, NO_ANSWER },
		{ SD_BUS_ERROR_NAME_HAS_NO_OWNER, NO_ANSWER },
		{ SD_BUS_ERROR_NO_REPLY, NO_ANSWER },
		{ SD_BUS_ERROR_TIMEOUT, NO_ANSWER },
		{ SD_BUS_ERROR_DISCONNECTED, NO_ANSWER },
	};
	const char *message = error->message ? error->message : strerror(-r);

	if (r == -EINTR)
		return FAILED; /* whoever catches signals says what there is to say */
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (sd_bus_error_has_name(error, known[i].name)) {
			fprintf(stderr, "iemctl: %s%s\n",
				known[i].status == NO_ANSWER ? "The service does not answer: " : "", message);
			return known[i].status;
		}
	fprintf(stderr, "iemctl: The service does not answer as it should: %s\n", message);
	return r == -ETIMEDOUT || r == -ECONNRESET ? NO_ANSWER : FAILED;
}

static int call(struct service *service, bool tell, const char *method, const char *types, va_list args)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
	CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *told = NULL;
	int r = sd_bus_message_new_method_call(service->bus, &message, NAME, MANAGER_PATH, MANAGER, method);

	if (r >= 0 && *types)
		r = sd_bus_message_appendv(message, types, args);
	if (r >= 0)
		r = sd_bus_call(service->bus, message, CALL_TIMEOUT_US, &error, &reply);
	if (r < 0)
		return explain(&error, r);
	if (tell && sd_bus_message_read(reply, "s", &told) > 0 && *told)
		printf("%s.\n", told);
	return 0;
}

int service_call(struct service *service, const char *method, const char *types, ...)
{
	va_list args;
	int status;

	va_start(args, types);
	status = call(service, true, method, types, args);
	va_end(args);
	return status;
}

int service_ask(struct service *service, const char *method, const char *types, ...)
{
	va_list args;
	int status;

	va_start(args, types);
	status = call(service, false, method, types, args);
	va_end(args);
	return status;
}

int service_sync(enum bus_choice choice)
{
	CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	struct service service = { 0 };
	char why[512];
	int r, status = 0;

	if (find(&service, choice, why, sizeof(why)) < 0)
		return 0;
	r = sd_bus_call_method(service.bus, NAME, MANAGER_PATH, MANAGER, "Sync", &error, NULL, NULL);
	if (r < 0)
		status = explain(&error, r);
	sd_bus_flush_close_unref(service.bus);
	return status;
}

/* --- properties ------------------------------------------------------------------------------------------------- */

static int read_manager(struct service *service, json_t **out)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	const int r = sd_bus_call_method(service->bus, NAME, MANAGER_PATH, "org.freedesktop.DBus.Properties", "GetAll",
					 &error, &reply, "s", MANAGER);

	if (r < 0)
		return explain(&error, r);
	*out = bus_properties_json(reply);
	return 0;
}

/* The properties of each output, by the object's path; all of one moment. */
static int read_objects(struct service *service, json_t **out)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *path;
	int r = sd_bus_call_method(service->bus, NAME, MANAGER_PATH, "org.freedesktop.DBus.ObjectManager",
				   "GetManagedObjects", &error, &reply, NULL);

	if (r < 0 || (r = sd_bus_message_enter_container(reply, 'a', "{oa{sa{sv}}}")) < 0)
		return explain(&error, r);
	*out = json_object();
	while (sd_bus_message_enter_container(reply, 'e', "oa{sa{sv}}") > 0) {
		if (sd_bus_message_read_basic(reply, 'o', &path) > 0)
			json_object_set_new(*out, path, bus_interface_json(reply, OUTPUT));
		sd_bus_message_exit_container(reply);
	}
	return 0;
}

static bool has_all(const json_t *objects, const json_t *paths)
{
	const json_t *path;
	size_t i;

	json_array_foreach (paths, i, path)
		if (!json_object_get(objects, json_string_value(path)))
			return false;
	return true;
}

/* Two questions: an output may go between them, and then it is asked again. */
static int read_all(struct service *service, json_t **manager, json_t **objects)
{
	*manager = *objects = NULL;
	for (int tries = 0; tries < MAX_READS; tries++) {
		int status = read_manager(service, manager);

		if (status == 0)
			status = read_objects(service, objects);
		if (status == 0 && has_all(*objects, json_object_get(*manager, "Outputs")))
			return 0;
		json_decref(*manager);
		json_decref(*objects);
		*manager = *objects = NULL;
		if (status)
			return status;
	}
	fprintf(stderr, "iemctl: The outputs changed %d times while they were read.\n", MAX_READS);
	return FAILED;
}

int service_status(struct service *service, json_t **manager, json_t **output)
{
	json_t *objects;
	const int status = read_all(service, manager, &objects);
	const char *path = json_string_value(json_object_get(*manager, "ActiveOutput"));

	*output = json_incref(json_object_get(objects, path));
	json_decref(objects);
	return status;
}

int service_output(struct service *service, const char *name, json_t **out)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *found = NULL, *reply = NULL;
	CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	const char *path;
	int r = sd_bus_call_method(service->bus, NAME, MANAGER_PATH, MANAGER, "FindOutput", &error, &found, "s", name);

	if (r >= 0)
		r = sd_bus_message_read(found, "o", &path);
	if (r >= 0)
		r = sd_bus_call_method(service->bus, NAME, path, "org.freedesktop.DBus.Properties", "GetAll", &error, &reply,
				       "s", OUTPUT);
	if (r < 0)
		return explain(&error, r);
	*out = bus_properties_json(reply);
	return 0;
}

int service_dose(struct service *service, json_t **out)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	double percent, low, high, hours;
	const char *standard;
	int enabled, r = sd_bus_call_method(service->bus, NAME, MANAGER_PATH, MANAGER, "GetDose", &error, &reply, NULL);

	if (r >= 0)
		r = sd_bus_message_read(reply, "bsdddd", &enabled, &standard, &percent, &low, &high, &hours);
	if (r < 0)
		return explain(&error, r);
	*out = json_pack("{sb, ss, sf, sf, sf, sf}", "enabled", enabled, "standard", standard, "percent", percent,
			 "percent_low", low, "percent_high", high, "hours", hours);
	return 0;
}

int service_answer(struct service *service, const char *method, const char *argument, json_t **out)
{
	CLEANUP(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
	CLEANUP(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
	const int r = sd_bus_call_method(service->bus, NAME, MANAGER_PATH, MANAGER, method, &error, &reply, "s", argument);

	if (r < 0)
		return explain(&error, r);
	*out = bus_values_json(reply);
	return 0;
}

int service_outputs(struct service *service, json_t **out)
{
	json_t *manager, *objects;
	const json_t *path;
	const int status = read_all(service, &manager, &objects);
	size_t i;

	if (status)
		return status;
	*out = json_array();
	json_array_foreach (json_object_get(manager, "Outputs"), i, path)
		json_array_append(*out, json_object_get(objects, json_string_value(path)));
	json_decref(manager);
	json_decref(objects);
	return 0;
}

#define PATIENCE_US 2000000 /* where the command does not need the answer */

json_t *service_outputs_if_any(void)
{
	struct service service = { 0 };
	json_t *outputs = NULL;
	char why[512];

	if (find(&service, BUS_ANY, why, sizeof(why)) < 0)
		return NULL;
	sd_bus_set_method_call_timeout(service.bus, PATIENCE_US);
	service_outputs(&service, &outputs);
	sd_bus_flush_close_unref(service.bus);
	return outputs;
}

static int on_change(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct service *service = data;

	service->changed = true;
	return 0;
}

int service_wait_change(struct service *service)
{
	CLEANUP(sd_bus_slot_unrefp) sd_bus_slot *changes = NULL, *owner = NULL;
	int r = sd_bus_match_signal(service->bus, &changes, NAME, NULL, "org.freedesktop.DBus.Properties",
				    "PropertiesChanged", on_change, service);

	if (r >= 0)
		r = sd_bus_match_signal(service->bus, &owner, "org.freedesktop.DBus", NULL, "org.freedesktop.DBus",
					"NameOwnerChanged", on_change, service);
	service->changed = false;
	while (r >= 0 && !service->changed) {
		r = sd_bus_process(service->bus, NULL);
		if (r == 0)
			r = sd_bus_wait(service->bus, UINT64_MAX);
	}
	return r < 0 ? NO_ANSWER : 0;
}
