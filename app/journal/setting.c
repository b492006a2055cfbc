/* SPDX-License-Identifier: MIT */
/* The keys, the event `setting-set`, its projection, and reading what is in force. What is asked and answered over HTTP is in setting_put.c. */
#include "app/journal/setting.h"

#include "app/journal/item.h"
#include "app/journal/late.h"
#include "app/journal/row.h"
#include "app/journal/setting_value.h"
#include "firmware/base/cleanup.h"
#include "firmware/base/text.h"

#include <string.h>

static const char schema[] = "CREATE TABLE setting (\n"
                             "  -- What head office set; absent or 'null': the default of the program's table.\n"
                             "  site TEXT NOT NULL, key TEXT NOT NULL,\n"
                             "  value TEXT NOT NULL,      -- JSON\n"
                             "  version INTEGER NOT NULL, -- setting-set events folded\n"
                             "  at TEXT NOT NULL, actor TEXT NOT NULL, -- of the newest\n"
                             "  pos INTEGER NOT NULL,\n"
                             "  PRIMARY KEY (site, key)\n"
                             ") STRICT, WITHOUT ROWID;\n";

static const struct setting_key keys[] = {
    { SETTING_STAGE_LATE_HOURS, SETTING_INT, 1, 720, 48, "hours", "阶段逾期多久报高管",
      "how late a stage may be before executives are told" },
    { SETTING_ADDITIONS_PERCENT, SETTING_INT, 1, 100, 10, "percent", "增项超过合同额多少报高管",
      "additions over this part of the contract are told to executives" },
    { SETTING_MATERIAL_CHANGES_PERCENT, SETTING_INT, 1, 100, 10, "percent", "材料变更超过合同额多少报高管",
      "material changes over this part of the contract are told to executives" },
    { SETTING_DESIGNER_HOURS, SETTING_INT, 1, 720, 72, "hours", "设计师答复期限",
      "how long the designer has to answer" },
    { SETTING_CUSTOMER_HOURS, SETTING_INT, 1, 240, 2, "hours", "业主提问答复期限（工作时间）",
      "how long the site has to answer the customer, in working time" },
    { SETTING_CALLBACK_DAYS, SETTING_INT, 1, 180, 14, "days", "客户回访周期", "days between call-backs" },
    { SETTING_ACCEPTANCE_HOURS, SETTING_INT, 1, 720, 24, "hours", "报验后多久必须验收",
      "how long an acceptance that was asked for may wait" },
    { SETTING_MATERIAL_LATE_HOURS, SETTING_INT, 0, 720, 0, "hours", "材料晚到多久提醒",
      "how late material may be before it is told" },
    { SETTING_MEASURE_WARN_DAYS, SETTING_INT, 0, 60, 3, "days", "最晚复尺日前几天提醒",
      "days before the last date of measuring on which it is told" },
    { SETTING_SILENT_HOURS, SETTING_INT, 1, 720, 2, "hours", "看板多久无消息报总部",
      "how long a board may be silent in its hours before head office is told" },
    { SETTING_CAMERA_DOWN_MINUTES, SETTING_INT, 1, 1440, 30, "minutes", "摄像头故障多久提醒",
      "how long the camera may be down before it is told" },
    { SETTING_DISK_LOW_PERCENT, SETTING_INT, 6, 90, 20, "percent", "剩余空间低于多少提醒",
      "free space below which it is told" },
    { SETTING_CAMERA_CONSENT, SETTING_CONSENT, 0, 0, 0, "", "业主同意使用摄像头",
      "the customer's consent to the camera" },
};

const struct setting_key *setting_keys(size_t *n) {
    *n = TEXT_ARRAY_LEN(keys);
    return keys;
}

const struct setting_key *setting_find(const char *key) {
    for (size_t i = 0; i < TEXT_ARRAY_LEN(keys); i++)
        if (strcmp(keys[i].key, key) == 0) return &keys[i];
    return NULL;
}

/* ---- event and projection ---- */

/* A newer program's keys and ranges are not known here: what is stored is judged when it is read. */
int setting_check(const struct json *data, struct err_text *e) {
    char key[41] = "";
    int rc = item_get_key(data, "", "key", JSON_REQUIRED, key, e);
    if (rc == 0 && !json_member(data, "value")) rc = err_field(e, ERR_INVALID, "value", "value is missing");
    return rc;
}

static int reset(struct db *db, const char *site, const char *id) {
    return row_delete(db, "DELETE FROM setting WHERE site = ? AND key = ?", site, id);
}

static int fold(struct db *db, const struct envelope *event, int64_t pos) {
    const char *key = event->subject + strlen("setting/");
    const char *said = json_text(json_member(event->data, "key"));
    struct stmt *s = NULL;
    struct buf value;
    if (strcmp(event->type, "setting-set") != 0) return 0;
    if (!said || strcmp(said, key) != 0) return late_mark(db, event, "a setting's subject has to be its own key");
    buf_init(&value, ENVELOPE_MAX);
    int rc = json_print(json_member(event->data, "value"), &value);
    if (rc == 0)
        rc = db_prepare(
            db,
            "INSERT INTO setting (site, key, value, version, at, pos, actor) VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6)"
            " ON CONFLICT (site, key) DO UPDATE SET value = ?3, version = version + 1, at = ?4, pos = ?5,"
            " actor = ?6",
            &s);
    if (rc == 0) {
        stmt_bind_text(s, 1, event->site);
        stmt_bind_text(s, 2, key);
        stmt_bind_text(s, 3, value.data);
        stmt_bind_text(s, 4, event->time);
        stmt_bind_int(s, 5, pos);
        stmt_bind_text(s, 6, event->actor);
        rc = stmt_run(s);
    }
    buf_fini(&value);
    return rc;
}

static const char *const tables[] = { "setting", NULL };
const struct subject_kind setting_kind = {
    .kind = "setting", .reset = reset, .fold = fold, .tables = tables, .schema = schema, .version = 1
};

/* ---- what is in force ---- */

int setting_stored(struct db *db, const char *site, const char *key, struct setting_row *out) {
    CLEANUP(stmt_reset_ptr) struct stmt *s = NULL;
    int rc = db_prepare(db, "SELECT value, version, at, actor FROM setting WHERE site = ? AND key = ?", &s);
    if (rc < 0) return rc;
    stmt_bind_text(s, 1, site);
    stmt_bind_text(s, 2, key);
    rc = stmt_step(s);
    if (rc < 0) return rc;
    *out = (struct setting_row){ 0 };
    if (rc == 0) return 0;
    const char *text = stmt_text(s, 0);
    out->version = stmt_int(s, 1);
    text_clip(out->at, sizeof out->at, stmt_text(s, 2));
    text_clip(out->actor, sizeof out->actor, stmt_text(s, 3));
    rc = json_parse(text, strlen(text), &out->value, NULL);
    return rc == ERR_INVALID ? ERR_CORRUPT : rc;
}

int setting_get_int(struct db *db, const char *site, const char *key, int64_t *out) {
    struct setting_value value;
    struct setting_row row;
    const struct setting_key *k = setting_find(key);
    if (!k || k->type != SETTING_INT) return ERR_NOT_FOUND;
    int rc = setting_stored(db, site, key, &row);
    if (rc < 0) return rc;
    if (!row.value || json_is_null(row.value) || setting_value_read(k, row.value, DECODE_LENIENT, &value, NULL) < 0)
        setting_value_standard(k, &value);
    json_destroy(row.value);
    *out = value.n;
    return 0;
}
