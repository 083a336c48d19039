import { createServer, type Server, type Socket } from 'node:net';

/** A reply in the types of RESP. A `Map` is a map in RESP3, its keys and values in turn in RESP2. */
export type Reply = string | number | Error | null | readonly Reply[] | ReadonlyMap<string, Reply>;

/** Answers a command; its arguments are bytes, as vectors are. `protocol` is that of the connection. */
export type Answer = (command: readonly Buffer[], protocol: 2 | 3) => Reply | Promise<Reply>;

/** A server that speaks RESP2, and RESP3 to those who ask for it by HELLO, as Redis does. */
export function respServer(answer: Answer): Server {
  return createServer((socket) => {
    socket.on('error', () => {});
    void serve(socket, answer);
  });
}

async function serve(socket: Socket, answer: Answer): Promise<void> {
  let protocol: 2 | 3 = 2;
  let received: Buffer = Buffer.alloc(0);
  try {
    for await (const piece of socket) {
      received = Buffer.concat([received, piece as Buffer]);
      for (let read = commandIn(received); read !== undefined; read = commandIn(received)) {
        received = received.subarray(read.end);
        if (String(read.command[0]).toUpperCase() === 'HELLO') protocol = Number(read.command[1] ?? 2) === 3 ? 3 : 2;
        socket.write(encode(await answer(read.command, protocol), protocol));
      }
    }
  } catch {
    // The client went away.
  }
}

/** The first command in these bytes, an array of bulk strings, and where it ends; `undefined` while a part is missing. */
function commandIn(bytes: Buffer): { command: Buffer[]; end: number } | undefined {
  let at = 0;
  const line = (): string | undefined => {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const text = bytes.toString('latin1', at, end);
    at = end + 2;
    return text;
  };
  const head = line();
  if (head === undefined) return undefined;
  const command: Buffer[] = [];
  while (command.length < Number(head.slice(1))) {
    const size = line();
    if (size === undefined || bytes.length < at + Number(size.slice(1)) + 2) return undefined;
    command.push(bytes.subarray(at, at + Number(size.slice(1))));
    at += Number(size.slice(1)) + 2;
  }
  return { command, end: at };
}

function encode(reply: Reply, protocol: 2 | 3): string {
  if (reply === null) return protocol === 3 ? '_\r\n' : '$-1\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (reply instanceof Error) return `-${reply.message}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  if (reply instanceof Map) {
    const flat = [...reply].flat() as Reply[];
    const head = protocol === 3 ? `%${reply.size}` : `*${flat.length}`;
    return `${head}\r\n${flat.map((each) => encode(each, protocol)).join('')}`;
  }
  const list = reply as readonly Reply[];
  return `*${list.length}\r\n${list.map((each) => encode(each, protocol)).join('')}`;
}
