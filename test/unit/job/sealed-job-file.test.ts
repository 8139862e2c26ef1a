import { expect, it } from 'vitest';
import { openJobFile, sealJobFile } from '../../../lib/job/sealed-job-file.ts';

const TEXT = '{"resultUrl":"https://storage.test/x?sig=secret"}';
const sealed = () => Uint8Array.from(sealJobFile(TEXT, 'the token'));
const REFUSED = { ok: false, fault: 'it was not made for the registry token of this container' };

it('opens with the token that it was sealed with', () => {
  const opened = openJobFile(sealed(), 'the token');

  expect(opened.ok && Buffer.from(opened.value).toString()).toBe(TEXT);
});

it('does not open with another token', () => {
  expect(openJobFile(sealed(), 'another token')).toEqual(REFUSED);
});

it.each([0, 12, 28, -1])('does not open if its byte %d was changed', (at) => {
  const bytes = sealed();
  const index = (at + bytes.length) % bytes.length;
  bytes[index] = (bytes[index] ?? 0) ^ 1;

  expect(openJobFile(bytes, 'the token')).toEqual(REFUSED);
});

it.each([0, 5, 20, 28])('does not open if only %d bytes of it are there', (length) => {
  expect(openJobFile(sealed().subarray(0, length), 'the token')).toEqual(REFUSED);
});

it('shows nothing of its text, and is the same each time', () => {
  expect(Buffer.from(sealed()).toString('latin1')).not.toContain('secret');
  expect(sealed()).toEqual(sealed());
});

it('uses another nonce for another text', () => {
  const nonce = (text: string) => Buffer.from(sealJobFile(text, 'the token').subarray(0, 12));

  expect(nonce('one').equals(nonce('two'))).toBe(false);
});
