import { expect, it } from 'vitest';
import { SecretMask } from '../../../../worker/context/secret-mask.ts';
import { errorMessage, toolFailureMessage } from '../../../../worker/tools/failure-message.ts';

const FAILED = { end: { how: 'exit', code: 1 }, stdout: '', stderr: '' } as const;

it('says how a tool ended, and its last lines', () => {
  expect(toolFailureMessage('trivy', FAILED, [])).toBe('trivy exit 1');
  expect(toolFailureMessage('trivy', FAILED, ['one', 'other'])).toBe('trivy exit 1: one | other');
});

it('has the last 15 lines, and at most 1000 characters', () => {
  const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`);
  expect(toolFailureMessage('trivy', FAILED, lines)).toMatch(
    /^trivy exit 1: line 5 \| .* line 19$/,
  );

  const long = toolFailureMessage('trivy', FAILED, ['x'.repeat(5000)]);
  expect(long.length).toBeLessThanOrEqual(1000);
  expect(long.length).toBeGreaterThan(990);
});

it('describes an error of the worker in one line without its secrets', () => {
  const secrets = new SecretMask();
  secrets.learn('the-secret-of-the-job');
  const error = new Error('cannot\nread the-secret-of-the-job');

  expect(errorMessage(error, secrets)).toBe('cannot | read ***');
  expect(errorMessage('a text', secrets)).toBe('a text');
});
