// SPDX-License-Identifier: MIT
// A whole job of eighty days, from the first tap to the keys: its people and their mistakes, nights without power, three weeks without a link, days on which
// head office holds the site. It is played through the APIs of whole programs. What head office shows is checked each morning at 08:40, and at
// the end both ends hold the same.
import assert from 'node:assert/strict';
import { Days } from '../support/days.mjs';
import { runTests, test, until, uuid7, withStack } from '../support/programs.mjs';
import { newPhoto } from '../support/samples.mjs';
import { agree, allReceived, sha256, thereOnce, verifyClean } from '../support/site.mjs';

const FIRST = '2026-11-09' /* a Monday */, LAST = 79, HOLIDAYS = ['2027-01-01', '2027-01-02'];
const UNLINKED = [21, 41] /* the first and the last day without a link */, DARK = [24, 51] /* days on which nobody had power */, HELD = [43, 44, 45], IDLE = 17, FORGOTTEN = 3, NEVER = 10;
const RED = ['executive', 'stop_work', 'overdue', 'silent']; // what makes a site red
const dateOf = (n) => new Date(Date.parse(`${FIRST}T00:00:00Z`) + n * 86400000).toISOString().slice(0, 10);
const works = (n) => n % 7 !== 6 && !HOLIDAYS.includes(dateOf(n));
const PEOPLE = [['u-01', 'manager'], ['u-02', 'supervisor'], ['u-05', 'crew']];
const PIN = '2468', PATH = 'M10 20L30 40.5L60 20M5 5L6 6';

// The stage that a log of that day is about: [until day, key].
const STAGES = [[1, 'preparation'], [5, 'demolition'], [15, 'plumbing_electrical'], [22, 'waterproofing'], [38, 'tiling'], [42, 'carpentry'], [61, 'painting'], [70, 'installation'], [71, 'cleaning'], [LAST, 'completion']];
const stageOf = (n) => STAGES.find(([to]) => n <= to)[1];
const PLAN = { preparation: [0, 1], demolition: [2, 5], plumbing_electrical: [7, 11], waterproofing: [16, 21], tiling: [22, 38], carpentry: [28, 39], painting: [49, 60], installation: [61, 70], cleaning: [71, 71], completion: [72, 79] };


// Alerts that are new on a morning (+) or gone (-), worked out by hand from what the rules say; what a subject's name is, the script below says. A number is
// the day that the subject is of. In the weeks without a link head office misses what it does not get, and it all goes once it has come.
const MORNINGS = {
    4: '+daylog-missing 3', 5: '-daylog-missing 3 +hazard-due wire', 6: '-hazard-due wire',
    8: '+acceptance-missed demolition', 9: '-acceptance-missed demolition', 11: '+daylog-missing 10', 13: '+report-missing 12 +hazard-due clutter +question-late sockets +measurement-late tiles',
    14: '+callback-due 14', 15: '-report-missing 12 -measurement-late tiles -callback-due 14 -question-late sockets -hazard-due clutter +hazard-overdue clutter +stage-late plumbing_electrical',
    16: '-stage-late plumbing_electrical -hazard-overdue clutter +hazard-due clutter +additions-over desk', 17: '-additions-over desk -hazard-due clutter +hazard-overdue clutter',
    18: '-hazard-overdue clutter +measurement-late kitchen', 19: '-measurement-late kitchen',
    23: '+board-silent b-1', 24: '+measurement-late doors', 26: '+stage-late waterproofing', 27: '+stage-late tiling +material-late tiles +report-missing 26',
    28: '+callback-due 28', 29: '-callback-due 28 +question-late kitchen-when', 30: '-question-late kitchen-when', 33: '+stage-late carpentry +hazard-due noise',
    34: '-hazard-due noise +hazard-overdue noise +report-missing 33', 41: '+report-missing 40',
    42: '-board-silent b-1 -measurement-late doors -stage-late waterproofing -stage-late tiling -stage-late carpentry -material-late tiles -report-missing 26 -report-missing 33 -report-missing 40 ' +
        '-daylog-missing 10 +callback-due 42',
    43: '-callback-due 42 -hazard-overdue noise', 59: '+callback-due 59', 60: '-callback-due 59', 61: '+additions-over worktop +material-changes-over worktop', 62: '-additions-over worktop -material-changes-over worktop',
    64: '+material-late doors', 65: '-material-late doors +hazard-overdue socket', 66: '-hazard-overdue socket', 73: '+callback-due 73', 74: '-callback-due 73',
};
for (let n = UNLINKED[0]; n <= UNLINKED[1]; n++) {
    if (!works(n)) continue;
    MORNINGS[n + 1] = `${MORNINGS[n + 1] ?? ''} +daylog-missing ${n}`;
    MORNINGS[42] += ` -daylog-missing ${n}`;
}

class Job extends Days {
    linked = true;
    names = new Map(); // id → name
    ids = new Map(); // name → id
    known = { hazard: new Set(), stop_work: new Set(), change: new Set(), delay: new Set(), question: new Set(), acceptance: new Set(), recheck: new Set() }; // by head office
    unheard = []; // what it does not know yet
    logs = [];
    heard = []; // days whose log head office has
    photos = new Map();
    standing = new Set();

    id(name) {
        const id = this.ids.get(name) ?? uuid7();
        this.ids.set(name, id);
        this.names.set(id, name);
        return id;
    }
    // A day as its number, an id as its name.
    label(subject) {
        const what = subject.slice(subject.indexOf('/') + 1), day = (Date.parse(what) - Date.parse(FIRST)) / 86400000;
        return this.names.get(what) ?? (/^\d{4}-\d\d-\d\d$/.test(what) ? String(day) : what);
    }
    // Head office knows that something waits, or does not any more; what is done on site it learns with the link.
    tell(kind, name, waits, far = false) {
        const apply = () => this.known[kind][waits ? 'add' : 'delete'](name);
        if (far || this.linked) apply();
        else this.unheard.push(apply);
    }

    // ---- who is where ----

    async people() {
        await this.stack.addUser(null, 'o-01', 'office', PIN);
        for (const [id, role] of PEOPLE) {
            await this.stack.addUser(null, id, role, PIN);
            await this.stack.addUser(this.board, id, role, PIN);
        }
    }
    async signIn() {
        const far = (user) => this.stack.hubClient({ site: 's-1' }).signIn(user, PIN);
        [this.head, this.farManager, this.farSupervisor] = await Promise.all(['o-01', 'u-01', 'u-02'].map(far));
    }
    async comeOnSite() {
        await this.powerOn();
        [this.manager, this.supervisor, this.crew] = await Promise.all(['u-01', 'u-02', 'u-05'].map((user) => this.stack.client(this.board).signIn(user, PIN)));
    }
    // All that is on site is at head office, and what is there is on site.
    async sync() {
        if (!this.linked) return;
        if (this.n === UNLINKED[1] + 1) return agree(this.manager, this.head);
        await until('each holds the other\'s newest', async () => {
            const [one, other] = await Promise.all([this.manager, this.head].map(async (client) => (await client.get('/timeline?limit=200')).entries.map(({ id }) => id)));
            return [[one, other], [other, one]].every(([of, at]) => of.slice(0, 25).every((id) => at.includes(id)));
        });
    }
    cutLink() {
        this.link(false);
        this.linked = false;
    }
    mendLink() {
        this.link(true);
        this.linked = true;
        this.unheard.splice(0).forEach((apply) => apply());
    }

    // ---- what people do ----

    async picture(client, more = {}) {
        const jpeg = newPhoto(), { id } = await client.photo(jpeg, more);
        this.photos.set(id, jpeg);
        return id;
    }
    async log(client, more = {}) {
        const photo = await this.picture(client, { stage: stageOf(this.n) });
        const body = { id: uuid7(), date: this.date(), stage: stageOf(this.n), done: [`第${this.n + 1}天`], photos: [photo], ...more };
        await client.post('/daylogs', body);
        this.logs.push(body.id);
        const heard = () => this.heard.push(Number(this.label(`daylog/${body.date}`)));
        if (this.linked || client === this.farManager) heard();
        else this.unheard.push(heard);
        return body;
    }
    async hazard(client, name, severity, text, far = false) {
        await client.post('/hazards', { id: this.id(name), text, severity });
        this.tell('hazard', name, true, far);
        if (severity === 'stop_work') this.tell('stop_work', name, true, far);
    }
    hazardStep = async (client, name, verb, more = {}, options = {}) => client.post(`/hazards/${this.id(name)}/${verb}`, { id: uuid7(), ...more }, options);
    async rectify(name) {
        await this.hazardStep(this.manager, name, 'rectify', { photos: [await this.picture(this.manager)] });
        this.tell('recheck', name, true);
        this.tell('stop_work', name, false);
    }
    async verify(client, name, more = {}) {
        await this.hazardStep(client, name, 'verify', more);
        for (const kind of ['recheck', 'hazard']) this.tell(kind, name, false);
    }
    stage = (client, key, verb, more = {}, options = {}) => client.post(`/stages/${key}/${verb}`, { id: uuid7(), ...more }, options);
    async ask(key, more = {}) {
        await this.stage(this.manager, key, 'request', { photos: [await this.picture(this.manager)], ...more });
        this.tell('acceptance', key, true);
    }
    async decide(client, key, verb, more = {}) {
        const far = client !== this.supervisor;
        if (far) await until(`${key} is asked for at head office`, async () => { const { state, rooms } = await client.get(`/stages/${key}`); return state === 'asked' || rooms.some((room) => room.state === 'asked'); });
        await this.stage(client, key, verb, more);
        this.tell('acceptance', key, false, far);
    }
    // The weekly report on a stage: everything in order, but for what is timed, which its own test tells.
    async inspect(stage) {
        const { items } = await this.supervisor.get(`/checklists/${stage}`), photo = await this.picture(this.supervisor);
        const value = ({ key, min, max, equal, below }) => ({ part: key, value: equal ?? min ?? max ?? below / 2 });
        const judged = items.map(({ key, kind, parts, photo_required }) => ({
            item: key, ...(photo_required && kind !== 'timed' ? { photos: [photo] } : {}),
            ...(kind === 'measure' ? { values: parts.map(value) } : kind === 'timed' ? { result: 'na', reason: '另有试验' } : { result: 'pass' }),
        }));
        const { verdict } = await this.supervisor.post('/inspections', { id: uuid7(), date: this.date(), stage, items: judged });
        assert.equal(verdict, 'pass');
    }
    async change(name, body) {
        await this.manager.post('/changes', { id: this.id(name), ...body });
        this.tell('change', name, true);
    }
    async decideChange(name, body) {
        await until('head office has it', async () => (await this.head.get('/changes')).changes.some(({ id }) => id === this.ids.get(name)));
        await this.head.post('/decisions', { id: uuid7(), subject: `change/${this.ids.get(name)}`, ...body });
        this.tell('change', name, false, true);
    }
    call = (body) => this.head.post('/callbacks', { id: uuid7(), ...body });

    // ---- what head office shows ----

    async morning() {
        for (const [, sign, rule, subject] of (MORNINGS[this.n] ?? '').matchAll(/([+-])(\S+) (\S+)/g)) {
            const alert = `${rule} ${subject}`;
            assert.equal(this.standing.has(alert), sign === '-', `the script of day ${this.n}: ${sign}${alert}`);
            this.standing[sign === '+' ? 'add' : 'delete'](alert);
        }
        const sorted = (all) => [...all].sort(), rule = (name) => [...this.standing].filter((alert) => alert.startsWith(`${name} `));
        const { head } = this, label = ({ id }) => this.label(id);
        await this.shows('alerts', async () => (await head.get('/api/v1/alerts?site=s-1&state=standing&limit=200')).alerts.map(({ rule, subject }) => `${rule} ${this.label(subject)}`).sort(), sorted(this.standing));
        const press = this.press(rule), red = press.some(([kind]) => RED.includes(kind));
        await this.shows('the site among all sites', async () => {
            const [one] = (await head.get('/api/v1/sites')).sites;
            const told = one.press.filter(({ kind }) => !['late', 'unsent'].includes(kind)).map(({ kind, n }) => [kind, n]), late = one.press.find(({ kind }) => kind === 'late')?.n ?? 0;
            return { alerts: one.alerts, open_hazards: one.open_hazards, last_daylog: one.last_daylog, press: told, red: one.red && (late < 3 || red) };
        }, { alerts: this.standing.size, open_hazards: this.known.hazard.size, last_daylog: this.heard.length ? this.date(Math.max(...this.heard)) : null, press, red });
        await this.shows('which board is silent', async () => {
            const { boards } = await head.get('/api/v1/boards'), [one] = (await head.get('/api/v1/sites')).sites;
            return [boards, one.boards].map((list) => list.filter((b) => b.silent_since).map((b) => `board-silent ${b.board}`));
        }, [rule('board-silent'), rule('board-silent')]);
        await this.shows('what is to be decided', async () => {
            const { changes, delays, materials, questions } = await head.get('/api/v1/approvals');
            return [changes.changes.map(label).sort(), delays.delays.map(label).sort(), materials.materials.map(label).sort(), questions.questions.map(label).sort()];
        }, [sorted(this.known.change), sorted(this.known.delay), rule('material-late').map((alert) => alert.split(' ')[1]).sort(), sorted(this.known.question)]);
        await this.shows('the supervisor\'s list', async () => {
            const [one] = (await this.farSupervisor.get('/api/v1/mine')).sites;
            return ['acceptance', 'recheck'].map((kind) => one.press.filter((item) => item.kind === kind).map(({ subject }) => this.label(subject)).sort());
        }, [sorted(this.known.acceptance), sorted(this.known.recheck)]);
        await this.shows('who is to be called', async () => (await head.get('/api/v1/callbacks/due')).callbacks.length, rule('callback-due').length);
        await this.shows('the digest', async () => { const { date, sites, alerts, silent_boards } = await head.get('/api/v1/digest'); return { date, sites, alerts, silent_boards }; },
            { date: this.date(), sites: 1, alerts: this.held ? 0 : this.standing.size, silent_boards: this.held ? 0 : rule('board-silent').length });
    }
    get held() { return HELD.slice(1).includes(this.n) || this.n === HELD.at(-1) + 1; }
    // What presses, in the order of its weight; a site that is held does not.
    press(rule) {
        if (this.held) return [];
        const executive = ['stage-late', 'additions-over', 'material-changes-over'].flatMap(rule).length + rule('hazard-overdue').filter((alert) => this.known.stop_work.has(alert.split(' ')[1])).length;
        const told = ['hazard-overdue', 'hazard-due', 'board-silent', 'daylog-missing', 'stage-late', 'additions-over', 'material-changes-over'].flatMap(rule).length;
        let days = 0; // working days without a log, today not counted
        for (let n = Math.max(-1, ...this.heard) + 1; this.heard.length && n < this.n; n++) days += works(n) && !HELD.includes(n);
        const all = { executive, stop_work: this.known.stop_work.size, overdue: rule('hazard-overdue').length, silent: rule('board-silent').length, daylog: days, alerts: this.standing.size - told };
        return Object.entries(all).filter(([, n]) => n > 0);
    }
}

// ---- the script: what happens on a day, at its time ----

const refused = (status) => ({ expect: [status] });
const whole = (key) => ({ // a stage that begins and ends as a whole
    start: (j) => j.stage(j.manager, key, 'start'),
    ask: (j) => j.ask(key),
    accept: (j) => j.decide(j.farSupervisor, key, 'accept', { note: '合格' }),
});

const SCRIPT = {
    0: { '09:00': whole('preparation').start },
    1: { '14:00': whole('preparation').ask, '16:00': whole('preparation').accept },
    2: {
        '09:00': whole('demolition').start,
        '10:00': (j) => j.hazard(j.supervisor, 'wire', 'serious', '临时用电私拉'),
    },
    4: {
        '09:15': (j) => j.log(j.manager, { date: j.date(FORGOTTEN) }),
        '11:00': (j) => j.change('cupboard', { amount: 8000, reason: 'owner-adds', text: '北阳台做柜子' }),
    },
    5: {
        '09:20': (j) => j.decideChange('cupboard', { decision: 'approved' }),
        '10:00': whole('demolition').ask,
        '11:00': async (j) => {
            const bare = await j.manager.raw('POST', `/api/v1/hazards/${j.id('wire')}/rectify`, { body: { id: uuid7(), note: '好了' } });
            assert.equal(bare.status, 422, 'a photo belongs to it');
            await j.rectify('wire');
            await j.hazardStep(j.manager, 'wire', 'verify', {}, refused(403));
        },
        '12:00': async (j) => {
            await until('the decision is on site', async () => (await j.manager.get('/changes')).changes[0].state === 'approved');
            await j.manager.post('/confirmations', { id: uuid7(), subject: `change/${j.id('cupboard')}`, method: 'signature', name: '欧阳某某', signature: { path: PATH, width: 400, height: 200 } });
        },
        '15:00': (j) => j.verify(j.supervisor, 'wire'),
        '16:00': (j) => j.inspect('demolition'),
    },
    7: {
        '09:00': whole('plumbing_electrical').start, // demolition is not accepted: it warns
        '09:30': (j) => j.hazard(j.supervisor, 'clutter', 'notice', '下水口未封，垃圾占公区'),
    },
    8: {
        '09:00': whole('demolition').accept,
        '10:00': async (j) => {
            await j.head.post('/materials', { id: j.id('tiles'), name: '地砖', kind: 'tiles', quantity: 80, unit: 'm²', expected: j.date(26), stage: 'tiling' });
            await j.head.post('/materials', { id: j.id('kitchen'), name: '橱柜', kind: 'cabinet', quantity: 1, unit: '套', expected: j.date(66), needed: j.date(65), stage: 'installation' });
            await j.head.post('/materials', { id: j.id('doors'), name: '木门', kind: 'door', quantity: 5, unit: '樘', expected: j.date(63), stage: 'installation' });
        },
    },
    9: { '10:00': async (j) => { await j.crew.post('/questions', { id: j.id('sockets'), from: 'site', to: 'designer', text: '床头插座在哪一侧' }); j.tell('question', 'sockets', true); } },
    12: {
        '10:00': (j) => j.stage(j.manager, 'waterproofing', 'start', { room: 'bath' }, refused(409)), // what is concealed is not accepted
        '11:00': async (j) => { await j.manager.post('/delays', { id: j.id('no water'), reason: 'no-water-power', from: j.date(8), to: j.date(9), photos: [uuid7()] }); j.tell('delay', 'no water', true); },
    },
    14: {
        '09:00': async (j) => {
            await j.call({ score: 4, note: '满意', questions: ['几号贴砖'] });
            const asked = await until('the customer\'s question is on site', async () => (await j.manager.get('/questions')).questions.find(({ from }) => from === 'customer'));
            j.names.set(asked.id, 'tiles when');
            j.ids.set('tiles when', asked.id);
        },
        '09:30': async (j) => { await j.head.post(`/questions/${j.id('sockets')}/answer`, { id: uuid7(), text: '右侧' }); j.tell('question', 'sockets', false, true); },
        '10:00': async (j) => {
            await j.manager.post(`/questions/${j.id('tiles when')}/answer`, { id: uuid7(), text: '十二月一号' });
            await j.manager.post(`/materials/${j.id('tiles')}/measure`, { id: uuid7(), date: j.date() });
            await j.manager.post('/tests', { id: j.id('pressure'), kind: 'pressure', room: 'kitchen', value: 8, unit: 'bar', photos: [uuid7()] });
        },
        '10:30': (j) => j.manager.post(`/tests/${j.id('pressure')}/finish`, { id: uuid7(), value: 8, photos: [uuid7()] }, refused(422)), // half an hour too early
        '11:05': async (j) => assert.equal((await j.manager.post(`/tests/${j.id('pressure')}/finish`, { id: uuid7(), value: 7.9, photos: [uuid7()] })).state, 'passed'),
        '15:00': (j) => j.inspect('plumbing_electrical'),
        '16:00': whole('plumbing_electrical').ask,
    },
    15: {
        '09:00': async (j) => { await j.head.post('/decisions', { id: uuid7(), subject: `delay/${j.id('no water')}`, decision: 'granted' }); j.tell('delay', 'no water', false, true); },
        '09:10': (j) => j.decide(j.farSupervisor, 'plumbing_electrical', 'reject', { note: '线管没固定' }),
        '11:00': async (j) => {
            await until('it is back on site', async () => (await j.manager.get('/stages/plumbing_electrical')).state === 'rejected');
            await j.ask('plumbing_electrical');
            await j.change('desk', { amount: 3500, reason: 'owner-adds', text: '书房做书桌' });
        },
        '15:00': whole('plumbing_electrical').accept,
    },
    16: {
        '09:00': (j) => j.decideChange('desk', { decision: 'alternative', amount: 1500, note: '用成品书桌' }),
        '09:30': (j) => j.head.post('/confirmations', { id: uuid7(), subject: `change/${j.id('desk')}`, method: 'crm' }),
        '10:00': (j) => j.stage(j.manager, 'waterproofing', 'start', { room: 'bath' }),
        '11:00': (j) => j.rectify('clutter'),
        '14:00': async (j) => { await j.hazardStep(j.supervisor, 'clutter', 'reject', { note: '还有一处' }); j.tell('recheck', 'clutter', false); },
    },
    17: {
        '09:00': (j) => j.manager.post('/idle-days', { id: uuid7(), date: j.date(), reason: 'no-water-power' }),
        '10:00': (j) => j.rectify('clutter'),
        '11:00': async (j) => { await j.sync(); await j.verify(j.farSupervisor, 'clutter', { photos: [await j.picture(j.farSupervisor)] }); },
    },
    18: {
        '10:00': (j) => j.manager.post('/tests', { id: j.id('ponding'), kind: 'ponding', room: 'bath', value: 25, photos: [uuid7()] }),
        '14:00': async (j) => { await j.manager.post(`/materials/${j.id('kitchen')}/measure`, { id: uuid7(), date: j.date() }); },
    },
    19: {
        '11:00': async (j) => {
            assert.equal((await j.manager.post(`/tests/${j.id('ponding')}/finish`, { id: uuid7(), value: 20, leak: true, photos: [uuid7()], below_photos: [uuid7()] })).state, 'failed');
            await j.hazard(j.manager, 'leak', 'stop_work', '闭水渗漏');
        },
        '15:00': (j) => j.rectify('leak'),
        '16:00': (j) => j.inspect('plumbing_electrical'),
        '17:00': (j) => j.verify(j.supervisor, 'leak'),
        '17:10': (j) => j.manager.post('/tests', { id: j.id('ponding again'), kind: 'ponding', room: 'bath', value: 25, photos: [uuid7()] }),
    },
    21: { '17:30': async (j) => assert.equal((await j.manager.post(`/tests/${j.id('ponding again')}/finish`, { id: uuid7(), value: 24, photos: [uuid7()], below_photos: [uuid7()] })).state, 'passed') },
    22: {
        '10:00': (j) => j.ask('waterproofing', { room: 'bath' }),
        '11:00': (j) => j.manager.post(`/materials/${j.id('doors')}/measure`, { id: uuid7(), date: j.date() }),
        '15:00': (j) => j.decide(j.supervisor, 'waterproofing', 'accept', { room: 'bath' }),
        '16:00': async (j) => { for (const room of ['bath', 'living']) await j.stage(j.manager, 'tiling', 'start', { room }); },
    },
    23: { '10:00': (j) => j.hazard(j.supervisor, 'hollow', 'serious', '客厅空鼓三块') },
    25: {
        '09:20': (j) => j.log(j.manager, { date: j.date(24) }), // nobody had power yesterday
        '11:00': (j) => j.rectify('hollow'),
        '14:00': (j) => j.manager.post(`/materials/${j.id('tiles')}/arrive`, { id: uuid7(), quantity: 80, photos: [uuid7()] }),
    },
    26: { '10:00': (j) => j.verify(j.supervisor, 'hollow'), '16:00': (j) => j.inspect('waterproofing') },
    28: {
        '09:00': async (j) => {
            await j.call({ score: 3, note: '想快一点', questions: ['橱柜几号装'] });
            const asked = (await j.head.get('/questions')).questions.find(({ text }) => text.startsWith('橱柜'));
            j.names.set(asked.id, 'kitchen-when');
            j.ids.set('kitchen-when', asked.id);
        },
        '10:00': whole('carpentry').start,
    },
    29: { '10:00': (j) => j.farManager.post(`/questions/${j.id('kitchen-when')}/answer`, { id: uuid7(), text: '一月中旬' }) }, // from his phone, at home
    30: { '09:10': (j) => j.hazard(j.head, 'noise', 'serious', '邻居来电：夜间堆料挡住消防通道', true) },
    33: { '16:00': (j) => j.inspect('tiling') },
    36: { '16:00': (j) => j.manager.post('/tests', { id: j.id('second ponding'), kind: 'second_ponding', room: 'bath', value: 25, photos: [uuid7()] }) },
    38: {
        '09:00': async (j) => assert.equal((await j.manager.post(`/tests/${j.id('second ponding')}/finish`, { id: uuid7(), value: 25, photos: [uuid7()], below_photos: [uuid7()] })).state, 'passed'),
        '10:00': async (j) => { for (const room of ['bath', 'living']) await j.ask('tiling', { room }); },
    },
    39: { '15:00': whole('carpentry').ask },
    40: {
        '10:00': async (j) => { for (const room of ['bath', 'living']) await j.decide(j.supervisor, 'tiling', 'accept', { room }); },
        '11:00': (j) => j.decide(j.supervisor, 'carpentry', 'accept'),
        '16:00': (j) => j.inspect('carpentry'),
    },
    42: {
        '09:00': (j) => j.call({ score: 4, note: '进度可以' }),
        '11:00': async (j) => {
            await until('the hazard is on site', async () => (await j.manager.get('/hazards?state=open')).hazards.length === 1);
            await j.rectify('noise');
        },
        '15:00': (j) => j.verify(j.supervisor, 'noise'),
    },
    43: {
        '09:30': async (j) => {
            await j.head.post('/hold', { id: uuid7(), reason: 'payment-overdue' });
            await until('the site knows', async () => (await j.manager.get('/today')).held?.reason === 'payment-overdue');
        },
    },
    46: { '09:30': (j) => j.head.post('/resume', { id: uuid7(), note: '已付' }) },
    47: { '16:00': (j) => j.inspect('carpentry') },
    49: { '09:00': whole('painting').start },
    51: { '16:00': (j) => j.log(j.farManager) }, // from his phone: there is no power
    56: { '16:00': (j) => j.inspect('painting') },
    58: { '10:00': (j) => j.change('tap', { amount: -1200, material: true, reason: 'replaced', text: '龙头换成国产' }) },
    59: { '09:00': (j) => j.call({ score: 5, note: '好' }), '09:30': (j) => j.decideChange('tap', { decision: 'approved' }) },
    60: {
        '10:00': (j) => j.change('worktop', { amount: 12000, material: true, reason: 'owner-upgrades', text: '台面换成岩板' }),
        '12:00': async (j) => {
            await until('the decision is on site', async () => (await j.manager.get('/changes')).changes.find(({ id }) => id === j.ids.get('tap')).state === 'approved');
            await j.manager.post('/confirmations', { id: uuid7(), subject: `change/${j.id('tap')}`, method: 'signature', name: '欧阳某某', signature: { path: PATH, width: 400, height: 200 } });
        },
    },
    61: { '09:00': (j) => j.decideChange('worktop', { decision: 'refused', note: '超过一成' }), '14:00': whole('painting').ask, '16:00': (j) => j.inspect('painting') },
    62: { '09:00': whole('painting').accept },
    63: { '09:00': whole('installation').start, '10:00': (j) => j.hazard(j.supervisor, 'socket', 'stop_work', '插座无接地') },
    64: { '09:30': (j) => j.head.post(`/materials/${j.id('doors')}/answer`, { id: uuid7(), alternative: '先装样板门', expected: j.date(67) }) },
    65: { '10:00': (j) => j.rectify('socket'), '15:00': (j) => j.verify(j.supervisor, 'socket') },
    66: {
        '10:00': async (j) => { for (const name of ['doors', 'kitchen']) await j.manager.post(`/materials/${j.id(name)}/arrive`, { id: uuid7(), photos: [uuid7()] }); },
    },
    68: { '16:00': (j) => j.inspect('installation') },
    70: { '10:00': whole('installation').ask, '16:00': whole('installation').accept },
    71: { '09:00': whole('cleaning').start, '14:00': whole('cleaning').ask, '16:00': whole('cleaning').accept },
    72: { '09:00': whole('completion').start },
    73: { '09:00': (j) => j.call({ score: 5, note: '等验收' }) },
    75: { '16:00': (j) => j.inspect('cleaning') },
    78: {
        '10:00': whole('completion').ask,
        '11:00': (j) => j.manager.post('/handover', { id: uuid7() }, refused(409)),
        '15:00': async (j) => { await j.sync(); await j.decide(j.supervisor, 'completion', 'accept', { note: '合格' }); },
    },
    79: {
        '10:00': (j) => j.manager.post('/confirmations', { id: uuid7(), subject: 'stage/completion', method: 'signature', name: '欧阳某某', signature: { path: PATH, width: 400, height: 200 } }),
        '11:00': async (j) => {
            const { plan } = await j.manager.post('/handover', { id: uuid7(), note: '钥匙已交' });
            assert.deepEqual(plan.map(({ years, date }) => [years, date]), [[1, '2028-01-27'], [3, '2030-01-27'], [5, '2032-01-27']]);
        },
    },
};

// The hours of a day: who comes, what the script says, the log before people leave, the power off.
async function day(j) {
    const n = j.n, open = works(n) && ![...DARK, ...HELD.slice(1)].includes(n);
    if (open) await j.comeOnSite();
    j.go('08:40');
    await j.signIn();
    await j.morning();
    for (const [time, run] of Object.entries(SCRIPT[n] ?? {}).sort()) {
        j.go(time);
        await run(j);
    }
    if (!open) return;
    j.go('18:15');
    if (![FORGOTTEN, NEVER, IDLE, ...HELD].includes(n)) await j.log(n % 3 || !j.linked ? j.manager : j.farManager);
    await j.sync();
    j.go('18:16');
    await j.powerOff(n % 4 !== 1);
}

// ---- the end ----

// What a list says, without where something stands in whose store, what the reader may do, and names, which a board knows of its own people only.
const LOCAL = ['site', 'board', 'pos', 'ordinal', 'allowed'];
function plain(value) {
    if (Array.isArray(value)) return value.map(plain).sort((a, b) => (a?.id && b?.id ? (a.id < b.id ? -1 : 1) : 0));
    if (!value || typeof value !== 'object') return value;
    if (Object.keys(value).sort().join() === 'id,name') return value.id;
    return Object.fromEntries(Object.entries(value).filter(([key]) => !LOCAL.includes(key)).map(([key, one]) => [key, plain(one)]));
}
const LISTS = ['hazards', 'changes', 'materials', 'questions', 'stages', 'tests', 'delays', 'idle-days', 'inspections', 'confirmations', 'holds'];

async function ends(j) {
    await allReceived(j.manager);
    await agree(j.manager, j.head);
    for (const list of LISTS) {
        const [here, there] = await Promise.all([j.manager, j.head].map((client) => client.get(list === 'holds' ? `/${list}` : `/${list}?limit=200`)));
        assert.ok(Object.values(here).some((one) => one?.length), `the job has ${list}`);
        assert.deepEqual(plain(there), plain(here), `${list} at head office, and on site`);
    }
    await thereOnce(j.head, j.logs, j.photos);
    assert.equal(j.logs.length, new Set(j.logs).size);
    for (const client of [j.manager, j.head]) assert.deepEqual((await client.get('/alerts')).alerts.filter(({ state }) => state === 'standing'), []);
    // Each end raises and clears an alert at most once.
    const counts = {};
    for (const { type, data, board } of await j.head.timeline()) {
        if (!/^alert-(raised|cleared)$/.test(type)) continue;
        const alert = `${type} ${data.rule} ${j.label(data.subject)} due ${data.due} by ${board ?? 'head office'}`;
        counts[alert] = (counts[alert] ?? 0) + 1;
    }
    assert.deepEqual(Object.entries(counts).filter(([, n]) => n > 1), []);
    const { all } = await j.head.get(`/api/v1/measures?from=${FIRST}&to=${j.date()}&site=s-1`);
    const { logs, reports, stages, hazards, calls } = all;
    assert.deepEqual([logs.due, logs.on_time, logs.late, logs.missing], [60, 57, 2, 1]); // late: a forgotten one, and that of the day without power
    assert.deepEqual([reports.due, reports.on_time, reports.missing], [11, 10, 1]);
    assert.deepEqual([stages.due, stages.on_time, stages.late], [10, 8, 2]); // demolition, accepted late; plumbing, rejected once
    assert.deepEqual([hazards.notice, hazards.serious, hazards.stop_work, hazards.rectified, hazards.overdue, hazards.sent_back], [1, 3, 2, 6, 3, 1]);
    assert.deepEqual([calls.n, calls.score], [5, 4.2]);
    const report = (await j.head.call('GET', '/report?week=2026-W48&format=html')).body.toString();
    for (const word of ['闭水渗漏', '下水口未封']) assert.ok(report.includes(word), `the report of its third week says ${word}`);
}
SCRIPT[LAST]['15:00'] = ends;

test('eighty days', () => withStack({}, async (stack) => {
    const j = new Job(stack, FIRST);
    await stack.startBroker();
    await stack.startHub('', j.office.env);
    await j.lay();
    await j.people();
    await j.signIn();
    const stages = Object.entries(PLAN).map(([key, [from, to]]) => ({ key, planned_start: j.date(from), planned_finish: j.date(to) }));
    const people = PEOPLE.map(([id, role]) => ({ id, name: id, role }));
    await j.head.call('PUT', '/api/v1/sites/s-1', { headers: { 'If-Match': '0' }, body: { name: '1-302', timezone: 'Asia/Shanghai', contract_amount: 100000, stages, people, cutoffs: { daylog: '18:30', report: { weekday: 6, time: '18:00' }, workdays: [1, 2, 3, 4, 5, 6], holidays: HOLIDAYS } } });
    await until('the plan is on site', async () => (await (await stack.client(j.board).signIn('u-01', PIN)).get('/site')).version === 1);
    await j.head.call('PUT', '/settings/silent_hours', { headers: { 'If-Match': '0' }, body: { value: 12 } }); // of its own hours: no alert on the day itself
    await j.powerOff(true);
    for (;; ) {
        const began = Date.now();
        if (j.n === UNLINKED[0]) j.cutLink();
        if (j.n === UNLINKED[1] + 1) j.mendLink();
        j.go('08:00');
        await day(j);
        if (process.env.JOB_TRACE) console.log(`${j.date()} day ${j.n}: ${Date.now() - began} ms`);
        if (j.n === Number(process.env.JOB_UNTIL ?? LAST)) break;
        j.tomorrow('07:50');
    }
    await verifyClean(stack, j.board.conf, stack.hubConf);
    await j.close();
}));

await runTests();
