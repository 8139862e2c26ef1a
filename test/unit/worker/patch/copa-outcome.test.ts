import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { copaOutcome } from '../../../../lib/worker/patch/copa-outcome.ts';
import type { TagState } from '../../../../lib/worker/patch/staged-tag.ts';
import type { ToolRun } from '../../../../lib/worker/tools/run-tool.ts';

const OLD = digestOf('old');
const NEW = digestOf('new');
const absent: TagState = { state: 'absent' };
const unknown: TagState = { state: 'unknown', why: 'the registry answered 500' };
const UP_TO_DATE = 'time="…" level=info msg="Image is already up-to-date. No patch was applied."';
const PATCHED = 'time="…" level=info msg="Patched image (linux/amd64): r.test/a:1\\n"';

function exited(code: number, stderr = ''): ToolRun {
  return { end: { how: 'exit', code }, stdout: '', stderr };
}

function present(digest: typeof OLD): TagState {
  return { state: 'present', digest };
}

describe('copaOutcome', () => {
  it.each([
    ['there was no tag before', absent],
    ['the tag was another before', present(OLD)],
  ])('takes a new manifest under the tag for the patch when %s', (_when, before) => {
    const outcome = copaOutcome(exited(0, PATCHED), before, present(NEW));

    expect(outcome).toEqual({ outcome: 'patched', staged: NEW });
  });

  it('believes the registry where the text says that nothing was done', () => {
    const outcome = copaOutcome(exited(0, UP_TO_DATE), absent, present(NEW));

    expect(outcome).toEqual({ outcome: 'patched', staged: NEW });
  });

  it('takes the same manifest for the patch when Copa says that it patched', () => {
    const outcome = copaOutcome(exited(0, PATCHED), present(OLD), present(OLD));

    expect(outcome).toEqual({ outcome: 'patched', staged: OLD });
  });

  it.each([absent, present(OLD)])('finds nothing to do when Copa says so and %o stays', (tag) => {
    const outcome = copaOutcome(exited(0, UP_TO_DATE), tag, tag);

    expect(outcome).toEqual({ outcome: 'nothing-to-do' });
  });

  it.each([
    ['a line of progress', `#7 0.312 ${UP_TO_DATE}`],
    ['the log of a failed step', `------\n > [1/2] RUN x:\n0.312 a\n${UP_TO_DATE}\n------`],
  ])('does not let a program of the image say it by %s', (_how, text) => {
    const outcome = copaOutcome(exited(0, text), absent, absent);

    expect(outcome).toMatchObject({ outcome: 'failed', failure: 'tool-failed' });
  });

  it('does not let a program of the image choose the failure', () => {
    const text = '#7 0.3 unsupported osType\n#7 0.4 connection: Unavailable: x\nError: anything';

    const outcome = copaOutcome(exited(1, text), absent, absent);

    expect(outcome).toMatchObject({ outcome: 'failed', failure: 'tool-failed' });
  });

  it('goes by the last error alone, not by warnings before it', () => {
    const text = [
      'level=warning msg="unable to determine media type: UNAUTHORIZED"',
      'Error: Patch Failed',
      '  failed to solve: unsupported osType photon specified',
      'Error: failed to solve: 1 error occurred:',
      '\t* downloaded package openssl version 1 lower than required 2 for update',
    ].join('\n');

    const outcome = copaOutcome(exited(1, text), absent, absent);

    expect(outcome).toMatchObject({ failure: 'package-manager-failed' });
  });

  it('is a failure when Copa failed, whatever is under the tag', () => {
    const text = 'Error: unsupported osType busybox specified';

    const outcome = copaOutcome(exited(1, text), absent, present(NEW));

    expect(outcome).toEqual({
      outcome: 'failed',
      failure: 'unsupported-os',
      message: `copa exit 1: ${text}`,
    });
  });

  it.each([
    ['unauthorized', { state: 'refused' } as const],
    ['tool-failed', unknown],
  ])('is %s when the tag cannot be read after the patch', (failure, after) => {
    const outcome = copaOutcome(exited(0, PATCHED), absent, after);

    expect(outcome).toMatchObject({ outcome: 'failed', failure });
  });

  it('goes by the text alone when the tag could not be read before', () => {
    const done = copaOutcome(exited(0, PATCHED), unknown, present(NEW));
    const nothing = copaOutcome(exited(0, UP_TO_DATE), unknown, present(OLD));

    expect(done).toEqual({ outcome: 'patched', staged: NEW });
    expect(nothing).toEqual({ outcome: 'nothing-to-do' });
  });

  it('tells a time limit from a container that ends', () => {
    const late = copaOutcome({ ...exited(0), end: { how: 'time-limit' } }, absent, absent);
    const stopped = copaOutcome({ ...exited(0), end: { how: 'stopped' } }, absent, absent);

    expect(late).toMatchObject({ outcome: 'failed', failure: 'timeout' });
    expect(stopped).toEqual({ outcome: 'stopped' });
  });

  it('keeps the message within what a result may hold', () => {
    const outcome = copaOutcome(exited(0, 'x'.repeat(10_000)), absent, absent);

    expect(outcome.outcome === 'failed' && outcome.message.length).toBeLessThanOrEqual(2000);
  });
});
