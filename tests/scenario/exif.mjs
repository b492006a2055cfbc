// SPDX-License-Identifier: MIT
// Photos of phones, with what their cameras say of them: it is in the record at both ends, the original is not touched, and a stamped picture tells
// the truth of itself. An old picture that is handed over as a new one is found out.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { realPhotos, runTests, test, until, uuid7, varied, withStack } from '../support/programs.mjs';
import { answersChecked } from '../support/openapi.mjs';
import { exifOf, withExif } from '../support/exif.mjs';
import { addManager, addOffice, allReceived, sha256, verifyClean } from '../support/site.mjs';

const exifTime = (at) => new Date(at.getTime() + 8 * 3600000).toISOString().slice(0, 19).replace(/-/g, ':').replace('T', ' ');
const rfcTime = (at) => `${new Date(at.getTime() + 8 * 3600000).toISOString().slice(0, 19)}.000+08:00`;

test('what a phone’s camera says is in the record, and the original stays what it was', () => withStack({ check: answersChecked() }, async (stack) => {
    await stack.startBroker();
    await stack.startHub();
    const board = await stack.startBoard('b-1');
    const manager = await addManager(stack, board);
    const office = await addOffice(stack);
    const picture = fs.readFileSync(realPhotos(1)[0]);
    const place = { GPSLatitude: 31.230416, GPSLatitudeRef: 'N', GPSLongitude: 121.4737, GPSLongitudeRef: 'W' };
    const justNow = new Date(Math.floor(Date.now() / 1000) * 1000 - 60000);
    const old = new Date('2019-05-03T10:07:00+08:00');
    const said = [
        // tags of the file; the query; what the record has to say
        [{ Orientation: 6, DateTimeOriginal: exifTime(justNow), ...place }, {},
            { taken: rfcTime(justNow), exif_taken: rfcTime(justNow), orientation: 6, gps: { lat: 31.230416, lon: -121.4737 } }],
        [{ DateTimeOriginal: exifTime(old), SubSecTimeOriginal: 25, OffsetTimeOriginal: '+08:00' }, { origin: 'import' },
            { taken: '2019-05-03T10:07:00.250+08:00', exif_taken: '2019-05-03T10:07:00.250+08:00', clock: 'none' }],
        [{ DateTimeOriginal: exifTime(old) }, { origin: 'import', taken: justNow.toISOString() }, { taken: rfcTime(justNow), exif_taken: rfcTime(old) }],
        [{ DateTimeOriginal: '2099:01:01 00:00:00', GPSLatitude: 0, GPSLatitudeRef: 'N', GPSLongitude: 0, GPSLongitudeRef: 'E' }, { taken: justNow.toISOString() },
            { taken: rfcTime(justNow) }],
    ];
    const photos = [];
    for (const [n, [tags, query, expected]] of said.entries()) {
        const bytes = withExif(varied(picture, n), tags);
        const id = uuid7();
        const sent = await manager.photo(bytes, { id, ...query });
        assert.deepEqual(await manager.photo(bytes, { id, ...query }), sent, 'a repeat is the same record');
        photos.push({ id, bytes, expected: { exif_taken: undefined, orientation: undefined, gps: undefined, ...expected } });
    }
    await allReceived(manager);
    for (const { id, bytes, expected } of photos) {
        const entry = await until(`${id} at head office`, async () => (await office.timeline()).find((e) => e.subject === `photo/${id}`));
        const info = await office.get(`/photos/${id}/info`);
        for (const [name, value] of Object.entries(expected)) {
            assert.deepEqual(entry.data[name], value, `${name} of the event`);
            assert.deepEqual(info[name], value ?? (name === 'orientation' ? 1 : null), `${name} in the list`);
        }
        const { body } = await office.call('GET', `/photos/${id}`);
        assert.equal(sha256(body), sha256(bytes), 'the original is what the phone sent');
        const { Orientation, DateTimeOriginal, OffsetTimeOriginal, GPSLatitude } = exifOf((await office.call('GET', `/photos/${id}/stamped`)).body);
        const shown = expected.exif_taken ?? expected.taken;
        assert.deepEqual({ Orientation, DateTimeOriginal, OffsetTimeOriginal, GPSLatitude }, {
            Orientation: expected.orientation ?? 1, DateTimeOriginal: shown.slice(0, 19).replace(/-/g, ':').replace('T', ' '), OffsetTimeOriginal: '+08:00', GPSLatitude: undefined,
        });
    }
    // Where a photo was taken stays in its record.
    const metrics = (await office.raw('GET', '/metrics')).body.toString() + (await manager.raw('GET', '/metrics')).body;
    assert.doesNotMatch(metrics, /31\.2304|121\.4737/);
    await verifyClean(stack, board.conf, stack.hubConf);
}));

await runTests();
