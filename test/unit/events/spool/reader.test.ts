import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SpoolReader } from '../../../../src/events/spool/reader.js';
import { append, idsOf, numbered, RealSpool } from './real-spool.js';

let spool: RealSpool;
beforeEach(() => void (spool = new RealSpool({ syncIntervalMs: 0 })));
afterEach(() => spool.remove());

function flip(id: string): (bytes: Buffer) => Buffer {
  return (bytes) => {
    bytes[bytes.lastIndexOf(id) + 2]! ^= 1;
    return bytes;
  };
}

describe('reading', () => {
  it('gives each sink its own events, oldest first, as they were given', () => {
    const options = spool.life();
    const writer = spool.writer(options);
    const reader = spool.reader(options);
    writer.append({ id: 'x', kind: 'wide', critical: true, json: '{"event_id":"x","a":"ü\u2028"}', sinks: 3 });
    writer.append({ id: 'y', kind: 'operation', critical: false, json: '{"event_id":"y"}', sinks: 2 });
    expect(reader.read(0, 9), 'not looked yet').toEqual([]);
    reader.refresh();
    expect(reader.counts).toMatchObject({ events: 2, perSink: [1, 2] });
    expect(reader.read(0, 9)).toMatchObject([
      { id: 'x', kind: 'wide', critical: true, json: '{"event_id":"x","a":"ü\u2028"}' },
    ]);
    expect(reader.read(1, 1)).toMatchObject([{ id: 'x' }]);
    expect(reader.read(1, 9)).toMatchObject([{ id: 'y', kind: 'operation', critical: false }]);
    expect(reader.read(1, 9), 'handed out once').toEqual([]);
  });

  it('gives what was given back once more, and nothing else', () => {
    spool.written(numbered(6));
    const reader = spool.reader(spool.life());
    const [first, second, third] = [reader.read(0, 2), reader.read(0, 2), reader.read(0, 2)];
    reader.settle(0, first);
    reader.giveBack(0, second);
    expect(idsOf(reader, 0)).toEqual(['event-002', 'event-003']);
    reader.settle(0, third);
    expect(reader.counts).toMatchObject({ events: 6, perSink: [2, 6] });
  });

  it('removes a segment when every sink has settled it, in whatever order', () => {
    spool.written(numbered(3));
    spool.written(numbered(3, 3));
    const reader = spool.reader(spool.life());
    const [a, b] = [reader.read(0, 9), reader.read(1, 9)];
    reader.settle(0, a.slice(3));
    reader.settle(1, b.reverse());
    expect(spool.segments).toHaveLength(1);
    reader.settle(0, a);
    expect(spool.segments).toHaveLength(0);
    expect(reader.counts).toEqual({ events: 0, bytes: 0, perSink: [0, 0] });
    reader.settle(0, a);
    expect(reader.counts.perSink, 'settled twice').toEqual([0, 0]);
  });

  it('takes what was settled out of order for settled after a kill', () => {
    spool.written(numbered(6));
    const reader = spool.reader(spool.life());
    reader.settle(
      0,
      reader.read(0, 9).filter((_, at) => at % 2 === 1),
    );
    expect(idsOf(spool.reader(spool.life()), 0)).toEqual(['event-000', 'event-002', 'event-004']);
  });

  it('keeps what is for a sink that is not there, says so, and gives it when the sink is back', () => {
    spool.written(numbered(2), 3);
    const only = SpoolReader.open(spool.directory, ['b', 'new'], spool.life());
    expect(only.report).toMatchObject({ recovered: 2, unclaimed: { a: 2 } });
    expect(only.read(1, 9)).toEqual([]);
    only.settle(0, only.read(0, 9));
    only.close();
    const reader = spool.reader(spool.life());
    expect([idsOf(reader, 0), idsOf(reader, 1)]).toEqual([numbered(2), []]);
    expect(reader.report).toMatchObject({ gaps: 0, corrupt: 0, unclaimed: {} });
  });

  it('tells what was left here from what its own process has written before it', () => {
    spool.written(numbered(3));
    const options = spool.life();
    append(spool.writer(options), numbered(2, 3));
    const reader = spool.reader(options);
    expect(reader.report.recovered).toBe(3);
    expect(reader.counts.events).toBe(5);
  });

  it('goes on where a reader of the same process has died', () => {
    const options = spool.life();
    const writer = spool.writer(options);
    append(writer, numbered(4));
    const dead = spool.reader(options);
    dead.settle(0, dead.read(0, 2));
    const reader = spool.reader(options);
    expect(idsOf(reader, 0)).toEqual(['event-002', 'event-003']);
    expect(reader.report).toMatchObject({ uncleanShutdown: false, recovered: 0 });
    append(writer, numbered(1, 4));
    reader.refresh();
    expect(idsOf(reader, 0)).toEqual(['event-004']);
  });
});

describe('a record that is being written', () => {
  it('is not there yet', () => {
    const options = spool.life();
    const writer = spool.writer(options);
    const reader = spool.reader(options);
    append(writer, numbered(2));
    const path = join(spool.directory, spool.segments[0]!);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, -5));
    reader.refresh();
    expect(idsOf(reader, 0)).toEqual(['event-000']);
    expect(readFileSync(path)).toHaveLength(whole.length - 5);
    writeFileSync(path, whole);
    reader.refresh();
    expect(idsOf(reader, 0)).toEqual(['event-001']);
    expect(reader.report).toMatchObject({ torn: 0, corrupt: 0, gaps: 0 });
  });

  it('is cut when its process is dead', () => {
    spool.written(numbered(3));
    spool.change(spool.segments[0]!, (bytes) => bytes.subarray(0, -30));
    const reader = spool.reader(spool.life());
    expect(idsOf(reader, 0)).toEqual(numbered(2));
    const found = { recovered: 2, torn: 1, corrupt: 0, gaps: 0, uncleanShutdown: true };
    expect(reader.report).toMatchObject(found);
    expect(spool.corrupt).toEqual([]);
    reader.close();
    expect(spool.reader(spool.life()).report).toMatchObject({ torn: 0, uncleanShutdown: false });
  });
});

describe('damage', () => {
  it.each<[string, (bytes: Buffer) => Buffer, string[]]>([
    ['in the text of an event', flip('event-002'), ['event-002']],
    ['in the text of the last event', flip('event-005'), ['event-005']],
    [
      'in a length',
      (bytes) => bytes.fill(0xff, bytes.lastIndexOf('event-002') - 40, bytes.lastIndexOf('event-002') - 30),
      ['event-001', 'event-002'],
    ],
    [
      'of many bytes',
      (bytes) => bytes.fill(0, bytes.indexOf('event-001'), bytes.lastIndexOf('event-003')),
      ['event-001', 'event-002', 'event-003'],
    ],
  ])('%s loses that, and nothing else', (_, change, lost) => {
    spool.written(numbered(6));
    spool.change(spool.segments[0]!, change);
    const reader = spool.reader(spool.life());
    const found = idsOf(reader, 0);
    expect(numbered(6).filter((id) => !found.includes(id) && !lost.includes(id))).toEqual([]);
    expect(reader.report.corrupt).toBe(6 - found.length);
    expect(reader.report).toMatchObject({ torn: 0, gaps: 0 });
    expect(found.length).toBeLessThan(6);
    expect(spool.corrupt).toHaveLength(1);
    for (const sink of [0, 1]) reader.settle(sink, [...reader.read(sink, 9)]);
  });

  it('does not keep a segment from being removed', () => {
    spool.written(numbered(3));
    spool.change(spool.segments[0]!, flip('event-001'));
    const reader = spool.reader(spool.life());
    for (const sink of [0, 1]) reader.settle(sink, reader.read(sink, 9));
    expect(spool.segments).toEqual([]);
  });

  it('that comes after the spool was opened is counted as lost, for each sink', () => {
    spool.written(numbered(4));
    const reader = spool.reader(spool.life());
    spool.change(spool.segments[0]!, flip('event-001'));
    expect(idsOf(reader, 0)).toEqual(['event-000', 'event-002', 'event-003']);
    expect(reader.lost).toEqual({ events: 1, perSink: [1, 1] });
    expect(reader.counts).toMatchObject({ events: 3, perSink: [3, 3] });
    expect(reader.report.corrupt).toBe(1);
  });

  it('that is found as the spool is opened is counted as lost where it was of this process, and nobody saw it before', () => {
    spool.written(numbered(2));
    spool.change(spool.segments[0]!, flip('event-001'));
    const options = spool.life();
    append(spool.writer(options), numbered(3, 2));
    spool.change(spool.segments[1]!, flip('event-003'));
    const reader = spool.reader(options);
    expect(reader.report.corrupt).toBe(2);
    expect(reader.lost).toEqual({ events: 1, perSink: [1, 1] });
    expect(idsOf(reader, 0)).toEqual(['event-000', 'event-002', 'event-004']);
  });

  it('of a header sets the segment aside', () => {
    spool.written(numbered(2));
    spool.change(spool.segments[0]!, (bytes) => bytes.fill(1, 17, 18));
    expect(spool.reader(spool.life()).counts.events).toBe(0);
    expect(spool.segments).toEqual([]);
    expect(spool.corrupt).toHaveLength(1);
  });

  it('of the cursors makes events come again, and says so', () => {
    spool.written(numbered(2));
    const before = spool.reader(spool.life());
    before.settle(0, before.read(0, 9));
    before.close();
    spool.change('cursors.json', (bytes) => bytes.fill(0x20, 3, 9));
    const reader = spool.reader(spool.life());
    expect(reader.report).toMatchObject({ cursorsLost: true, recovered: 2, gaps: 0 });
    expect(idsOf(reader, 0)).toEqual(numbered(2));
  });

  it('leaves alone what another version wrote', () => {
    spool.written(numbered(2));
    const [name = ''] = spool.segments;
    spool.change(name, (bytes) => bytes.fill(9, 8, 9));
    const reader = spool.reader(spool.life());
    expect(reader.counts.events).toBe(0);
    reader.close();
    expect(spool.segments).toEqual([name]);
  });
});

describe('a segment that is missing', () => {
  it('is counted, and the next is read', () => {
    spool.written(numbered(2));
    spool.written(numbered(3, 2));
    spool.reader(spool.life()).close();
    rmSync(join(spool.directory, spool.segments[0]!));
    const reader = spool.reader(spool.life());
    expect(reader.report).toMatchObject({ gaps: 2, recovered: 3, corrupt: 0 });
    expect(idsOf(reader, 0)).toEqual(numbered(3, 2));
    reader.close();
    expect(spool.reader(spool.life()).report.gaps, 'once').toBe(0);
  });

  it('is lost where it goes while it is being read', () => {
    spool.written(numbered(2));
    spool.written(numbered(3, 2));
    const reader = spool.reader(spool.life());
    rmSync(join(spool.directory, spool.segments[0]!));
    reader.refresh();
    expect(reader.lost).toEqual({ events: 2, perSink: [2, 2] });
    expect(reader.report.gaps).toBe(2);
    expect(reader.counts).toMatchObject({ events: 3, perSink: [3, 3] });
    expect(idsOf(reader, 1)).toEqual(numbered(3, 2));
  });
});

describe('what the next process is told', () => {
  it('is the most that was in memory only, if this one dies', () => {
    spool.reader({ ...spool.life(), memoryMost: 64 });
    expect(spool.reader(spool.life()).report).toMatchObject({ uncleanShutdown: true, lostUnknownMax: 64 });
  });

  it('is that, too, where nothing tells of this one but what it wrote', () => {
    append(spool.writer(spool.life()), numbered(2));
    const options = { ...spool.life(), memoryMost: 64 };
    expect(spool.reader(options).report).toMatchObject({ uncleanShutdown: true, lostUnknownMax: 64 + 16_384 });
  });

  it('is nothing of it after a clean end', () => {
    const options = { ...spool.life(), memoryMost: 64 };
    const writer = spool.writer(options);
    const reader = spool.reader(options);
    append(writer, numbered(2));
    writer.close();
    reader.close();
    expect(spool.reader(spool.life()).report).toMatchObject({
      uncleanShutdown: false,
      lostUnknownMax: 0,
      recovered: 2,
    });
  });

  it('is a clean end where the writer of a thread that died was left open, and its successor was not', () => {
    const options = { ...spool.life(), takesOver: true };
    append(spool.writer(options), numbered(2));
    const reader = spool.reader(options);
    expect(reader.lastAppended).toBe('event-001');
    const writer = spool.writer(options);
    for (const sink of [0, 1]) reader.settle(sink, reader.read(sink, 9));
    reader.sync();
    expect(spool.segments, 'what the dead one has written is gone when it is settled').toHaveLength(1);
    writer.close();
    reader.close();
    expect(spool.reader(spool.life()).report).toMatchObject({ uncleanShutdown: false, lostUnknownMax: 0 });
  });

  it('is no clean end when a writer was left open', () => {
    const options = spool.life();
    append(spool.writer(options), numbered(2));
    spool.reader(options).close();
    expect(spool.reader(spool.life()).report.uncleanShutdown).toBe(true);
  });
});
