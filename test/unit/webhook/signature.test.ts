import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { keyOf, signedHeaders } from '../../../lib/webhook/signature.ts';

const FIRST = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const SECOND = `whsec_${Buffer.alloc(24, 2).toString('base64')}`;
const MESSAGE = { id: '20261123T020000Z-7f3a-run-ended', body: '{"type":"é"}' };

function headersOf(...secrets: readonly string[]) {
  const keys = secrets.map(keyOf).filter((key) => key !== undefined);
  return signedHeaders(MESSAGE, { keys, time: new Date() });
}

describe('a signature', () => {
  it('is one that the library of Standard Webhooks accepts', () => {
    expect(new Webhook(FIRST).verify(MESSAGE.body, headersOf(FIRST))).toEqual({ type: 'é' });
  });

  it('is there for each secret, so that a receiver may have the old or the new one', () => {
    const headers = headersOf(FIRST, SECOND);

    for (const secret of [FIRST, SECOND]) {
      expect(new Webhook(secret).verify(MESSAGE.body, headers)).toEqual({ type: 'é' });
    }
  });

  it('is refused for another body, another id and another secret', () => {
    const headers = headersOf(FIRST);

    expect(() => new Webhook(FIRST).verify('{}', headers)).toThrow();
    expect(() => new Webhook(SECOND).verify(MESSAGE.body, headers)).toThrow();
    expect(() =>
      new Webhook(FIRST).verify(MESSAGE.body, { ...headers, 'webhook-id': 'another' }),
    ).toThrow();
  });

  it('has the time in whole seconds', () => {
    const time = new Date('2026-11-23T02:00:00.900Z');

    expect(signedHeaders(MESSAGE, { keys: [], time })['webhook-timestamp']).toBe('1795399200');
  });
});

it.each([
  ['the shortest', `whsec_${Buffer.alloc(24).toString('base64')}`, 24],
  ['the longest', `whsec_${Buffer.alloc(64).toString('base64')}`, 64],
  ['too short', `whsec_${Buffer.alloc(23).toString('base64')}`, undefined],
  ['too long', `whsec_${Buffer.alloc(65).toString('base64')}`, undefined],
  ['without the prefix', Buffer.alloc(32).toString('base64'), undefined],
  ['not base64', `whsec_${'-'.repeat(44)}`, undefined],
])('reads a secret that is %s', (_, secret, bytes) => {
  expect(keyOf(secret)?.length).toBe(bytes);
});
