import { createRequire } from 'node:module';
import { describe, expect, it, vi } from 'vitest';
import { type Layer, layerPattern } from '../../adapters/shared/express/layer-pattern.js';
import { onEveryExpress } from './express-rows.js';

type Declared = string | RegExp | ReadonlyArray<string | RegExp | readonly string[]>;
type Case = [what: string, declared: Declared, own: string, pattern: string | undefined];

/** What a mount is found to be declared as, by the path that it took. */
const MOUNTS: readonly Case[] = [
  ['a path', '/a', '/a', '/a'],
  ['a param', '/a/:id', '/a/7', '/a/:id'],
  ['two params', '/a/:id/b/:c', '/a/7/b/8', '/a/:id/b/:c'],
  ['a param first', '/:org/a', '/acme/a', '/:org/a'],
  ['a param with the value of the literal before it', '/7q/:x', '/7q/7q', '/7q/:x'],
  ['a param with a digit in its name', '/a/:id2', '/a/7', '/a/:id2'],
  ['dots and dashes', '/a.b/c-d', '/a.b/c-d', '/a.b/c-d'],
  ['the letters of the probe itself', '/q7/x3', '/q7/x3', '/q7/x3'],
  ['the first of several', ['/a/:x', '/b/:y', '/c'], '/a/7', '/a/:x'],
  ['the second of several', ['/a/:x', '/b/:y', '/c'], '/b/7', '/b/:y'],
  ['the last of several', ['/a/:x', '/b/:y/:z', '/c/:w'], '/c/7', '/c/:w'],
  ['one of several in a list of lists', [['/a/:x'], ['/b/:y']], '/b/7', '/b/:y'],
  ['one beside an expression with a group', [/^\/r\/(\d+)/, '/s/:x'], '/s/7', '/s/:x'],
  ['none of several', ['/a', '/b'], '/none', undefined],
];

/** Where the versions differ: router 2.2 holds closures, so it says the letters that were sent, and no expression. */
const DIFFERENT: Readonly<Record<string, readonly Case[]>> = {
  'Express 5.3': [
    ['upper case', '/Users', '/uSers', '/Users'],
    ['an expression', /^\/r\/\d+/, '/r/12', '^\\/r\\/\\d+'],
    ['an expression with a group', /^\/r\/(\d+)/, '/r/12', '^\\/r\\/(\\d+)'],
    ['an optional part', '/o{/:a}', '/o/x', '/o{/:a}'],
    ['two params in a segment', '/n/:a-:b', '/n/7-8', '/n/:a-:b'],
    ['a param whose name begins with a digit', '/a/:"2fa"', '/a/7', '/a/:"2fa"'],
  ],
  'Express 5.2, router 2.2': [
    ['upper case', '/Users', '/uSers', '/users'],
    ['an expression', /^\/r\/\d+/, '/r/12', undefined],
    ['an expression with a group', /^\/r\/(\d+)/, '/r/12', undefined],
    ['an expression with a name', /^\/r\/(?<num>\d+)/, '/r/12', undefined],
    ['an expression with a digit', /^\/r\d/, '/r5', undefined],
    ['an expression with the digit of the probe', /^\/r\d/, '/r7', undefined],
    ['an expression of letters', /^\/r[a-z]/, '/rq', undefined],
    ['an expression that takes any segment', /^\/r\/[^/]+/, '/r/12', undefined],
    ['an optional part that is there', '/o{/:a}', '/o/x', '/o/:a'],
    ['an optional part that is not', '/o{/:a}', '/o', '/o'],
    ['an optional part without a param', '/o{/b}', '/o/b', '/o/b'],
    ['two params in a segment', '/n/:a-:b', '/n/7-8', undefined],
    ['a param whose name begins with a digit', '/a/:"2fa"', '/a/7', '/a/:2fa'],
    ['an expression with eleven groups', /^\/r(a)?(b)?(c)?(d)?(e)?(f)?(g)?(h)?(i)?(j)?\/([^/]+)/, '/r/12', undefined],
  ],
  'Express 4.22': [
    ['upper case', '/Users', '/uSers', '/Users'],
    ['an expression', /^\/r\/\d+/, '/r/12', '^\\/r\\/\\d+'],
    ['an expression with a group', /^\/r\/(\d+)/, '/r/12', '^\\/r\\/(\\d+)'],
    ['an expression that ends as a string does', /^\/r\d+\/?(?=\/|$)/, '/r12', '^\\/r\\d+\\/?(?=\\/|$)'],
    ['an expression with one before it', ['/s/:x', /^\/r\/(\d+)/], '/r/12', '^\\/r\\/(\\d+)'],
    ['an expression without a start', /\/r/, '/r', '\\/r'],
    ['one without a start that ends as a string does', /\/r\/?(?=\/|$)/, '/r', '\\/r\\/?(?=\\/|$)'],
    ['an optional param', '/o/:a?', '/o', '/o/:a?'],
    ['a wildcard', '/w/*', '/w/x/y', '/w/*'],
    ['a param of digits', '/n/:a(\\d+)', '/n/7', '/n/:a'],
    ['two params in a segment', '/n/:a-:b', '/n/7-8', '/n/:a-:b'],
    ['a param after a dot', '/f/:a.:b', '/f/x.y', '/f/:a.:b'],
    ['one of two words', '/n/(x|y)', '/n/x', '^\\/n\\/(?:x|y)\\/?(?=\\/|$)'],
    ['a letter that may be missing', '/ab?cd', '/abcd', '/ab?cd'],
    ['a param whose name begins with a digit', '/a/:2fa', '/a/7', '/a/:2fa'],
  ],
};

const ROUTES: readonly Case[] = [
  ['a path', '/a/:id', '/a/7', '/a/:id'],
  ['an expression', /^\/r\/\d+$/, '/r/7', '^\\/r\\/\\d+$'],
  ['one of several', ['/a/:id', /^\/b/, '/c'], '/b', '^\\/b'],
  ['another of several', ['/a/:id', /^\/b/, '/c'], '/C', '/c'],
  ['none of several', ['/a/:id', /^\/b/, '/c'], '/none', undefined],
];

onEveryExpress(({ name }, from) => {
  // biome-ignore lint/suspicious/noExplicitAny: three versions of Express stand here, each with types of its own.
  const layerOf = (add: (router: any) => void, options?: object): Layer => {
    const router = createRequire(from)('express').Router(options);
    add(router);
    return router.stack[0];
  };

  it.each([...MOUNTS, ...(DIFFERENT[name] ?? [])])('a mount at %s: %s took %s', (_what, declared, own, pattern) => {
    const layer = layerOf((router) => router.use(declared, () => {}));
    const before = { ...layer };
    for (const rest of ['', '/further']) {
      expect(layerPattern(layer, own + rest, own)).toBe(pattern);
      // The layer is shared by all requests.
      expect({ ...layer }).toEqual(before);
    }
  });

  it.each(['/API', '/api', '/Api'])('a mount at %s, of a router that minds the case', (declared) => {
    const layer = layerOf((router) => router.use(declared, () => {}), { caseSensitive: true });
    expect(layerPattern(layer, `${declared}/x`, declared)).toBe(declared);
  });

  it.each(ROUTES)('a route at %s: %s took %s', (_what, declared, path, pattern) => {
    const layer = layerOf((router) => router.get(declared, () => {}));
    expect(layerPattern(layer, path, path)).toBe(pattern);
  });
});

describe('a layer of a kind that is not known', () => {
  it.each<[what: string, layer: object]>([
    ['nothing', {}],
    ['a path that is none', { rawPath: 5 }],
    ['a list beside nothing that matches', { rawPath: ['/a'] }],
    ['more matchers than paths', { rawPath: ['/a'], matchers: [() => true, () => true] }],
    ['a match that is no answer', { match: () => 'yes', path: '/a', params: {} }],
    ['no match, of the path', { match: () => false, path: '/a', params: {} }],
    ['a match of less than the path', { match: () => true, path: '', params: {} }],
  ])('is not found out: %s', (_, layer) => {
    expect(layerPattern(layer as Layer, '/a', '/a')).toBeUndefined();
  });

  it.each<[what: string, regexp: RegExp, keys: Layer['keys']]>([
    ['a group that no key names', /^\/a\/(?:([^/]+?))\/?$/, []],
    ['no keys', /^\/a\/(?:([^/]+?))\/?$/, undefined],
    ['a key without a name', /^\/a\/(?:([^/]+?))\/?$/, [{ name: 0 }]],
    ['a group that never ends, to a reader of brackets', /^\/x(?:[(])*\/?$/, [{ name: 'a' }]],
    ['what a path cannot have', /^\/a[b-z]c\/?$/, []],
    ['one that goes on behind the end of a path', /^\/a\/?(?=\/|$)\/y/, []],
  ])('stands for itself: %s', (_, regexp, keys) => {
    const path = ['/abc', '/a/x', '/x', '/a/y'].find((one) => regexp.test(one)) as string;
    expect(layerPattern({ regexp, ...(keys && { keys }) }, path, path)).toBe(regexp.source);
  });
});

describe('a layer of Express 4', () => {
  it('may have brackets in a group of its own, escaped', () => {
    const layer = { regexp: /^\/a\/(?:([^/]+?)\))\/?$/, keys: [{ name: 'x' }] };
    expect(layerPattern(layer, '/a/b)', '/a/b)')).toBe('/a/:x');
  });
});

describe('a layer that only tells what matches', () => {
  /** A mount at `/o{/:a}`, and how often it is asked. */
  function optional(matchers: Layer['matchers'] | undefined) {
    const asked = vi.fn();
    const layer: Layer = {
      ...(matchers && { matchers }),
      match(path) {
        asked();
        const [, a] = /^\/o(?:\/([^/]+))?$/i.exec(path) ?? [];
        Object.assign(this, { path, params: a === undefined ? {} : { a } });
        return /^\/o(?:\/[^/]+)?$/i.test(path);
      },
    };
    const ask = (path: string) => {
      asked.mockClear();
      return [layerPattern(layer, path, path), asked.mock.calls.length > 0];
    };
    return ask;
  }

  it('is asked once for each of its patterns', () => {
    const ask = optional([() => true]);
    expect(ask('/o/1')).toEqual(['/o/:a', true]);
    expect(ask('/O/2')).toEqual(['/o/:a', false]);
    expect(ask('/o')).toEqual(['/o', true]);
    expect(ask('/o')).toEqual(['/o', false]);
    expect(ask('/o/3')).toEqual(['/o/:a', false]);
    expect(ask('/p')).toEqual([undefined, true]);
    expect(ask('/p')).toEqual([undefined, true]);
  });

  it.each([
    ['several matchers', [() => true, () => true]],
    ['none', undefined],
  ])('is asked each time where it has %s', (_, matchers) => {
    const ask = optional(matchers);
    expect(ask('/o/1')).toEqual(['/o/:a', true]);
    expect(ask('/o/1')).toEqual(['/o/:a', true]);
  });
});
