// SPDX-License-Identifier: MIT
// Photos that wait to be sent, in the browser's own database, so that a closed page loses none. Where there is no such database (a private
// window), they wait in memory only.
const NAME = 'sitelog-uploads';
const STORE = 'photos';

function open() {
    return new Promise((resolve, reject) => {
        const request = indexedDB.open(NAME, 1);
        request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

async function run(mode, work) {
    const db = await open();
    try {
        return await new Promise((resolve, reject) => {
            const transaction = db.transaction(STORE, mode);
            const request = work(transaction.objectStore(STORE));
            transaction.oncomplete = () => resolve(request.result);
            transaction.onabort = () => reject(transaction.error);
        });
    } finally {
        db.close();
    }
}

// entry: { id, site, blob, fields }. False: it is in memory only.
export const keep = (entry) => run('readwrite', (s) => s.put(entry)).then(() => true, () => false);
export const forget = (id) => run('readwrite', (s) => s.delete(id)).catch(() => {});
export const forgetOthers = (site) => run('readonly', (s) => s.getAll()).then((all) => Promise.all(all.filter((e) => e.site !== site).map((e) => forget(e.id))), () => {});
export const kept = (site) => run('readonly', (s) => s.getAll()).then((all) => all.filter((e) => e.site === site), () => []);
