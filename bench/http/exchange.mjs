// A request and its response as a server and Express make them, without the network: a sink stands for the socket.
import { EventEmitter } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { BODY } from './requests.mjs';

/** Takes what a response writes, and tells it so when asked, as a socket does a turn later. */
class Sink extends EventEmitter {
  writable = true;
  destroyed = false;
  writableLength = 0;
  writableHighWaterMark = 16_384;
  bytesRead = 0;
  bytesWritten = 0;
  remoteAddress = '127.0.0.1';
  remotePort = 50_000;
  _writableState = { corked: 0 };
  taken = undefined;

  cork() {}
  uncork() {}
  setTimeout() {}

  write(_chunk, _encoding, taken) {
    if (typeof taken === 'function') this.taken = taken;
    return true;
  }
}

const sink = new Sink();
const app = express();
app.get('/', () => {});
const headers = { host: 'localhost:3000', 'user-agent': 'bench', accept: '*/*' };

export function createExchange({ url, route, status }) {
  const request = new IncomingMessage(sink);
  const response = new ServerResponse(request);
  Object.assign(request, {
    method: 'GET',
    url,
    originalUrl: url,
    baseUrl: '',
    route: { path: route },
    app,
    params: {},
  });
  Object.assign(request, { headers, httpVersionMajor: 1, httpVersionMinor: 1, res: response });
  Object.assign(response, { req: request });
  Object.setPrototypeOf(request, app.request);
  Object.setPrototypeOf(response, app.response);
  return { request, response, status };
}

let current;

/** What the application does with the request. */
function answer() {
  current.response.statusCode = current.status;
  current.response.end(BODY);
}

/** Lets a middleware see the request through to the end, in the order in which a server's events come. */
export function serve(middleware, exchange) {
  const { request, response } = exchange;
  current = exchange;
  response.assignSocket(sink);
  middleware(request, response, answer);
  sink.taken();
  response.detachSocket(sink);
  response.emit('close');
}
