// SPDX-License-Identifier: MIT
// The customer's consent to the board's camera: asked of whoever may record it, and put down. What works without it is the server's business.
import { Offline, put, sitePath } from '/shared/api.js';
import { choose } from '/shared/sheet.js';
import { t } from '/shared/words.js';

// say: the page's own. Resolves with what is recorded now, or null.
export async function recordConsent(say) {
    const given = await choose(t('consent.title'), t('consent.text'), [
        { value: true, icon: 'check', label: t('consent.give'), main: true },
        { value: false, icon: 'close', label: t('consent.refuse') },
    ]);
    if (given === null) return null;
    try {
        const stored = await put(sitePath('/consent'), { given });
        say(t('consent.saved'));
        return stored;
    } catch (error) {
        say(error instanceof Offline ? t('error.offline') : error.message, 'bad');
        return null;
    }
}
