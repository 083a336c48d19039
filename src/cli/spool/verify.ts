import { nodeFiles } from '../../events/spool/files.js';
import { nodeHost } from '../../events/spool/host.js';
import { type SegmentView, viewSpool } from '../../events/spool/inspect.js';
import { SpoolLock } from '../../events/spool/lock.js';
import { EXIT } from '../command.js';
import type { SpoolAction } from './action.js';

export const verify: SpoolAction = (directory) => {
  // Told first: a segment that ends within a record is then one that is being written.
  const inUse = SpoolLock.isHeld(directory, nodeFiles, nodeHost);
  const { segments, cursors } = viewSpool(nodeFiles, directory);
  const problems = [
    ...(cursors === 'lost' ? [{ file: 'cursors.json', problem: 'damaged' }] : []),
    ...segments.flatMap((view) => problemsOf(view, inUse).map((problem) => ({ file: view.name, problem }))),
  ];
  const records = segments.reduce((sum, { scan }) => sum + scan.records, 0);
  const lines = [
    ...problems.map(({ file, problem }) => `${file}: ${problem}`),
    `${records} records in ${segments.length} segments, ${problems.length} problems`,
  ];
  return {
    json: { directory, inUse, records, segments: segments.length, problems },
    lines,
    exit: problems.length > 0 ? EXIT.wrong : EXIT.ok,
  };
};

function problemsOf({ header, segment, scan }: SegmentView, inUse: boolean): string[] {
  if (header === 'newer') return ['written by another version of promptheus'];
  if (header === 'short') return inUse ? [] : ['ends within its header'];
  if (header === 'damaged') return ['its header is damaged'];
  const problems = scan.damaged.map(({ offset, length }) => `${length} bytes at ${offset} are no record`);
  const { tail } = scan;
  if (tail !== undefined && !inUse)
    problems.push(
      `${tail.length} bytes at ${tail.offset} are ${tail.torn ? 'the beginning of a record' : 'no record'}`,
    );
  if (tail === undefined && segment?.ended === false && !inUse)
    problems.push('its process died before it marked the end');
  return problems;
}
