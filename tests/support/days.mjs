// SPDX-License-Identifier: MIT
// Simulated days of one site at full programs: a broker, head office whose clock runs through, and a board whose power is off at night. Time passes
// by both clocks of a program (site.mjs wallClock), so that nothing looks as if somebody had set a clock.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { Proxy } from './proxy.mjs';
import { until } from './programs.mjs';
import { wallClock } from './site.mjs';

const DAY = 86400000, ZONE = '+08:00';

export class Days {
    // first: the site's date of day 0.
    constructor(stack, first) {
        Object.assign(this, { stack, first, n: 0, office: wallClock(stack, 0, 'clock-office'), site: wallClock(stack, 0, 'clock-site') });
        this.office.ahead(this.at('07:30') - Date.now());
    }
    date = (n = this.n) => new Date(Date.parse(`${this.first}T00:00:00Z`) + n * DAY).toISOString().slice(0, 10);
    at = (time, n = this.n) => Date.parse(`${this.date(n)}T${time}:00${ZONE}`);
    get on() { return this.board?.program.running ?? false; }

    // Time passes until then, today; never back.
    go(time) {
        const by = this.at(time) - this.office.now();
        assert.ok(by > 0, `${this.date()} ${time} is past already, by ${-by / 1000} s`);
        this.office.pass(by);
        if (this.on) this.site.pass(by);
    }
    // To a time of the next day.
    tomorrow(time) {
        this.n++;
        this.go(time);
    }
    // The board's own line to broker and hub, which both hear each other without it.
    async lay() {
        const { brokerPort, hubWhere } = this.stack;
        this.lines = await Promise.all([brokerPort, hubWhere.port].map((port) => Proxy.start(port)));
        Object.assign(this.stack, { brokerPort: this.lines[0].port, hubWhere: { port: this.lines[1].port } });
        await this.powerOn();
        Object.assign(this.stack, { brokerPort, hubWhere });
    }
    link(up) {
        for (const line of this.lines) {
            line.cut = () => !up;
            if (!up) line.drop();
        }
    }
    close = () => Promise.all(this.lines.map((line) => line.close()));
    // Somebody switches the power on: another boot of the board's kernel.
    async powerOn() {
        this.site.boot(this.office.now() - Date.now());
        if (this.board) this.sql("UPDATE meta SET value = 'of another boot' WHERE name = 'boot_id'");
        this.board = await this.stack.startBoard('b-1', { env: this.site.env, more: `[power]\nsupply = sim:${path.dirname(this.stack.write('supply/online', '1'))}\n` });
    }
    sql = (text) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', `${this.board.dir}/journal.db`, text], { encoding: 'utf8' });
    // stop: somebody presses the button first; else the power is just gone, after a last sign of life within the hour.
    async powerOff(stop) {
        if (!stop) await until('a sign of life', () => Number(this.sql("SELECT value FROM meta WHERE name = 'alive'").split(' ')[1]) > this.office.now() - 3600000);
        await this.board.program.kill(stop ? 'SIGTERM' : 'SIGKILL');
    }
    // What head office sees is as it has to be, within a while: its rules look once a second.
    shows = (what, look, wanted) => {
        let seen;
        return until(what, async () => JSON.stringify((seen = await look())) === JSON.stringify(wanted), 15000).catch((error) => {
            assert.deepEqual(seen, wanted, `${this.date()} (day ${this.n}), ${what}`);
            throw error;
        });
    };
}
