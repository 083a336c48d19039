import { randomBytes } from 'node:crypto';
import { nodeFiles } from '../../events/spool/files.js';
import { nodeHost } from '../../events/spool/host.js';
import { repairSpool } from '../../events/spool/repair.js';
import { EXIT } from '../command.js';
import type { SpoolAction } from './action.js';

export const repair: SpoolAction = (directory) => {
  const repairs = repairSpool(directory, randomBytes(16).toString('hex'), nodeFiles, nodeHost);
  const lines = repairs.length === 0 ? ['nothing to repair'] : repairs.map(({ file, did }) => `${file}: ${did}`);
  return { json: { directory, repairs }, lines, exit: EXIT.ok };
};
