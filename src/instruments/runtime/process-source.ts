import { readdirSync, readFileSync } from 'node:fs';
import type { Sample, SampleFamily, SampleSource } from '../../metrics/sample-family.js';

type Read = () => Array<Omit<Sample, 'name'>>;

const one = (value: number): Array<Omit<Sample, 'name'>> => [{ labels: {}, value }];
const cpu =
  (pick: (usage: NodeJS.CpuUsage) => number): Read =>
  () =>
    one(pick(process.cpuUsage()) / 1e6);

/** The default metrics of prom-client, under its names, for an application that has no client installed. */
const ROWS: ReadonlyArray<readonly [name: string, type: 'counter' | 'gauge', help: string, read: Read]> = [
  ['process_cpu_user_seconds_total', 'counter', 'User CPU time spent in seconds.', cpu(({ user }) => user)],
  ['process_cpu_system_seconds_total', 'counter', 'System CPU time spent in seconds.', cpu(({ system }) => system)],
  [
    'process_cpu_seconds_total',
    'counter',
    'User and system CPU time spent in seconds.',
    cpu(({ user, system }) => user + system),
  ],
  ['process_start_time_seconds', 'gauge', 'Start time of the process, Unix seconds.', () => one(START)],
  ['process_resident_memory_bytes', 'gauge', 'Resident memory size in bytes.', () => one(process.memoryUsage.rss())],
  ['process_open_fds', 'gauge', 'Number of open file descriptors.', () => one(readdirSync('/proc/self/fd').length)],
  ['process_max_fds', 'gauge', 'Maximum number of open file descriptors.', () => one(maxFiles())],
  [
    'nodejs_heap_size_total_bytes',
    'gauge',
    'Process heap size from Node.js in bytes.',
    () => one(process.memoryUsage().heapTotal),
  ],
  [
    'nodejs_heap_size_used_bytes',
    'gauge',
    'Process heap size used from Node.js in bytes.',
    () => one(process.memoryUsage().heapUsed),
  ],
  [
    'nodejs_external_memory_bytes',
    'gauge',
    'Node.js external memory size in bytes.',
    () => one(process.memoryUsage().external),
  ],
  ['nodejs_active_resources', 'gauge', 'Active resources that keep the event loop alive, by type.', resources],
  ['nodejs_version_info', 'gauge', 'Node.js version info.', version],
];

const START = Math.floor(Date.now() / 1000 - process.uptime());

function maxFiles(): number {
  return Number(/Max open files\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
}

function resources(): Array<Omit<Sample, 'name'>> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, value]) => ({ labels: { type }, value }));
}

function version(): Array<Omit<Sample, 'name'>> {
  const [major, minor, patch] = process.versions.node.split('.');
  return [{ labels: { version: process.version, major, minor, patch }, value: 1 }];
}

/** Reads the process at each scrape. A row that the system does not have (no /proc) is left out. */
export const processSource: SampleSource = {
  name: 'process',
  collect() {
    const families: SampleFamily[] = [];
    for (const [name, type, help, read] of ROWS) {
      try {
        families.push({ name, type, help, samples: read().map((sample) => ({ name, ...sample })) });
      } catch {
        // Another system than Linux has no /proc.
      }
    }
    return families;
  },
};
