// Runs the demo with what was typed behind `npm run demo --`. It is a program of its own, so that signals reach it.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './project.ts';

await import(pathToFileURL(join(root, 'examples/support-desk/server.mjs')).href);
