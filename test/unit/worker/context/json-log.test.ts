import { describe, expect, it } from 'vitest';
import { createJsonLog } from '../../../../worker/context/json-log.ts';
import { SecretMask } from '../../../../worker/context/secret-mask.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';

describe('createJsonLog', () => {
  it('writes each entry as one masked, bounded line of JSON', () => {
    const lines: string[] = [];
    const secrets = new SecretMask();
    secrets.learn('topsecret');
    const log = createJsonLog({
      clock: new ManualClock(),
      secrets,
      write: (line) => lines.push(line),
    });

    log.warn('It failed.', { reason: `topsecret\n\u001b[1m${'x'.repeat(9000)}`, attempt: 2 });

    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('topsecret');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      time: '2026-11-23T02:00:00.000Z',
      level: 'warn',
      message: 'It failed.',
      attempt: 2,
    });
    expect(lines[0]?.length).toBeLessThan(2200);
  });

  it('does not let a field replace the message or the level', () => {
    const lines: string[] = [];
    const log = createJsonLog({
      clock: new ManualClock(),
      secrets: new SecretMask(),
      write: (line) => lines.push(line),
    });

    log.info('Real.', { message: 'forged', level: 'error' });

    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', message: 'Real.' });
  });
});
