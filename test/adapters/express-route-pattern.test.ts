import { describe, expect, it, vi } from 'vitest';
import { endpointOf, watchRouting } from '../../adapters/shared/express/route-pattern.js';
import type { HttpExchange } from '../../src/adapter.js';

const EXCHANGE = Symbol.for('promptheus.http.exchange.v1');

type Next = (error?: unknown) => void;
type Handle = (this: object, request: object, response: object, next: Next) => void;

/** A router of a shape that we know, whose layers do what the test says. */
function routing(name = 'handleRequest', own: 'router' | '_router' = 'router') {
  const original = vi.fn<Handle>();
  const prototype: Record<string, unknown> = { [name]: original };
  const layer = (fields: object) => Object.assign(Object.create(prototype), fields);
  const app = { [own]: { stack: [layer({})] } };
  const exchange = { response: { statusCode: 200, headersSent: true } } as unknown as HttpExchange & {
    response: { statusCode: number; headersSent: boolean };
  };
  /** Lets a layer handle a request, and returns the `next` that it was given. */
  const enter = (fields: object, request: object, next: Next = () => {}): Next => {
    const one = layer(fields);
    one[name](request, { [EXCHANGE]: exchange }, next);
    return original.mock.lastCall?.[2] as Next;
  };
  return { app, prototype, original, layer, exchange, enter };
}

const mount = (rawPath: string) => ({ rawPath });
const route = (path: unknown) => ({ route: { path } });

describe('watchRouting', () => {
  it.each([
    ['handleRequest', 'router'],
    ['handle_request', '_router'],
  ] as const)('wraps %s once for all applications of a copy', (name, own) => {
    const { app, prototype, original } = routing(name, own);
    expect(watchRouting({ app } as never)).toBe(true);
    const watched = prototype[name];
    expect(watched).not.toBe(original);
    expect(watchRouting({ app } as never)).toBe(true);
    expect(prototype[name]).toBe(watched);
  });

  it('leaves a prototype alone that another copy of the package watches', () => {
    const { app, prototype, original } = routing();
    Object.assign(original, { [Symbol.for('promptheus.express.watched.v1')]: true });
    expect(watchRouting({ app } as never)).toBe(true);
    expect(prototype.handleRequest).toBe(original);
    const marked = routing();
    watchRouting({ app: marked.app } as never);
    const watched = marked.prototype.handleRequest as Record<symbol, unknown>;
    expect(watched[Symbol.for('promptheus.express.watched.v1')]).toBe(true);
  });

  it.each([
    ['no router', {}],
    ['a router without layers', { router: { stack: [] } }],
    ['a router without a stack', { router: {} }],
    ['layers of another kind', { router: { stack: [Object.create({ run() {} })] } }],
  ])('finds nothing in an application with %s', (_, app) => {
    expect(watchRouting({ app } as never)).toBe(false);
  });

  it('asks Express 4 for nothing that it throws at', () => {
    const { app } = routing('handle_request', '_router');
    Object.defineProperty(app, 'router', { get: () => expect.fail('app.router was asked') });
    expect(watchRouting({ app } as never)).toBe(true);
  });
});

describe('the endpoint', () => {
  function watching() {
    const made = routing();
    watchRouting({ app: made.app } as never);
    return made;
  }

  it('is that of the route that was entered last, under all its mounts', () => {
    const { enter, exchange } = watching();
    enter(mount('/t/:org'), { url: '/api/users/7', baseUrl: '/t/acme' });
    enter(mount('/api'), { url: '/users/7', baseUrl: '/t/acme/api' });
    enter(route('/users/:id'), { url: '/users/7?x=1', baseUrl: '/t/acme/api' });
    expect(endpointOf(exchange)).toBe('/t/:org/api/users/:id');
  });

  it('is that of the mount for the index of its router, and / for that of the application', () => {
    const inRouter = watching();
    inRouter.enter(mount('/users//'), { url: '/', baseUrl: '/users' });
    inRouter.enter(route('/'), { url: '/', baseUrl: '/users' });
    expect(endpointOf(inRouter.exchange)).toBe('/users');
    const inApplication = watching();
    inApplication.enter(route('/'), { url: '/' });
    expect(endpointOf(inApplication.exchange)).toBe('/');
  });

  it('needs no base path where a framework gives none', () => {
    const { enter, exchange } = watching();
    enter(mount('/a'), { url: '/a/x' });
    enter(route('/x'), { url: '/x' });
    expect(endpointOf(exchange)).toBe('/a/x');
  });

  it('is that of the mount and a star where no route answered, and unmatched where none did', () => {
    const { enter, exchange } = watching();
    expect(endpointOf(exchange)).toBe('unmatched');
    enter(mount('/static'), { url: '/hello.txt', baseUrl: '/static' });
    expect(endpointOf(exchange)).toBe('/static/*');
    exchange.response.statusCode = 399;
    expect(endpointOf(exchange)).toBe('/static/*');
    exchange.response.statusCode = 400;
    expect(endpointOf(exchange)).toBe('unmatched');
    Object.assign(exchange.response, { statusCode: 200, headersSent: false });
    expect(endpointOf(exchange)).toBe('unmatched');
  });

  it.each([undefined, null, 'route', 'router'])('is no more that of a route that passed on with %s', (passed) => {
    const { enter, exchange } = watching();
    const seen: unknown[] = [];
    const next = enter(route('/a'), { url: '/a' }, (error) => seen.push(error));
    next(passed);
    expect(endpointOf(exchange)).toBe('unmatched');
    expect(seen).toEqual([passed]);
  });

  it('stays that of a route that failed', () => {
    const { enter, exchange } = watching();
    enter(route('/a'), { url: '/a' })(new Error('failed'));
    expect(endpointOf(exchange)).toBe('/a');
  });

  it('leaves a mount that passed on, with an error or without', () => {
    for (const error of [undefined, new Error('failed')]) {
      const { enter, exchange } = watching();
      const seen: unknown[] = [];
      enter(mount('/outer'), { url: '/in', baseUrl: '/outer' });
      enter(mount('/in'), { url: '/', baseUrl: '/outer/in' }, (passed) => seen.push(passed))(error);
      expect(endpointOf(exchange)).toBe('/outer/*');
      expect(seen).toEqual([error]);
    }
  });

  it.each([
    ['a middleware at / of router 2', { slash: true }],
    ['a middleware at / of router 2.3', { rawPath: '/' }],
    ['a middleware at / of Express 4', { regexp: Object.assign(/^\//, { fast_slash: true }) }],
    ['a handler within a route', { method: 'get', rawPath: '/x' }],
  ])('is not changed by %s', (_, fields) => {
    const { enter, exchange } = watching();
    enter(mount('/static'), { url: '/x', baseUrl: '/static' });
    const next = () => {};
    expect(enter(fields, { url: '/x', baseUrl: '/static' }, next)).toBe(next);
    expect(endpointOf(exchange)).toBe('/static/*');
  });

  it('is unknown where a mount is, or where a router was entered behind our back', () => {
    const unknownMount = watching();
    unknownMount.enter({}, { url: '/x', baseUrl: '/a' });
    expect(endpointOf(unknownMount.exchange)).toBe('unknown');
    unknownMount.enter(mount('/b'), { url: '/x', baseUrl: '/a/b' });
    expect(endpointOf(unknownMount.exchange)).toBe('unknown');
    unknownMount.enter(route('/x'), { url: '/x', baseUrl: '/a/b' });
    expect(endpointOf(unknownMount.exchange)).toBe('unknown');
    const moved = watching();
    moved.enter(mount('/a'), { url: '/x', baseUrl: '/a' });
    moved.enter(mount('/c'), { url: '/x', baseUrl: '/b/c' });
    expect(endpointOf(moved.exchange)).toBe('unknown');
    const routed = watching();
    routed.enter(route('/x'), { url: '/x', baseUrl: '/elsewhere' });
    expect(endpointOf(routed.exchange)).toBe('unknown');
  });

  it('is unknown where reading a layer throws', () => {
    const { enter, exchange } = watching();
    const route = {
      get path(): never {
        throw new Error('hostile');
      },
    };
    enter({ route }, { url: '/x' });
    expect(endpointOf(exchange)).toBe('unknown');
  });

  it('is read of a layer once, where it has one path', () => {
    const { layer, exchange } = watching();
    const patternOf = (one: { handleRequest: Handle }, url: string) => {
      one.handleRequest({ url }, { [EXCHANGE]: exchange }, () => {});
      return endpointOf(exchange);
    };
    const single = layer(route('/a/:id'));
    expect(patternOf(single, '/a/1')).toBe('/a/:id');
    single.route = { path: '/changed' };
    expect(patternOf(single, '/a/2')).toBe('/a/:id');
    const matchers = ['/a', '/b'].map((path) => (asked: string) => asked === path);
    const several = layer({ ...route(['/a', '/b']), matchers });
    expect([patternOf(several, '/a'), patternOf(several, '/b')]).toEqual(['/a', '/b']);
  });

  it('costs nothing where a request is not measured', () => {
    const { layer, original } = watching();
    const [request, response, next] = [{ url: '/a' }, {}, () => {}];
    layer(route('/a')).handleRequest(request, response, next);
    expect(original).toHaveBeenCalledWith(request, response, next);
  });
});
