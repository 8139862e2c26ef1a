import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { WORKER_COMMAND } from '../../../../lib/pipeline/group/container-spec.ts';

/** Reports the debugger's address after it has got a SIGUSR1 and the next signal. */
const PROGRAM = `
  process.on('SIGUSR2', () => {
    console.log(String(require('node:inspector').url()));
    process.exit();
  });
  console.log('ready');
  setInterval(() => undefined, 1000);
`;

it('keeps the debugger of the worker closed when a build step sends SIGUSR1', async () => {
  const flags = WORKER_COMMAND.slice(1, -1);
  const child = spawn(process.execPath, [...flags, '--inspect-port=0', '--eval', PROGRAM], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(child.stdout, 'data');

  child.kill('SIGUSR1');
  child.kill('SIGUSR2');
  await once(child, 'close');

  expect(output).toBe('ready\nundefined\n');
});
