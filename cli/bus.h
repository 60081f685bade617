/** bus.h - what commands ask of the service over D-Bus. */
#pragma once

/**
 * Have the service, where it runs, take over files that were changed just now.
 * @return enum status; STATUS_DONE where no service runs
 */
int service_sync(void);
