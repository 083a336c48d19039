import { nodeFiles } from '../../events/spool/files.js';
import { nodeHost } from '../../events/spool/host.js';
import { type SegmentView, viewSpool } from '../../events/spool/inspect.js';
import { SpoolLock } from '../../events/spool/lock.js';
import { EXIT } from '../command.js';
import type { SpoolAction } from './action.js';

export const inspect: SpoolAction = (directory) => {
  const { segments, cursors, corrupt } = viewSpool(nodeFiles, directory);
  const waiting = sumBySink(segments);
  const oldest = segments.find(({ events }) => events > 0)?.segment?.header.createdAt;
  const json = {
    directory,
    inUse: SpoolLock.isHeld(directory, nodeFiles, nodeHost),
    events: sum(segments, ({ events }) => events),
    bytes: sum(segments, ({ bytes }) => bytes),
    oldestSegment: oldest === undefined ? null : new Date(oldest).toISOString(),
    waiting,
    cleanShutdown: typeof cursors === 'string' ? null : cursors.highWater.clean,
    segments: segments.map((view) => ({
      name: view.name,
      bytes: view.bytes,
      records: view.scan.records,
      events: view.events,
      firstSequence: view.segment?.first ?? 0,
      lastSequence: view.segment?.last ?? 0,
      ended: view.segment?.ended ?? false,
    })),
    corrupt,
  };
  const lines = [
    `${json.events} events in ${segments.length} segments, ${json.bytes} bytes${json.inUse ? ', in use' : ''}`,
    `oldest segment with events: ${json.oldestSegment ?? 'none'}`,
    ...Object.entries(waiting).map(([sink, events]) => `${sink}: ${events} waiting`),
    ...json.segments.map(
      ({ name, bytes, records, events, ended }) =>
        `${name}  ${bytes} bytes  ${records} records  ${events} waiting${ended ? '' : '  open'}`,
    ),
    ...corrupt.map((name) => `${name}  set aside`),
  ];
  return { json, lines, exit: EXIT.ok };
};

function sum(segments: readonly SegmentView[], of: (view: SegmentView) => number): number {
  return segments.reduce((total, view) => total + of(view), 0);
}

function sumBySink(segments: readonly SegmentView[]): Record<string, number> {
  const waiting: Record<string, number> = {};
  for (const view of segments) {
    for (const [sink, events] of Object.entries(view.waiting)) waiting[sink] = (waiting[sink] ?? 0) + events;
  }
  return waiting;
}
