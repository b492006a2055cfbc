/* No licence here. plant: spdx */
#include "sync/copy/source.h"
#include "sync/wire/ack.h"
#include "app/journal/journal.h" /* plant: folder */
#include "hal/clock.h"           /* plant: folder */
#include "sync/edge/link.h"      /* plant: folder */
#include <mosquitto.h>           /* plant: third */
