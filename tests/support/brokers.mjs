// SPDX-License-Identifier: MIT
// Other brokers than mosquitto for a Stack: RabbitMQ's MQTT plugin and nats-server, each with its data in the stack's folder, on free loopback
// ports, as a program of the stack (killed and started again like any). withStack({ broker: rabbitmq }, …).
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { freePort, until } from './programs.mjs';

const answers = (port) => new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1', () => { socket.end(); done(true); });
    socket.on('error', () => done(false));
});

async function up(stack, program) {
    await until(`${program.name} answers`, () => {
        if (!program.running) throw new Error(`it ended with ${program.code}: ${stack.tail(program)}`);
        return answers(stack.brokerPort);
    }, 60000);
}

// MQTT 3.1.1 only. Erlang's name server is started here, so that it listens on loopback only and ends with the stack.
export async function rabbitmq(stack) {
    if (!stack.broker) {
        stack.brokerPort ??= await freePort();
        const [epmd, dist, amqp] = [await freePort(), await freePort(), await freePort()];
        const dir = path.join(stack.dir, 'rabbitmq');
        fs.mkdirSync(dir);
        stack.write('rabbitmq/plugins', '[rabbitmq_mqtt].\n');
        stack.write('rabbitmq/rabbitmq.conf', `listeners.tcp.1 = 127.0.0.1:${amqp}\nmqtt.listeners.tcp.1 = 127.0.0.1:${stack.brokerPort}\n` +
            'mqtt.allow_anonymous = true\nlog.console = true\nlog.console.level = warning\n');
        const env = { HOME: dir, LANG: 'C.UTF-8', ERL_CRASH_DUMP: `${dir}/crash`, ERL_EPMD_ADDRESS: '127.0.0.1', ERL_EPMD_PORT: String(epmd) };
        stack.add('epmd', '/usr/bin/epmd', ['-address', '127.0.0.1', '-port', String(epmd)], { env, foreign: true }).start();
        await until('epmd answers', () => answers(epmd));
        stack.broker = stack.add('rabbitmq', '/usr/lib/rabbitmq/bin/rabbitmq-server', [], { foreign: true, env: { ...env,
            RABBITMQ_NODENAME: `sitelog-${amqp}@localhost`, RABBITMQ_DIST_PORT: String(dist), RABBITMQ_MNESIA_BASE: `${dir}/data`,
            RABBITMQ_LOG_BASE: `${dir}/log`, RABBITMQ_CONFIG_FILE: `${dir}/rabbitmq.conf`, RABBITMQ_ENABLED_PLUGINS_FILE: `${dir}/plugins`,
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-start_epmd false -kernel inet_dist_use_interface {127,0,0,1} +S 2:2' } });
    }
    stack.broker.start();
    await up(stack, stack.broker);
}

export async function nats(stack) {
    if (!stack.broker) {
        stack.brokerPort ??= await freePort();
        const conf = stack.write('nats.conf', `listen: "127.0.0.1:${await freePort()}"\nserver_name: sitelog\n` +
            `jetstream { store_dir: "${stack.dir}/nats" }\nmqtt { listen: "127.0.0.1:${stack.brokerPort}" }\n`);
        stack.broker = stack.add('nats-server', '/usr/sbin/nats-server', ['-c', conf], { foreign: true });
    }
    stack.broker.start();
    await up(stack, stack.broker);
}
