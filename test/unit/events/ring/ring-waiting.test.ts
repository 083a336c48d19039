import { describe, expect, it, vi } from 'vitest';
import { EventEncoder } from '../../../../src/events/encoding/event-encoder.js';
import { createRing } from '../../../../src/events/ring/ring.js';
import { RingReader } from '../../../../src/events/ring/ring-reader.js';

const LONG = 20_000;

function pair(bytes = 8_192) {
  const ring = createRing(bytes);
  const encoder = new EventEncoder(ring, { eventBytes: 512 });
  return { encoder, reader: new RingReader(ring) };
}

/** Whether a promise is settled when what is due has run. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false;
  void promise.then(() => (settled = true));
  await new Promise((resolve) => setTimeout(resolve, 20));
  return settled;
}

describe('a reader that waits', () => {
  it('is woken by a critical event', async () => {
    const { encoder, reader } = pair();
    const waiting = reader.waitForMore(LONG);
    encoder.offer('wide', true, 1, { a: 1 });
    await waiting;
    expect(reader.next()?.critical).toBe(true);
  });

  it('is woken when an eighth of the ring is full, and not before', async () => {
    const { encoder, reader } = pair();
    const waiting = reader.waitForMore(LONG);
    for (let bytes = 0; bytes < 900; bytes += 32) encoder.offer('wide', false, 1, { a: 1 });
    expect(await isSettled(waiting)).toBe(false);
    for (let bytes = 0; bytes < 200; bytes += 32) encoder.offer('wide', false, 1, { a: 1 });
    await waiting;
  });

  it('is woken again after it has emptied a ring that was filling when its writer last looked', async () => {
    const { encoder, reader } = pair();
    for (let bytes = 0; bytes < 2_000; bytes += 32) encoder.offer('wide', false, 1, { a: 1 });
    while (reader.next() !== undefined);
    const waiting = reader.waitForMore(LONG);
    for (let bytes = 0; bytes < 900; bytes += 32) encoder.offer('wide', false, 1, { a: 1 });
    expect(await isSettled(waiting)).toBe(false);
    for (let bytes = 0; bytes < 200; bytes += 32) encoder.offer('wide', false, 1, { a: 1 });
    await waiting;
  });

  it('does not wait where something is there, but for what it was given', async () => {
    const { encoder, reader } = pair();
    encoder.offer('wide', false, 1, { a: 1 });
    await reader.waitForMore(LONG);
    reader.next();
    const waiting = reader.waitForMore(LONG);
    expect(await isSettled(waiting)).toBe(false);
    encoder.offer('wide', true, 1, { a: 1 });
    await waiting;
  });

  it('wakes by itself when the time is over', async () => {
    await pair().reader.waitForMore(1);
  });

  it('is notified once, however much comes', async () => {
    const { encoder, reader } = pair();
    const notify = vi.spyOn(Atomics, 'notify');
    encoder.offer('wide', true, 1, { a: 1 });
    expect(notify).not.toHaveBeenCalled();
    reader.next();
    const waiting = reader.waitForMore(LONG);
    for (let times = 0; times < 20; times++) encoder.offer('wide', true, 1, { a: 1 });
    expect(notify).toHaveBeenCalledTimes(1);
    notify.mockRestore();
    await waiting;
  });
});
