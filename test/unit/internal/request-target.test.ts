import { describe, expect, it } from 'vitest';
import { pathOfTarget } from '../../../src/internal/request-target.js';

describe("the path of a request's target", () => {
  it.each([
    ['/metrics', '/metrics'],
    ['/metrics?x=/y', '/metrics'],
    ['/?', '/'],
    ['?x', '/'],
    ['', '/'],
    [undefined, '/'],
    ['//evil.example/metrics', '//evil.example/metrics'],
    ['http://x/metrics?y', '/metrics'],
    ['HTTPS://user@x:8080/a//b', '/a//b'],
    ['http://x', '/'],
    ['http://x?y', '/'],
    ['*', '*'],
    ['x:443', 'x:443'],
    ['/http://x/metrics', '/http://x/metrics'],
  ])('%s: %s', (target, path) => {
    expect(pathOfTarget(target)).toBe(path);
  });
});
