// Asks a server for as long as it is told to, over connections that each wait for their answer:
// { port, ms } is answered when the last one came.
import { connect } from 'node:net';
import { BODY, requestSequence } from './requests.mjs';

const { connections } = JSON.parse(process.argv[2]);
const END = Buffer.from(BODY);
const asked = requestSequence(4_096).map(({ url }) =>
  Buffer.from(`GET ${url} HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n`),
);
let next = 0;

process.on('message', async ({ port, ms }) => {
  const until = performance.now() + ms;
  await Promise.all(Array.from({ length: connections }, () => ask(port, until)));
  process.send('done');
});
process.send('ready');

function ask(port, until) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setNoDelay();
    const send = () => socket.write(asked[next++ & 4_095]);
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      // An answer is small: it may come in pieces, but its end comes with the last.
      if (!chunk.subarray(-END.length).equals(END)) return;
      if (performance.now() < until) send();
      else socket.end();
    });
    socket.on('close', resolve);
  });
}
