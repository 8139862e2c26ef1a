import { describe, expect, it } from 'vitest';
import { doctorCommand } from '../../../../lib/cli/doctor/doctor-command.ts';
import { runInProcess } from '../../../cli/support/run-in-process.ts';

const doctor = (args: readonly string[], more: Parameters<typeof runInProcess>[1] = {}) =>
  runInProcess(['doctor', ...args], { commands: [doctorCommand], ...more });

describe('the command doctor', () => {
  it('exits with 1 if a check failed, and prints a table or JSON', async () => {
    const table = await doctor([]);
    const json = await doctor(['-o', 'json']);

    expect([table.code, json.code]).toEqual([1, 1]);
    expect(table.stdout).toMatch(/^✗ settings /);
    expect(JSON.parse(json.stdout)).toMatchObject({ command: 'doctor', status: 'fail' });
  });

  it('does not take the function key in the environment for a setting', async () => {
    const run = await doctor(['-o', 'json'], {
      environment: { PATCHWRIGHT_FUNCTION_KEY: 'the-key' },
    });

    expect(run.stdout).toContain('PATCHWRIGHT_REGISTRY is missing');
    expect(run.stdout).not.toContain('PATCHWRIGHT_FUNCTION_KEY');
  });

  it('probes only if asked to', async () => {
    expect((await doctor(['--output', 'json'])).stdout).not.toContain('probe-standard');
    expect((await doctor(['--probe', '--output', 'json'])).stdout).toContain('probe-standard');
  });

  it('exits with 130 after an interruption, with the report', async () => {
    const run = await doctor([], { stop: AbortSignal.abort() });

    expect(run.code).toBe(130);
    expect(run.stdout).toContain('Interrupted: ');
  });

  it.each([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
    [{ TERM: 'dumb' }, false],
  ])(
    'colors the table on a terminal, unless the environment forbids it: %j',
    async (environment, colored) => {
      const run = await doctor([], { environment, terminal: true });

      expect(run.stdout.includes('\u001b[31m✗')).toBe(colored);
    },
  );
});
