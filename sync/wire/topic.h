/* SPDX-License-Identifier: MIT */
/* MQTT topic names: sitelog/v1/{org}/{site}/{board}/… Pure. Thread: any. */
#ifndef SITELOG_WIRE_TOPIC_H
#define SITELOG_WIRE_TOPIC_H

#include "sync/wire/envelope.h"

#define TOPIC_SIZE 256

enum topic_kind { TOPIC_EVENT, TOPIC_HELLO, TOPIC_ACK, TOPIC_BEAT, TOPIC_STATE, TOPIC_HUB_STATE };

struct topic {
    enum topic_kind kind;
    char org[NAME_SIZE], site[NAME_SIZE],
        board[NAME_SIZE];          /* site and board "" for TOPIC_HUB_STATE; board "hub" for the hub's own feed */
    bool up;                       /* up or dn; true for beat */
    enum lane lane;                /* TOPIC_EVENT */
    char type[ENVELOPE_TYPE_SIZE]; /* TOPIC_EVENT */
};

MUST_CHECK int topic_make(const struct topic *topic, char out[TOPIC_SIZE]);
MUST_CHECK int topic_parse(const char *text, struct topic *out); /* ERR_INVALID */

#endif
