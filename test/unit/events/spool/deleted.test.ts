import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeHost } from '../../../../src/events/spool/host.js';
import type { SpoolWriter } from '../../../../src/events/spool/writer.js';
import { append, idsOf, RealSpool } from './real-spool.js';

const SECONDS_5 = 5_000;
let spool: RealSpool;
let time: number;
let writer: SpoolWriter;
beforeEach(() => {
  time = Date.now();
  spool = new RealSpool({ host: { ...nodeHost, now: () => time, elapsed: () => time } });
  writer = spool.writer(spool.life());
  append(writer, ['before']);
});
afterEach(() => {
  writer.close();
  spool.remove();
});

const event = (id: string) => ({ id, kind: 'wide' as const, critical: false, json: `{"id":"${id}"}`, sinks: 3 });

function later(): void {
  time += SECONDS_5;
  writer.syncIfDue();
}

describe('a spool that somebody deletes while a process writes to it', () => {
  it('gets a new segment within five seconds: nothing goes on into one that nobody finds', () => {
    for (const name of spool.segments) rmSync(join(spool.directory, name));
    later();
    append(writer, ['after']);
    expect(idsOf(spool.reader(spool.life()), 0)).toEqual(['after']);
  });

  it('refuses events within five seconds where the directory is gone, until it is there again', () => {
    const away = `${spool.directory}-away`;
    renameSync(spool.directory, away);
    later();
    expect(writer.append(event('refused'))).toBe('failed');
    mkdirSync(spool.directory);
    later();
    expect(writer.append(event('after'))).toBe('written');
    expect(idsOf(spool.reader(spool.life()), 0)).toEqual(['after']);
    rmSync(away, { recursive: true });
  });

  it('goes on in the same segment where that is still there', () => {
    later();
    append(writer, ['after']);
    expect(spool.segments).toHaveLength(1);
    expect(idsOf(spool.reader(spool.life()), 0)).toEqual(['before', 'after']);
  });
});
