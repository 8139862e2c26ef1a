import { describe, expect, it } from 'vitest';
import { poisonRecord } from '../../../../lib/pipeline/upkeep/poison-record.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

function recordOf(text: string) {
  const { name, why, content } = poisonRecord('patchwright-jobs', {
    id: '0b1e0e5a-7c2d-4a40-9d9e-3a9a6d2b8d10',
    text,
    insertedAt: new Date('2026-11-30T02:15:04.500Z'),
    receipt: 'r',
  });
  return { name, why, record: JSON.parse(new TextDecoder().decode(content)) };
}

describe('the record of a poison message', () => {
  it.each([
    ['failed', base64('{"runId":"r"}')],
    ['failed', ` ${base64('{"runId":"r"}')}\n`],
    ['not-json', base64('{"runId":')],
    ['not-json', ''],
    ['not-json', '77u/e30='],
    ['not-utf-8', '//5BgA=='],
    ['not-utf-8', 'abcd'],
    ['not-base64', '{"runId":"r"}'],
    ['failed', 'eyJhIjoxfR=='],
    ['not-base64', 'eyJhIjoxfQ'],
    ['not-base64', 'eyJhIjoxfQ='],
    ['not-base64', 'eyJhIjoxfQ==eyJh'],
    ['not-base64', 'e==='],
    ['not-base64', 'eyJ_'],
  ])('gives the reason: %s (%j)', (why, text) => {
    expect(recordOf(text)).toMatchObject({ why, record: { why } });
  });

  it('has a name with the queue, the time, the reason and the id of the message', () => {
    expect(recordOf(base64('{}')).name).toBe(
      'poison/patchwright-jobs/20261130T021504Z-failed-0b1e0e5a-7c2d-4a40-9d9e-3a9a6d2b8d10.json',
    );
  });

  it('holds the message and a replay command that contains none of its text', () => {
    const { record } = recordOf(base64('{"runId":"$(reboot)"}'));

    expect(record).toMatchObject({
      queue: 'patchwright-jobs',
      poisonedAt: '2026-11-30T02:15:04.500Z',
      message: '{"runId":"$(reboot)"}',
      replay: expect.stringMatching(
        /^az storage message put .*--queue-name patchwright-jobs .*FILE/,
      ),
    });
    expect(record.replay).not.toContain('reboot');
  });

  it.each([
    ['white space around base64', ` ${base64('{}')}\n`],
    ['bits that no byte uses', 'eyJhIjoxfR=='],
    ['no base64', '{"runId":"r"}'],
    ['no UTF-8', '//5BgA=='],
  ])('holds the stored text if it cannot be restored from the decoded message: %s', (_, text) => {
    expect(recordOf(text).record.text).toBe(text);
  });

  it('omits the stored text if it can be restored from the decoded message', () => {
    const { record } = recordOf(base64('{"runId":"r"}'));

    expect(record).toMatchObject({ message: '{"runId":"r"}' });
    expect(record).not.toHaveProperty('text');
  });

  it('keeps a byte order mark in the decoded message', () => {
    const { message } = recordOf('77u/e30=').record;

    expect(base64(message)).toBe('77u/e30=');
  });

  it('holds the stored text and no replay command if nothing can decode it', () => {
    expect(recordOf('//5BgA==').record).toMatchObject({
      text: '//5BgA==',
      replay: expect.stringContaining('none'),
    });
  });
});
