// SPDX-License-Identifier: MIT
// A TCP proxy on loopback that counts what passes, and can cut, delay or throttle it. Bytes, not messages: it knows no protocol.
import net from 'node:net';

export class Proxy {
    // delay_ms: each way. cut(sent): called for each piece that goes up, with the bytes of its connection so far; true breaks the connection off there.
    static async start(port, { delay_ms = 0, cut = () => false } = {}) {
        const proxy = new Proxy();
        Object.assign(proxy, { to: port, delay_ms, cut, up: 0, down: 0, cuts: 0, open: new Set() });
        proxy.server = net.createServer({ pauseOnConnect: false }, (near) => proxy.#join(near));
        await new Promise((done) => proxy.server.listen(0, '127.0.0.1', done));
        proxy.port = proxy.server.address().port;
        return proxy;
    }
    #join(near) {
        const far = net.connect(this.to, '127.0.0.1');
        let sent = 0;
        for (const [from, to] of [[near, far], [far, near]]) {
            this.open.add(from);
            from.setNoDelay(true);
            from.on('error', () => {});
            from.on('close', () => { this.open.delete(from); this.#later(() => to.destroy()); });
            from.on('end', () => this.#later(() => to.end()));
            from.on('data', (piece) => {
                if (from === near) {
                    sent += piece.length;
                    this.up += piece.length;
                    if (this.cut(sent)) {
                        this.cuts++;
                        near.resetAndDestroy();
                        far.resetAndDestroy();
                        return;
                    }
                } else {
                    this.down += piece.length;
                }
                if (this.delay_ms) {
                    this.#later(() => to.write(piece));
                    return;
                }
                if (!to.write(piece)) {
                    from.pause();
                    to.once('drain', () => from.resume());
                }
            });
        }
    }
    #later(what) {
        if (this.delay_ms) setTimeout(what, this.delay_ms);
        else what();
    }
    // Breaks off whatever is open.
    drop() { for (const socket of this.open) socket.destroy(); }
    close() {
        this.drop();
        return new Promise((done) => this.server.close(done));
    }
}
