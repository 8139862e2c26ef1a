import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';

const MODULE = new URL('interruption.ts', import.meta.url).href;
/** Writes lines until it is interrupted, then removes what it made, as the demo does. */
const PROGRAM = `
  import { onInterrupt } from '${MODULE}';
  const interruption = onInterrupt(() => console.log('ending'));
  const lines = setInterval(() => console.log('a line'), 5);
  interruption.happened.catch(() => {
    clearInterval(lines);
    console.error('cleaned up');
    process.exitCode = interruption.exitCode();
  });
`;

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

async function endedAfter(interrupt: (program: ChildProcess) => void) {
  const options = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', PROGRAM];
  const program = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'pipe'] });
  child = program;
  const said = { stdout: '', stderr: '' };
  program.stdout.on('data', (bytes) => {
    said.stdout += String(bytes);
  });
  program.stderr.on('data', (bytes) => {
    said.stderr += String(bytes);
  });
  await once(program.stdout, 'data');
  interrupt(program);
  const [code] = await once(program, 'close');
  return { ...said, code };
}

it('says at once that it ends on Ctrl+C, and cleans up', async () => {
  const ended = await endedAfter((program) => program.kill('SIGINT'));

  expect(ended).toMatchObject({ code: 130, stderr: 'cleaned up\n' });
  expect(ended.stdout.endsWith('ending\n')).toBe(true);
});

it('cleans up if nobody reads its output any more, as before | head', async () => {
  const ended = await endedAfter((program) => program.stdout?.destroy());

  expect(ended).toMatchObject({ code: 141, stderr: 'cleaned up\n' });
});
