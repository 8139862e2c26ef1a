import { describe, expect, it } from 'vitest';
import { checkDelay, encodeMessage } from '../../../lib/storage/queue-message.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';

describe('a message', () => {
  it('is JSON in base64', () => {
    const encoded = encodeMessage(QUEUES.runs, { runId: 'é' });

    expect(JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'))).toEqual({ runId: 'é' });
  });

  it('has at most 48 KiB of JSON', () => {
    const longest = 'x'.repeat(48 * 1024 - 2);

    expect(encodeMessage(QUEUES.runs, longest).length).toBeLessThanOrEqual(64 * 1024);
    expect(() => encodeMessage(QUEUES.runs, `${longest}x`)).toThrow('more than 49152');
  });

  it('must not be undefined', () => {
    expect(() => encodeMessage(QUEUES.runs, undefined)).toThrow('must be JSON');
  });
});

describe('a delay', () => {
  it.each([0, 1, 7 * 86_400])('of %d s is allowed', (seconds) => {
    expect(() => checkDelay(QUEUES.runs, seconds)).not.toThrow();
  });

  it.each([-1, 0.5, 7 * 86_400 + 1, Number.NaN])('of %d s is refused', (seconds) => {
    expect(() => checkDelay(QUEUES.runs, seconds)).toThrow('whole number');
  });
});
