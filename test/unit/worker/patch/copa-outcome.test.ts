import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { copaOutcome } from '../../../../worker/patch/copa-outcome.ts';
import type { TagState } from '../../../../worker/patch/staged-tag.ts';
import type { ToolRun } from '../../../../worker/tools/run-tool.ts';

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
  ])('is patched with the new manifest under the tag if %s', (_when, before) => {
    const outcome = copaOutcome(exited(0, PATCHED), before, present(NEW));

    expect(outcome).toEqual({ outcome: 'patched', staged: NEW });
  });

  it('is patched with the new manifest even if Copa says that it did nothing', () => {
    const outcome = copaOutcome(exited(0, UP_TO_DATE), absent, present(NEW));

    expect(outcome).toEqual({ outcome: 'patched', staged: NEW });
  });

  it('is patched with an unchanged manifest if Copa says that it patched', () => {
    const outcome = copaOutcome(exited(0, PATCHED), present(OLD), present(OLD));

    expect(outcome).toEqual({ outcome: 'patched', staged: OLD });
  });

  it.each([absent, present(OLD)])(
    'is nothing-to-do if Copa says so and the tag stays %o',
    (tag) => {
      const outcome = copaOutcome(exited(0, UP_TO_DATE), tag, tag);

      expect(outcome).toEqual({ outcome: 'nothing-to-do' });
    },
  );

  it.each([
    ['a line of progress', `#7 0.312 ${UP_TO_DATE}`],
    ['the log of a failed step', `------\n > [1/2] RUN x:\n0.312 a\n${UP_TO_DATE}\n------`],
  ])('ignores a statement of Copa that a program of the image forges in %s', (_how, text) => {
    const outcome = copaOutcome(exited(0, text), absent, absent);

    expect(outcome).toMatchObject({ outcome: 'failed', failure: 'tool-failed' });
  });

  it('ignores failures that a program of the image forges', () => {
    const text = '#7 0.3 unsupported osType\n#7 0.4 connection: Unavailable: x\nError: anything';

    const outcome = copaOutcome(exited(1, text), absent, absent);

    expect(outcome).toMatchObject({ outcome: 'failed', failure: 'tool-failed' });
  });

  it('is unsupported-os with BuildKit if the image has no apt-get', () => {
    const text = [
      '#9 0.121 runc run failed: unable to start container process: exec: "apt-get": executable file not found in $PATH',
      'Error: failed to solve: process "apt-get -o Acquire::Retries=3 update" did not complete successfully: exit code: 1',
    ].join('\n');

    const outcome = copaOutcome(exited(1, text), absent, absent);

    expect(outcome).toMatchObject({
      failure: 'unsupported-os',
      message: expect.stringContaining('exec: "apt-get": executable file not found'),
    });
  });

  it('classifies only the last error, not earlier errors and warnings', () => {
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

  it.each([
    ['package-manager-failed', ''],
    ['needs-proc', ': patchwright-builder: needs-proc: the output mentions /proc'],
  ])("keeps the package manager's output with %s", (failure, why) => {
    const text = [
      '#7 0.312 the java command requires a mounted proc fs (/proc).',
      `Error: failed to solve: process "x" did not complete successfully: exit code: 1${why}`,
    ].join('\n');

    const outcome = copaOutcome(exited(1, text), absent, absent);

    expect(outcome).toMatchObject({
      failure,
      message: expect.stringContaining('a mounted proc fs'),
    });
  });

  it('is a failure if Copa failed, even with a new manifest under the tag', () => {
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
  ])('is %s if the tag cannot be read after the patch', (failure, after) => {
    const outcome = copaOutcome(exited(0, PATCHED), absent, after);

    expect(outcome).toMatchObject({ outcome: 'failed', failure });
  });

  it("relies on Copa's text if the tag could not be read before", () => {
    const done = copaOutcome(exited(0, PATCHED), unknown, present(NEW));
    const nothing = copaOutcome(exited(0, UP_TO_DATE), unknown, present(OLD));

    expect(done).toEqual({ outcome: 'patched', staged: NEW });
    expect(nothing).toEqual({ outcome: 'nothing-to-do' });
  });

  it('distinguishes a time limit from a container that is stopped', () => {
    const late = copaOutcome({ ...exited(0), end: { how: 'time-limit' } }, absent, absent);
    const stopped = copaOutcome({ ...exited(0), end: { how: 'stopped' } }, absent, absent);

    expect(late).toMatchObject({ outcome: 'failed', failure: 'timeout' });
    expect(stopped).toEqual({ outcome: 'stopped' });
  });

  it('limits the message to the length that a result may hold', () => {
    const outcome = copaOutcome(exited(0, 'x'.repeat(10_000)), absent, absent);

    expect(outcome.outcome === 'failed' && outcome.message.length).toBeLessThanOrEqual(2000);
  });
});
