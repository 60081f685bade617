/**
 * pair_nodes.h - the two nodes of a pair as others see them: names, properties, format. Plain data, main thread.
 */
#pragma once

#include "daemon/pair.h"

#include <spa/pod/builder.h>

/** Does this node.name belong to a pair, ours or another instance's? */
bool pair_is_ours(const char *node_name);
/** Does this node.link-group belong to a pair of this process? */
bool pair_is_own_group(const char *group);
/** Is this node.name the sink's, or that of a pair in front of it? */
bool pair_is_for(const char *node_name, const char *sink);
/** A node name as JSON text, quotes included; cut where SIZE ends. @return buf */
const char *pair_quoted(const char *text, char *buf, size_t size);

/** node.name of the capture node in front of a sink. @return to be freed, or NULL */
char *pair_name_for(const char *sink);

/** Properties of the two nodes; NUMBER tells the pairs of a process apart. They are taken over by pw_stream_new(). */
struct pw_properties *pair_capture_props(const struct pair_config *config, unsigned number);
struct pw_properties *pair_playback_props(const struct pair_config *config, unsigned number);

/** The only format that either offers: float, each channel on its own, at the graph's rate. It is in BUILDER's memory. */
const struct spa_pod *pair_format(struct spa_pod_builder *builder, const struct pair_layout *layout);
