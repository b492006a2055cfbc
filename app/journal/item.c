/* SPDX-License-Identifier: MIT */
/* The shared small shapes, in and out of JSON. Does not know which phrases and rooms there are: who takes them from a person checks that. */
#include "app/journal/item.h"

#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"
#include "firmware/base/tz.h"

#include <stdio.h>
#include <string.h>

#define ITEM_N_MAX 100000

static void item_fini(struct item *i) {
    free(i->text);
    *i = (struct item){ .n = -1 };
}

void item_list_fini(struct item_list *l) {
    for (size_t i = 0; i < l->count; i++) item_fini(&l->items[i]);
    free(l->items);
    *l = (struct item_list){ 0 };
}

void item_photos_fini(struct item_photos *p) {
    free(p->ids);
    *p = (struct item_photos){ 0 };
}

static int take_text(const char *text, const char *field, struct item *out, struct err_text *e) {
    if (!text[strspn(text, " \t\r\n")]) return err_field(e, ERR_INVALID, field, "%s is empty", field);
    if (strlen(text) > ITEM_TEXT_MAX)
        return err_field(e, ERR_INVALID, field, "%s is longer than %d bytes", field, ITEM_TEXT_MAX);
    out->text = strdup(text);
    return out->text ? 0 : err_set(e, ERR_NOMEM, "out of memory");
}

/* "stage/slug", both of key form. */
static bool is_phrase(const char *text) {
    char stage[41] = "";
    const char *slash = strchr(text, '/');
    if (!slash || (size_t)(slash - text) >= sizeof stage) return false;
    memcpy(stage, text, (size_t)(slash - text));
    return ids_is_key(stage) && ids_is_key(slash + 1);
}

/* Names are for errors, and yet made for every item: therefore not with printf. a has at most 60 bytes that count. */
static void join(char out[96], const char *a, const char *b) {
    size_t n = strnlen(a, 60);
    memcpy(out, a, n);
    text_clip(out + n, 96 - n, b);
}

/* "done.2" */
static void join_place(char out[96], const char *list, size_t i) {
    char place[] = { '.', (char)('0' + i / 10 % 10), (char)('0' + i % 10), '\0' };
    if (i < 10) memmove(place + 1, place + 2, 2);
    join(out, list, place);
}

static int take_rooms(const struct json *o, const char *path, struct item *out, struct err_text *e) {
    const struct json *rooms = NULL;
    int rc = json_get_array(o, path, "rooms", JSON_OPTIONAL, ITEM_ROOMS_MAX, &rooms, e);
    if (rc < 0) return rc;
    for (size_t i = 0; i < json_count(rooms); i++) {
        const char *room = json_text(json_at(rooms, i));
        if (!room || !room[0] || text_copy(out->rooms[out->room_count], sizeof out->rooms[0], room) < 0) {
            char list[96];
            char field[96];
            join(list, path, "rooms");
            join_place(field, list, i);
            return err_field(e, ERR_INVALID, field, "%s has to be a room of 1 to 40 bytes", field);
        }
        out->room_count++;
    }
    return 0;
}

static int take_state(const struct json *o, const char *path, struct item *out, struct err_text *e) {
    const char *state = NULL;
    int rc = json_get_text(o, path, "state", JSON_OPTIONAL, 40, &state, e);
    if (rc < 0 || !state) return rc;
    if (strcmp(state, "done") != 0 && strcmp(state, "going") != 0 && strcmp(state, "blocked") != 0) {
        char field[96];
        join(field, path, "state");
        return err_field(e, ERR_INVALID, field, "%s has to be done, going or blocked", field);
    }
    return text_copy(out->state, sizeof out->state, state);
}

static int take_phrase(const struct json *o, const char *path, const char *field, struct item *out,
                       struct err_text *e) {
    const char *phrase = NULL;
    const char *text = NULL;
    char name[96];
    int rc = json_get_text(o, path, "phrase", JSON_OPTIONAL, sizeof out->phrase - 1, &phrase, e);
    if (rc == 0) rc = json_get_text(o, path, "text", JSON_OPTIONAL, ITEM_TEXT_MAX, &text, e);
    if (rc < 0) return rc;
    if ((phrase != NULL) == (text != NULL))
        return err_field(e, ERR_INVALID, field, "%s has to have either a phrase or a text", field);
    join(name, path, phrase ? "phrase" : "text");
    if (text) return take_text(text, name, out, e);
    if (!is_phrase(phrase))
        return err_field(e, ERR_INVALID, name, "%s has to be the key of a phrase: stage/name", name);
    return text_copy(out->phrase, sizeof out->phrase, phrase);
}

static int item_decode(const struct json *n, const char *field, enum decode mode, struct item *out,
                       struct err_text *e) {
    static const char *const members[] = { "phrase", "text", "rooms", "state", "n", NULL };
    char path[96];
    if (json_text(n)) return take_text(json_text(n), field, out, e);
    if (!json_is_object(n))
        return err_field(e, ERR_INVALID, field, "%s has to be a text, or an object with a phrase", field);
    join(path, field, ".");
    int rc = mode == DECODE_STRICT ? json_only(n, path, members, e) : 0;
    if (rc == 0) rc = take_phrase(n, path, field, out, e);
    if (rc == 0) rc = take_rooms(n, path, out, e);
    if (rc == 0) rc = take_state(n, path, out, e);
    if (rc == 0) rc = json_get_int(n, path, "n", JSON_OPTIONAL, 0, ITEM_N_MAX, &out->n, e);
    return rc;
}

int item_list_decode(const struct json *o, const char *name, enum decode mode, struct item_list *out,
                     struct err_text *e) {
    const struct json *array = NULL;
    int rc = json_get_array(o, "", name, JSON_OPTIONAL, ITEMS_MAX, &array, e);
    size_t count = json_count(array);
    if (rc < 0 || count == 0) return rc;
    struct item_list list = { .items = calloc(count, sizeof *list.items) };
    if (!list.items) return err_set(e, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < count && rc == 0; i++) {
        char field[96];
        join_place(field, name, i);
        list.items[i].n = -1;
        list.count = i + 1;
        rc = item_decode(json_at(array, i), field, mode, &list.items[i], e);
    }
    if (rc < 0)
        item_list_fini(&list);
    else
        *out = list;
    return rc;
}

static void item_put(const struct item *i, struct json_out *w) {
    if (i->text && i->room_count == 0 && !i->state[0] && i->n < 0) {
        json_put_text(w, NULL, i->text);
        return;
    }
    json_open(w, NULL, '{');
    json_put_text(w, i->text ? "text" : "phrase", i->text ? i->text : i->phrase);
    if (i->room_count > 0) {
        json_open(w, "rooms", '[');
        for (size_t r = 0; r < i->room_count; r++) json_put_text(w, NULL, i->rooms[r]);
        json_close(w, ']');
    }
    if (i->state[0]) json_put_text(w, "state", i->state);
    if (i->n >= 0) json_put_int(w, "n", i->n);
    json_close(w, '}');
}

void item_list_put(const struct item_list *l, struct json_out *w, const char *name) {
    json_open(w, name, '[');
    for (size_t i = 0; i < l->count; i++) item_put(&l->items[i], w);
    json_close(w, ']');
}

int item_photos_decode(const struct json *o, const char *name, struct item_photos *out, struct err_text *e) {
    const struct json *array = NULL;
    int rc = json_get_array(o, "", name, JSON_OPTIONAL, PHOTOS_MAX, &array, e);
    size_t count = json_count(array);
    if (rc < 0 || count == 0) return rc;
    struct item_photos photos = { .ids = calloc(count, sizeof *photos.ids) };
    if (!photos.ids) return err_set(e, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < count && rc == 0; i++) {
        const char *id = json_text(json_at(array, i));
        char field[96];
        join_place(field, name, i);
        if (!id || !ids_is_uuid7(id)) rc = err_field(e, ERR_INVALID, field, "%s has to be the id of a photo", field);
        for (size_t k = 0; k < i && rc == 0; k++)
            if (strcmp(photos.ids[k], id) == 0) rc = err_field(e, ERR_INVALID, field, "%s is there twice", field);
        if (rc == 0) rc = text_copy(photos.ids[i], ID_SIZE, id);
        photos.count = i + 1;
    }
    if (rc < 0)
        item_photos_fini(&photos);
    else
        *out = photos;
    return rc;
}

void item_photos_put(const struct item_photos *p, struct json_out *w, const char *name) {
    json_open(w, name, '[');
    for (size_t i = 0; i < p->count; i++) json_put_text(w, NULL, p->ids[i]);
    json_close(w, ']');
}

/* A text member that `fits` accepts. */
static int get_checked(const struct json *o, const char *path, const char *name, enum json_need need,
                       bool (*fits)(const char *text), const char *must, char *out, size_t out_size,
                       struct err_text *e) {
    const char *text = NULL;
    int rc = json_get_text(o, path, name, need, out_size - 1, &text, e);
    if (rc < 0 || !text) return rc;
    if (!fits(text)) {
        char field[96];
        (void)snprintf(field, sizeof field, "%.50s%.40s", path, name);
        return err_field(e, ERR_INVALID, field, "%s has to be %s", field, must);
    }
    return text_copy(out, out_size, text);
}

static bool is_date(const char *text) {
    struct civil date;
    return tz_date_parse(text, &date) == 0;
}

static bool is_something(const char *text) { return text[0] != '\0'; }

int item_get_room(const struct json *o, const char *path, const char *name, char out[41], struct err_text *e) {
    return get_checked(o, path, name, JSON_OPTIONAL, is_something, "a room of 1 to 40 bytes", out, 41, e);
}

int item_get_key(const struct json *o, const char *path, const char *name, enum json_need need, char out[41],
                 struct err_text *e) {
    return get_checked(o, path, name, need, ids_is_key, "1 to 40 of the characters A-Z a-z 0-9 . _ -", out, 41, e);
}

int item_get_date(const struct json *o, const char *path, const char *name, enum json_need need, char out[11],
                  struct err_text *e) {
    return get_checked(o, path, name, need, is_date, "a date of the calendar, YYYY-MM-DD", out, 11, e);
}

int item_get_id(const struct json *o, const char *path, const char *name, enum json_need need, char out[ID_SIZE],
                struct err_text *e) {
    return get_checked(o, path, name, need, ids_is_uuid7, "a UUID of version 7 in lower case", out, ID_SIZE, e);
}
