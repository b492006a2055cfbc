// SPDX-License-Identifier: MIT
// The screens in a real browser: opens pages as the panel, a phone or a desk has them, signs in by tapping, and measures what is on the screen.
// Whatever a page writes to its console as an error, or throws, is a failure when the test closes it, except what the test said it expects.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { until, witnesses } from './programs.mjs';

export const PANEL = { width: 800, height: 480 };
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 800 };
const ARGUMENTS = ['--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const WAIT_MS = 20000;

// A browser that closes while a screen is still open has that screen looked at before: what a failed test leaves.
const open = new Set();
export async function launch() {
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: ARGUMENTS });
    const close = browser.close.bind(browser);
    browser.close = async () => {
        for (const screen of open) if (screen.context.browser() === browser) await screen.look().catch(() => {});
        await close();
    };
    return browser;
}

export class Screen {
    // where: {port} of a board or the hub. expect: regular expressions of console errors that belong to the test. zone: the browser's.
    static async open(browser, where, { size = PANEL, path = '/panel/', lang = 'zh', expect = [], zone } = {}) {
        const screen = new Screen();
        screen.base = `http://127.0.0.1:${where.port}`;
        screen.context = await browser.newContext({ viewport: size, hasTouch: size !== DESK, acceptDownloads: true, timezoneId: zone });
        screen.touch = size !== DESK;
        screen.expect = [...expect];
        screen.errors = [];
        screen.page = await screen.context.newPage();
        screen.witness = (folder) => screen.tell(folder);
        witnesses.add(screen.witness);
        open.add(screen);
        screen.page.setDefaultTimeout(WAIT_MS);
        screen.page.on('console', (message) => {
            if (message.type() === 'error' || message.type() === 'warning') screen.errors.push(`${message.text()} ${message.location().url}`);
        });
        screen.page.on('pageerror', (error) => screen.errors.push(`thrown: ${error.stack ?? error.message}`));
        await screen.page.addInitScript((name) => {
            if (location.protocol === 'http:') localStorage.getItem('sitelog.lang') ?? localStorage.setItem('sitelog.lang', name);
        }, lang);
        await screen.page.goto(screen.base + path);
        return screen;
    }
    // Opens a page at the same place. Where the one before failed to load, Chromium's error page for it may come late and get in the way: then again.
    async visit(path) {
        await until(`${path} is opened`, async () => (await this.page.goto(this.base + path)).ok());
    }
    $(selector, options) { return this.page.locator(selector, options); }
    async tap(selector, options) {
        const target = (typeof selector === 'string' ? this.$(selector, options) : selector).first();
        await (this.touch ? target.tap() : target.click());
    }
    async see(selector, options) { await this.$(selector, options).first().waitFor(); }
    async text(selector) { return (await this.$(selector).first().innerText()).trim(); }
    async digits(pin) {
        for (const digit of pin) await this.tap('.key', { hasText: new RegExp(`^${digit}$`) });
        await this.tap('.pin .main');
    }
    // At a board by name, at the hub by id. done: what is seen then.
    async signIn(who, pin, done = '.tiles') {
        if (await this.page.locator('.name-tile, #signin-id').first().evaluate((node) => node.id === 'signin-id', null, { timeout: WAIT_MS })) await this.page.fill('#signin-id', who);
        else await this.tap('.name-tile', { hasText: who });
        await this.digits(pin);
        await this.see(done);
        return this;
    }
    async home() {
        await this.page.evaluate(() => { location.hash = '#/'; });
        await this.see('.tiles');
    }
    // The confirmation in the header, and that it is really in sight.
    async said(text) {
        const box = await this.$('.bar-said', { hasText: text }).first();
        await box.waitFor();
        const { y, height } = await box.boundingBox();
        assert.ok(y >= 0 && y + height <= this.page.viewportSize().height, `"${text}" is in sight`);
    }
    async look() {
        const words = await this.page.evaluate(() => `${location.hash} ${document.querySelector('.bar-said')?.innerText ?? ''}`);
        this.seen = { words: words.trim(), picture: await this.page.screenshot() };
    }
    // After a failure: a picture in the folder, and what the page's console had.
    async tell(folder) {
        open.delete(this);
        if (!this.seen) await this.look();
        await this.context.close();
        const file = path.join(folder, `screen-${witnesses.size}-${Date.now()}.png`);
        fs.writeFileSync(file, this.seen.picture);
        return `at ${this.seen.words}, seen in ${file}; the console: ${this.errors.join(' · ') || 'nothing'}`;
    }
    async close() {
        witnesses.delete(this.witness);
        open.delete(this);
        await this.context.close();
        const bad = this.errors.filter((error) => !this.expect.some((pattern) => pattern.test(error)));
        assert.deepEqual(bad, [], 'the console has no errors');
    }
}

// ---- measuring (runs in the page) ----

/* What can be pressed and is in sight: { name, x, y, w, h }, cut to what its scrolling ancestors show. With a dialog open only what is in it. */
function controlsInPage() {
    const top = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
    const found = [];
    for (const node of top.querySelectorAll('button, a[href], input, select, textarea, summary')) {
        const box = node.getBoundingClientRect();
        if (!node.checkVisibility({ visibilityProperty: true }) || !box.width || !box.height) continue;
        let layer = null; // what floats over the page is apart from what passes below it
        const cut = { left: box.left, top: box.top, right: box.right, bottom: box.bottom };
        for (let up = node; up; up = up.parentElement) {
            if (!layer && /fixed|sticky/.test(getComputedStyle(up).position)) layer = up.className;
            if (getComputedStyle(up).overflowY === 'visible') continue;
            if (up === node) continue;
            const its = up.getBoundingClientRect();
            cut.left = Math.max(cut.left, its.left);
            cut.top = Math.max(cut.top, its.top);
            cut.right = Math.min(cut.right, its.right);
            cut.bottom = Math.min(cut.bottom, its.bottom);
        }
        if (cut.right - cut.left < 1 || cut.bottom - cut.top < 1) continue;
        found.push({ name: `${node.tagName.toLowerCase()}.${node.className} "${(node.getAttribute('aria-label') ?? node.innerText ?? '').trim().slice(0, 30)}"`, layer, main: node.classList.contains('main') || node.classList.contains('tile-main'), w: box.width, h: box.height, cut });
    }
    return found;
}

/* Every piece of text in sight with its colour and what is behind it: { text, ratio, px }. */
function textsInPage() {
    const parse = (color) => {
        const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
        return { r, g, b, a };
    };
    const light = ({ r, g, b }) => {
        const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const top = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
    const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const node = walker.currentNode;
        const parent = node.parentElement;
        if (!node.textContent.trim() || parent.closest('noscript, option, script, [hidden]')) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const box = range.getBoundingClientRect();
        if (box.width < 2 || box.height < 2 || !parent.checkVisibility({ visibilityProperty: true })) continue;
        let behind = null;
        for (let up = parent; up && !behind; up = up.parentElement) {
            const color = parse(getComputedStyle(up).backgroundColor);
            if (color.a > 0.99) behind = color;
            else if (color.a > 0.01) behind = { r: 128, g: 128, b: 128, a: 1 }; // half transparent: nobody can say
        }
        const style = getComputedStyle(parent);
        const [a, b] = [light(parse(style.color)), light(behind ?? { r: 255, g: 255, b: 255 })].sort((x, y) => y - x);
        found.push({ text: node.textContent.trim().slice(0, 30), where: parent.className || parent.tagName, ratio: (a + 0.05) / (b + 0.05), px: parseFloat(style.fontSize) });
    }
    return found;
}

// Every control at least `least` px wide and high, main ones `main`, and `gap` px apart; every text at least 7:1 and `px` large.
export async function measure(screen, name, { least, main = least, gap = 0, px = 0 }) {
    const controls = await screen.page.evaluate(controlsInPage);
    const texts = await screen.page.evaluate(textsInPage);
    assert.ok(controls.length > 0 && texts.length > 0, `${name}: something is there`);
    const small = controls.filter((c) => Math.min(c.w, c.h) < (c.main ? main : least) - 0.5).map((c) => `${c.name} ${c.w.toFixed(0)}×${c.h.toFixed(0)}`);
    assert.deepEqual(small, [], `${name}: controls of at least ${least} px, main ones ${main} px`);
    const near = [];
    for (const [i, a] of controls.entries()) {
        for (const b of controls.slice(i + 1).filter((c) => c.layer === a.layer)) {
            const apart = Math.max(b.cut.left - a.cut.right, a.cut.left - b.cut.right, b.cut.top - a.cut.bottom, a.cut.top - b.cut.bottom);
            if (apart < gap - 0.5) near.push(`${a.name} | ${b.name}: ${apart.toFixed(0)} px`);
        }
    }
    assert.deepEqual(near, [], `${name}: at least ${gap} px between controls`);
    const pale = texts.filter((t) => t.ratio < 7).map((t) => `${t.where} "${t.text}" ${t.ratio.toFixed(1)}:1`);
    assert.deepEqual(pale, [], `${name}: contrast of at least 7:1`);
    const tiny = texts.filter((t) => t.px < px).map((t) => `${t.where} "${t.text}" ${t.px} px`);
    assert.deepEqual(tiny, [], `${name}: text of at least ${px} px`);
    const wide = await screen.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${name}: ${wide} px too wide`);
    return { controls: controls.length, texts: texts.length };
}
