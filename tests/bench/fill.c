/* SPDX-License-Identifier: MIT */
/* Two days of a board, and copies of them. */
#include "tests/bench/fill.h"

#include "app/journal/board.h"
#include "firmware/base/cleanup.h"
#include "tests/bench/bench.h"
#include "tests/support/temp.h"

#include <stdio.h>
#include <string.h>

/* What a copy has otherwise: the beginning of every id, the site, the date. */
#define SEED_ID   "5eed0000-"
#define SEED_SITE "s-0000"
#define SEED_DATE "2026-11-27"

#define ID(n)    SEED_ID "0000-7000-8000-0000000000" #n
#define PHOTO(n) "\"photos\":[\"" ID(n) "\"]"
#define TIME(t)  SEED_DATE "T" t ":00.000+08:00"
#define SHA(n)   "8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c" #n
#define TAKEN(n, origin)                                                                                               \
    "photo-taken", ID(n),                                                                                              \
        "{\"sha256\":\"" SHA(n) "\",\"thumb_sha256\":\"" SHA(                                                          \
            n) "\",\"bytes\":2413057,\"width\":4000,\"height\":3000,"                                                  \
               "\"stage\":\"tiling\",\"room\":\"kitchen\",\"caption\":\"窗台\",\"taken\":\"" TIME(                     \
                   "11:04") "\",\"clock\":"                                                                            \
                            "\"ntp\",\"origin\":\"" origin "\"}"
#define LOG                                                                                                                      \
    "{\"date\":\"" SEED_DATE                                                                                                     \
    "\",\"stage\":\"tiling\",\"done\":[{\"phrase\":\"plumbing_electrical/chasing\",\"rooms\":"                                   \
    "[\"kitchen\"],\"state\":\"done\",\"n\":5},\"自来水管试压\"],\"plan\":[\"厨房布线\"],\"crew\":{\"electrician\":2}" \
    ","                                                                                                                          \
    "\"note\":\"下午停电两小时\"," PHOTO(11)
#define HAZARD(severity)                                                                                               \
    "{\"stage\":\"tiling\",\"room\":\"bath\",\"text\":\"防水高度不够\",\"text_en\":\"waterproofing too low\","   \
    "\"severity\":\"" severity "\",\"due\":\"" SEED_DATE "\",\"due_at\":\"" TIME("18:00") "\"," PHOTO(11) "}"
#define ALERT(rule, level, state)                                                                                         \
    "{\"rule\":\"" rule "\",\"level\":\"" level "\",\"subject\":\"board/" BENCH_BOARD "\",\"due\":\"" SEED_DATE           \
    "T08:00:00+08:00\",\"raised\":\"" SEED_DATE "T08:01:00+08:00\",\"text\":{\"zh\":\"相机没有画面\",\"en\":\"The " \
    "camera gives no picture\"},\"state\":\"" state "\"}"
#define REPORT                                                                                                                 \
    "{\"date\":\"" SEED_DATE                                                                                                   \
    "\",\"stage\":\"tiling\",\"items\":[{\"item\":\"ti.wflat\",\"room\":\"bath\",\"values\":["                                 \
    "{\"part\":\"value\",\"value\":4}]}],\"results\":[{\"result\":\"fail\",\"red\":false,\"required\":false,\"kind\":"         \
    "\"measure\",\"zh\":\"墙砖平整\",\"en\":\"wall flat\",\"limit\":{\"zh\":\"≤ 3 mm\",\"en\":\"≤ 3 mm\"},\"source\":" \
    "\"A\"}],\"verdict\":\"rectify\",\"passed\":0,\"failed\":1,\"red\":0,\"not_applicable\":0}"
#define CHANGE                                                                                                         \
    "{\"amount\":1200.5,\"reason\":\"owner-adds\",\"responsibility\":\"customer\",\"text\":\"多做一个柜子\","    \
    "\"stage\":"                                                                                                       \
    "\"carpentry\",\"room\":\"balcony\"}"
#define GOODS                                                                                                          \
    "{\"name\":\"地砖\",\"kind\":\"tiles\",\"quantity\":40.5,\"unit\":\"m²\",\"expected\":\"" SEED_DATE                \
    "\",\"stage\":"                                                                                                    \
    "\"tiling\"}"
#define QUESTION "{\"from\":\"customer\",\"to\":\"site\",\"text\":\"几号完工\",\"due\":\"" TIME("18:00") "\"}"
#define CLAIM    "{\"stage\":\"tiling\",\"reason\":\"no-water-power\",\"from\":\"" SEED_DATE "\",\"to\":\"" SEED_DATE "\"}"
#define IDLE     "{\"date\":\"" SEED_DATE "\",\"reason\":\"too-few-workers\"}"
#define ASKED                                                                                                          \
    "{\"board\":\"" BENCH_BOARD "\",\"stage\":\"tiling\",\"room\":\"bath\",\"text\":\"地漏\",\"camera\":false}"
#define TEST                                                                                                           \
    "{\"kind\":\"ponding\",\"stage\":\"waterproofing\",\"room\":\"bath\",\"value\":25,\"unit\":\"mm\"," PHOTO(11) "}"
#define OUTAGE                                                                                                         \
    "{\"what\":\"power\",\"from\":\"" TIME("00:00") "\",\"to\":\"" TIME(                                               \
        "07:00") "\",\"seconds\":25200,\"margin_s\":300,"                                                              \
                 "\"clock\":\"rtc\"}"
#define CALL "{\"score\":4,\"note\":\"满意\",\"date\":\"" SEED_DATE "\"}"

struct line {
    const char *type, *id, *data, *inreplyto;
};

/* Every day: who is there, and what is written whatever happens. u-{site} is on the list of this one site only. */
#define EVERY_DAY                                                                                                      \
    { "plan-set", SEED_SITE,                                                                                           \
      "{\"version\":1,\"name\":\"12 栋 1201\",\"timezone\":\"Asia/Shanghai\",\"stages\":[{\"key\":\"tiling\","        \
      "\"planned_start\":\"2026-11-02\",\"planned_finish\":\"2026-12-06\",\"after\":[]}],\"contract_amount\":186000}", \
      NULL },                                                                                                          \
        { "person-set", "u-01", "{\"name\":\"王**\",\"role\":\"manager\",\"active\":true}", NULL },                    \
        { "person-set", "u-" SEED_SITE, "{\"name\":\"李**\",\"role\":\"supervisor\",\"active\":true}", NULL },         \
        { "stage-started", "tiling", "{}", NULL }, { TAKEN(11, "phone"), NULL }, { TAKEN(12, "phone"), NULL },         \
        { TAKEN(13, "timelapse"), NULL }, { "daylog-submitted", ID(21), LOG "}", NULL },                               \
        { "inspection-submitted", ID(22), REPORT, NULL }, { "callback-done", ID(23), CALL, NULL },                     \
        { "idle-day", SEED_DATE, IDLE, NULL }, { "outage", BENCH_BOARD, OUTAGE, NULL },                                \
        { "note", ID(24), "{\"text\":\"水表箱钥匙在门卫处\"}", NULL },                                                 \
        { "hazard-raised", ID(31), HAZARD("serious"), NULL },                                                          \
        { "hazard-assigned", ID(31), "{\"assignee\":\"u-01\"}", NULL },                                                \
        { "alert-raised", ID(32), ALERT("camera-down", "office", "standing"), NULL },                                  \
        { "change-requested", ID(33), CHANGE, NULL }, { "material-expected", ID(34), GOODS, NULL },                    \
        { "question-asked", ID(35), QUESTION, NULL }, { "delay-claimed", ID(36), CLAIM, NULL },                        \
        { "photo-requested", ID(37), ASKED, NULL }, {                                                                  \
        "timed-test-started", ID(38), TEST, NULL                                                                       \
    }

static const struct line over[] = {
    EVERY_DAY,
    { "daylog-amended", ID(21), LOG ",\"amends\":\"" ID(21) "\"}", NULL },
    { "hazard-rectified", ID(31), "{\"note\":\"已补刷\"," PHOTO(12) "}", NULL },
    { "hazard-rejected", ID(31), "{\"note\":\"还差 2 cm\"}", NULL },
    { "hazard-rectified", ID(31), "{" PHOTO(12) "}", NULL },
    { "hazard-verified", ID(31), "{\"note\":\"复测合格\"}", NULL },
    { "alert-seen", ID(32), "{\"note\":\"电话问过\"}", NULL },
    { "alert-cleared", ID(32), ALERT("camera-down", "office", "cleared"), NULL },
    { "change-decided", ID(33), "{\"subject\":\"change/" ID(33) "\",\"decision\":\"approved\"}", NULL },
    { "customer-confirmed", ID(41), "{\"subject\":\"change/" ID(33) "\",\"method\":\"crm\"}", NULL },
    { "material-arrived", ID(34), "{\"quantity\":40.5," PHOTO(12) "}", NULL },
    { "measurement-done", ID(34), "{\"date\":\"" SEED_DATE "\"}", NULL },
    { "question-answered", ID(35), "{\"text\":\"下周五\"}", NULL },
    { "delay-decided", ID(36), "{\"decision\":\"refused\"}", NULL },
    { TAKEN(14, "camera"), ID(37) },
    { "timed-test-finished", ID(38),
      "{\"value\":24," PHOTO(12) ",\"below_photos\":[\"" ID(
          12) "\"],\"kind\":\"ponding\",\"stage\":\"waterproofing\","
              "\"room\":\"bath\",\"result\":\"pass\",\"seconds\":86400,\"how\":\"wall\"}",
      NULL },
    { "stage-finished", "tiling", "{}", NULL },
    { "acceptance-requested", "tiling", "{}", NULL },
    { "stage-accepted", "tiling", "{\"note\":\"合格\"}", NULL },
    { "viewpoint-moved", BENCH_BOARD, "{\"room\":\"kitchen\"}", NULL },
    { "site-held", SEED_SITE, "{\"reason\":\"payment-overdue\"}", NULL },
    { "site-resumed", SEED_SITE, "{\"note\":\"已付\"}", NULL },
};

static const struct line open_still[] = {
    EVERY_DAY,
    { TAKEN(15, "phone"), NULL },
    { TAKEN(16, "phone"), NULL },
    { TAKEN(17, "phone"), NULL },
    { "hazard-raised", ID(51), HAZARD("stop_work"), NULL },
    { "hazard-assigned", ID(51), "{\"assignee\":\"u-01\"}", NULL },
    { "hazard-rectified", ID(51), "{\"note\":\"已补刷\"," PHOTO(12) "}", NULL },
    { "hazard-raised", ID(52), HAZARD("notice"), NULL },
    { "alert-raised", ID(53), ALERT("hazard-overdue", "executive", "standing"), NULL },
    { "alert-raised", ID(54), ALERT("report-missing", "site", "standing"), NULL },
    { "alert-seen", ID(54), "{\"note\":\"电话问过\"}", NULL },
    { "change-requested", ID(55), CHANGE, NULL },
    { "question-asked", ID(56), QUESTION, NULL },
    { "daylog-submitted", ID(57), LOG "}", NULL },
    { "note", ID(58), "{\"text\":\"瓷砖少两箱\"}", NULL },
};

/* ---- the two days ---- */

static void write_day(const char *dir, const char *file, const struct line *lines, size_t n) {
    struct db *db;
    struct journal *journal;
    struct wall at;
    struct err_text e = { 0 };
    bench_must(clock_parse(BENCH_FILL_NOW, &at, NULL), "time", NULL);
    clock_fake_wall(at);
    bench_journal(dir, file, BENCH_BOARD, SEED_SITE, &db, &journal);
    bench_must(db_begin(db), "begin", NULL);
    for (size_t i = 0; i < n; i++) {
        char id[ID_SIZE];
        (void)snprintf(id, sizeof id, SEED_ID "0001-7000-8000-%012u", (unsigned)i % 1000);
        struct event_draft d = { .id = id,
                                 .site = SEED_SITE,
                                 .type = lines[i].type,
                                 .subject_id = lines[i].id,
                                 .actor = strcmp(lines[i].type, "hazard-verified") == 0 ? "user/u-02" : "user/u-01",
                                 .inreplyto = lines[i].inreplyto,
                                 .data = lines[i].data };
        clock_fake_advance_ms(1000);
        bench_must(journal_append(journal, db, &d, NULL, &e), lines[i].type, &e);
    }
    bench_must(db_commit(db), "commit", NULL);
    journal_destroy(journal);
    db_close(db);
}

/* ---- copies ---- */

/* A column of a copied row, in SQL. */
static void put_column(struct buf *sql, const char *table, const char *name, const char *type) {
    bool event = strcmp(table, "event") == 0, chain = strcmp(table, "chain") == 0;
    size_t n = strlen(name);
    bool ms = (n > 3 && strcmp(name + n - 3, "_ms") == 0) || (event && strcmp(name, "at") == 0);
    if (strcmp(name, "pos") == 0)
        buf_addf(sql, "c.n * %d + s.pos", BENCH_FILL_STEP);
    else if ((event && strcmp(name, "chain") == 0) || (chain && strcmp(name, "id") == 0))
        buf_addf(sql, "c.place * 8 + s.%s", name);
    else if ((event || chain) && strcmp(name, "seq") == 0)
        buf_addf(sql, "c.n * %d + s.seq", BENCH_FILL_STEP);
    else if (strcmp(type, "INTEGER") == 0 && ms)
        buf_addf(sql, "CASE WHEN s.%s > 1000000000000 THEN s.%s - c.back * 86400000 ELSE s.%s END", name, name, name);
    else if (strcmp(type, "TEXT") == 0 || (event && strcmp(name, "bytes") == 0))
        buf_addf(sql,
                 "CAST(replace(replace(replace(CAST(s.%s AS TEXT), '" SEED_ID "', c.id), '" SEED_SITE
                 "', c.site), '" SEED_DATE "', c.date) AS %s)",
                 name, type);
    else
        buf_addf(sql, "s.%s", name);
}

/* INSERT of the copies of a table's rows for the days that `which` has; but: rows that have fewer copies. */
static void copy_table(struct db *db, const char *table, const char *seed, const char *which, const char *but) {
    CLEANUP(buf_fini) struct buf names, values, sql;
    struct stmt *s = NULL;
    struct err_text e = { 0 };
    char text[160];
    int rc;
    buf_init(&names, 65536);
    buf_init(&values, 65536);
    buf_init(&sql, 262144);
    (void)snprintf(text, sizeof text, "SELECT name, type FROM pragma_table_info('%s') ORDER BY cid", table);
    bench_must(stmt_create(db, text, &s), table, NULL);
    while ((rc = stmt_step(s)) == 1) {
        if (names.len) (void)(buf_add_text(&names, ", "), buf_add_text(&values, ", "));
        (void)buf_add_text(&names, stmt_text(s, 0));
        put_column(&values, table, stmt_text(s, 0), stmt_text(s, 1));
    }
    bench_must(rc, table, NULL);
    stmt_destroy(s);
    buf_addf(&sql, "INSERT OR REPLACE INTO main.%s (%s) SELECT %s FROM temp.copy c CROSS JOIN %s.%s s WHERE %s%s",
             table, names.data, values.data, seed, table, which, but);
    bench_must(sql.error, table, NULL);
    bench_must(db_exec(db, sql.data, &e), table, &e);
}

/* What does not happen at a site every day, not even every week: one in ten of the older days has it. */
static const char *const seldom[] = { "hold", "idle_day", "timed_test", "change_order", "confirmation" };

/* The tables that the events of a day are in. */
static void copy_tables(struct db *db, const char *seed, const char *which) {
    CLEANUP(buf_fini) struct buf tables;
    struct stmt *s = NULL;
    int rc;
    buf_init(&tables, 65536);
    bench_must(db_prepare(db, "SELECT name FROM projection", &s), "projection", NULL);
    while ((rc = stmt_step(s)) == 1) (void)buf_add(&tables, stmt_text(s, 0), strlen(stmt_text(s, 0)) + 1);
    bench_must(rc < 0 ? rc : tables.error, "projection", NULL);
    stmt_reset(s);
    copy_table(db, "event", seed, which, " AND (c.last OR s.type NOT IN ('plan-set', 'person-set'))");
    for (size_t at = 0; at < tables.len; at += strlen(tables.data + at) + 1) {
        const char *table = tables.data + at;
        bool rare = false;
        for (size_t i = 0; i < sizeof seldom / sizeof seldom[0]; i++) rare = rare || strcmp(seldom[i], table) == 0;
        copy_table(db, table, seed, which, rare ? " AND c.rare" : "");
    }
}

/* Older days come in runs, each of as many sites as the newest are of: a page from the middle has no more sites on it than the same of the small
 * journal. What a site more on a page costs is a matter of the page, not of the journal's length. */
enum { RUN = 20 };

/* Which days there are, oldest first: twenty older ones share a date. */
static void list_days(struct bench_fill *f) {
    struct err_text e = { 0 };
    char sql[1200];
    (void)snprintf(
        sql, sizeof sql,
        "CREATE TEMP TABLE copy AS WITH RECURSIVE d(n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM d WHERE n"
        " + 1 < %lld), p AS (SELECT n, %lld - 1 - n AS age FROM d), q AS (SELECT n, age, CASE WHEN age < %d"
        " THEN age %% %d ELSE (n / %d * %d + n %% %d) %% %d END AS place, CASE WHEN age < %d THEN age ELSE %d + age / "
        "20 END AS"
        " back FROM p) SELECT n, place, back, age < %d AS open, age < %d OR n / %d %% 10 = 0 AS rare, n = max(n) OVER"
        " (PARTITION BY place) AS last, printf('%%08x-', n + 1) AS id,"
        " printf('s-%%04d', place) AS site, date('" SEED_DATE "', '-' || back || ' days') AS date FROM q",
        (long long)f->days, (long long)f->days, BENCH_FILL_NEWEST, BENCH_FILL_OPEN, RUN, BENCH_FILL_OPEN,
        BENCH_FILL_OPEN, BENCH_FILL_SITES, BENCH_FILL_NEWEST, BENCH_FILL_NEWEST, BENCH_FILL_OPEN, BENCH_FILL_NEWEST,
        BENCH_FILL_OPEN);
    bench_must(db_exec(f->db, sql, &e), "days", &e);
}

static void attach(struct db *db, const char *dir, const char *file, const char *name) {
    CLEANUP(free_ptr) char *path = temp_path(dir, file);
    struct err_text e = { 0 };
    char sql[400];
    (void)snprintf(sql, sizeof sql, "ATTACH '%s' AS %s", path, name);
    bench_must(db_exec(db, sql, &e), name, &e);
}

static int64_t number(struct db *db, const char *sql) {
    struct stmt *s = NULL;
    bench_must(stmt_create(db, sql, &s), sql, NULL);
    bench_must(stmt_step(s), sql, NULL);
    int64_t n = stmt_int(s, 0);
    stmt_destroy(s);
    return n;
}

static void see_boards(struct bench_fill *f) {
    struct wall at;
    char site[NAME_SIZE];
    bench_must(clock_parse(BENCH_FILL_NOW, &at, NULL), "time", NULL);
    for (int i = 0; i < f->sites; i++) {
        (void)snprintf(site, sizeof site, "s-%04d", i);
        bench_must(board_seen(f->db, site, BENCH_BOARD, at), site, NULL);
    }
}

/* What filters ask for differs from row to row; alike in the newest days. */
static void mix(struct db *db) {
    static const char sql[] = "CREATE TEMP TABLE age AS SELECT max(pos) / 100 AS newest FROM event;"
                              "UPDATE hazard SET severity = CASE ((SELECT newest FROM age) - pos / 100) % 3 WHEN 0 "
                              "THEN 'stop_work' WHEN 1 THEN"
                              " 'notice' ELSE severity END, stage = CASE ((SELECT newest FROM age) - pos / 100) % 6 "
                              "WHEN 2 THEN 'painting' ELSE"
                              " stage END, assignee = 'u-' || site;"
                              "UPDATE inspection SET verdict = CASE ((SELECT newest FROM age) - pos / 100) % 4 WHEN 1 "
                              "THEN 'pass' ELSE verdict"
                              " END;"
                              "UPDATE photo SET room = CASE pos % 5 WHEN 1 THEN 'bath' ELSE room END;"
                              "UPDATE alert SET level = CASE ((SELECT newest FROM age) - pos / 100) % 5 WHEN 1 THEN "
                              "'executive' ELSE level END;"
                              "DROP TABLE age;";
    struct err_text e = { 0 };
    bench_must(db_exec(db, sql, &e), "mix", &e);
}

void bench_fill_open(struct bench_fill *f, const char *dir, const char *file, int64_t events) {
    struct err_text e = { 0 };
    static bool written;
    if (!written) write_day(dir, "over.db", over, sizeof over / sizeof over[0]);
    if (!written) write_day(dir, "open.db", open_still, sizeof open_still / sizeof open_still[0]);
    written = true;
    bench_journal(dir, file, "hub", NULL, &f->db, &f->journal);
    attach(f->db, dir, "over.db", "over");
    attach(f->db, dir, "open.db", "open");
    int64_t a_day = number(f->db, "SELECT count(*) FROM over.event WHERE type NOT IN ('plan-set', 'person-set')");
    f->days = events > 2 * a_day * BENCH_FILL_NEWEST ? events / a_day + 1 : BENCH_FILL_NEWEST;
    bench_must(
        db_exec(f->db, "PRAGMA main.journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-500000; BEGIN;", &e),
        "begin", &e);
    list_days(f);
    copy_table(f->db, "chain", "over", "c.last", "");
    copy_tables(f->db, "over", "NOT c.open");
    copy_tables(f->db, "open", "c.open");
    mix(f->db);
    f->sites = number(f->db, "SELECT count(DISTINCT site) FROM chain");
    f->events = number(f->db, "SELECT count(*) FROM main.event");
    see_boards(f);
    bench_must(db_exec(f->db,
                       "DROP TABLE temp.copy; COMMIT; DETACH over; DETACH open; PRAGMA cache_size=-32768;"
                       "PRAGMA main.journal_mode=WAL; PRAGMA synchronous=FULL;",
                       &e),
               "commit", &e);
}

void bench_fill_close(struct bench_fill *f) {
    journal_destroy(f->journal);
    db_close(f->db);
}
