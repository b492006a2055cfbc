// SPDX-License-Identifier: MIT
// Brokers that are wrong, on npm's mqtt-packet. Each takes connections on a port and does one thing badly:
//   forgets    says CONNACK, SUBACK and PUBACK to everything, and hands nothing on
//   slow       the same, each answer after `wait_ms`
//   silent     takes connections and never answers
//   refuses    answers CONNECT with "not authorised"
//   garbage    answers CONNECT properly, and then sends random bytes, behind a packet type that does not exist
//   endless    answers CONNECT properly, and then begins a packet of 200 MB and falls silent
//   truncated  answers CONNECT with half a packet, and hangs up
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import mqtt from 'mqtt-packet';

export class FaultBroker {
    static async start(port, kind, { wait_ms = 500 } = {}) {
        const broker = new FaultBroker();
        Object.assign(broker, { kind, wait_ms, connects: 0, publishes: 0, sockets: new Set() });
        broker.server = net.createServer((socket) => broker.#serve(socket));
        await new Promise((done, fail) => broker.server.once('error', fail).listen(port, '127.0.0.1', done));
        return broker;
    }
    #serve(socket) {
        const parser = mqtt.parser({ protocolVersion: 4 });
        this.sockets.add(socket);
        socket.on('close', () => this.sockets.delete(socket));
        socket.on('error', () => {});
        socket.on('data', (bytes) => parser.parse(bytes));
        parser.on('packet', (packet) => this.#hear(socket, packet));
        parser.on('error', () => socket.destroy());
    }
    #say(socket, packet) {
        const write = () => socket.writable && socket.write(mqtt.generate(packet));
        if (this.kind === 'slow') setTimeout(write, this.wait_ms);
        else write();
    }
    #hear(socket, packet) {
        const { cmd, messageId } = packet;
        if (cmd === 'connect') this.connects++;
        if (cmd === 'publish') this.publishes++;
        if (this.kind === 'silent' || (this.kind === 'endless' && cmd !== 'connect')) return;
        if (cmd === 'connect' && this.kind === 'truncated') {
            socket.end(Buffer.from([0x20]));
        } else if (cmd === 'connect') {
            this.#say(socket, { cmd: 'connack', returnCode: this.kind === 'refuses' ? 5 : 0, sessionPresent: false });
            const rest = { garbage: Buffer.concat([Buffer.from([0xf0, 0x02]), randomBytes(3000)]), endless: Buffer.from([0x30, 0x80, 0x80, 0xc0, 0x5f, 0, 1, 0x78]) }[this.kind];
            if (rest) setTimeout(() => socket.writable && socket.write(rest), 20);
        } else if (cmd === 'subscribe') {
            this.#say(socket, { cmd: 'suback', messageId, granted: packet.subscriptions.map(() => 1) });
        } else if (cmd === 'publish' && packet.qos > 0) {
            this.#say(socket, { cmd: 'puback', messageId });
        } else if (cmd === 'pingreq') {
            this.#say(socket, { cmd: 'pingresp' });
        }
    }
    stop() {
        for (const socket of this.sockets) socket.destroy();
        return new Promise((done) => this.server.close(done));
    }
}
