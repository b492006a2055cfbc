/* SPDX-License-Identifier: MIT */
#include "app/journal/today_card.h"

void today_card_put(const struct today_card *c, struct json_out *w) {
    json_open(w, NULL, '{');
    json_put_text(w, "kind", c->kind);
    if (c->id) json_put_text(w, "id", c->id);
    if (c->subject) json_put_text(w, "subject", c->subject);
    if (c->at) json_put_text(w, "at", c->at);
    json_put_text(w, "due", c->due);
    json_open(w, "text", '{');
    json_put_text(w, "zh", c->zh);
    json_put_text(w, "en", c->en);
    json_close(w, '}');
    json_put_text(w, "action", c->action);
    json_close(w, '}');
}
