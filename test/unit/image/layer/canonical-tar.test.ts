import { describe, expect, it } from 'vitest';
import { inspectLayer } from '../../../../lib/image/layer/inspect-layer.ts';
import { streamOf, type TarEntry, tarOf } from './layer-samples.ts';

/** Writes text into the first header, and a checksum that fits. */
function edited(tar: Buffer, edits: Readonly<Record<number, string>>): Buffer {
  const bytes = Buffer.from(tar);
  for (const [at, text] of Object.entries(edits)) bytes.write(text, Number(at), 'latin1');
  bytes.fill(' ', 148, 156);
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

async function inspected(bytes: Uint8Array, chunkSize?: number) {
  return inspectLayer(streamOf(bytes, chunkSize));
}

async function withRecords(records: string): Promise<Buffer> {
  const name = 'x'.repeat(Buffer.byteLength(records));
  const tar = await tarOf([{ name: 'pax', text: name }, { name: 'usr/bin/x' }]);
  tar.write(records, 512, 'latin1');
  return edited(tar, { 156: 'x' });
}

const PROGRAM: TarEntry = { name: 'usr/bin/x', mode: 0o755, text: 'program' };

describe('an added layer is refused if two readers of tar may read it differently:', () => {
  it.each<{ readonly what: string; readonly edits: Readonly<Record<number, string>> }>([
    { what: 'a mode that hides setuid behind a NUL', edits: { 100: '\0 04755\0' } },
    { what: 'a mode that begins with a space', edits: { 100: ' 004755\0' } },
    { what: 'a mode with text behind its end', edits: { 100: '755\x004755' } },
    { what: 'a binary mode', edits: { 100: '\x80\0\0\0\0\0\x09\xed' } },
    { what: 'a mode larger than any', edits: { 100: '7777777\0' } },
    { what: 'a binary size', edits: { 124: '\x80\0\0\0\0\0\0\0\0\0\0\x07' } },
    { what: 'an empty size', edits: { 124: '\0'.repeat(12) } },
    { what: 'a name with text behind its end', edits: { 0: 'usr/bin/y\0z' } },
    { what: 'a folder with content', edits: { 156: '5' } },
    { what: 'a link with content', edits: { 156: '1', 157: 'usr/bin/su' } },
    { what: 'a file that is named like a folder', edits: { 0: 'usr/bin/x/' } },
    { what: "GNU's format", edits: { 257: 'ustar  \0' } },
    { what: 'a device, which may be a deletion', edits: { 124: '00000000000\0', 156: '3' } },
    { what: 'a sparse file', edits: { 156: 'S' } },
    { what: 'a type without a name', edits: { 156: '\0' } },
    { what: 'records for all entries', edits: { 156: 'g' } },
    { what: 'a continued file', edits: { 156: '7' } },
  ])('$what', async ({ edits }) => {
    const tar = edited(await tarOf([PROGRAM]), edits);

    expect(await inspected(tar)).toMatchObject({ ok: false });
    expect(await inspected(await tarOf([PROGRAM]))).toMatchObject({ ok: true });
  });

  it.each<{ readonly what: string; readonly records: string }>([
    { what: 'a size in records', records: '10 size=9\n' },
    { what: 'a repeated key', records: '8 path=a\n'.replace('8', '9').repeat(2) },
    { what: 'an unknown key', records: '24 GNU.sparse.name=etc/x\n'.replace('24', '25') },
    { what: 'a wrong length', records: '99 path=a\n' },
    { what: 'a path with a NUL', records: '12 path=a\0bc\n' },
    { what: 'an empty path', records: '8 path=\n' },
    { what: 'text that is no record', records: '????????' },
  ])('$what', async ({ records }) => {
    expect(await inspected(await withRecords(records))).toMatchObject({
      ok: false,
      fault: 'unclear-header',
    });
    expect(await inspected(await withRecords('9 path=a\n'))).toMatchObject({ ok: true });
  });

  it('two pax headers for one entry, or one for none', async () => {
    const [one, none] = [await withRecords('9 path=a\n'), Buffer.alloc(1024)];
    const twice = Buffer.concat([one.subarray(0, 1024), one]);
    const alone = Buffer.concat([one.subarray(0, 1024), none]);

    expect(await inspected(twice)).toMatchObject({ ok: false, fault: 'unclear-header' });
    expect(await inspected(alone)).toMatchObject({ ok: false, fault: 'unclear-header' });
  });
});

describe('an added layer ends with its archive:', () => {
  it.each([1, 300, 65_536])('entries behind the end are refused, in chunks of %i', async (size) => {
    const [first, second] = [await tarOf([{ name: 'x' }]), await tarOf([PROGRAM])];

    const both = await inspected(Buffer.concat([first, second]), size);

    expect(both).toMatchObject({ ok: false, fault: 'entries-behind-the-end' });
  });

  it('zeros behind the end are padding', async () => {
    const tar = await tarOf([PROGRAM]);

    const padded = await inspected(Buffer.concat([tar, Buffer.alloc(10_240)]));

    expect(padded).toMatchObject({ ok: true, summary: { entries: 1 } });
  });

  it('an archive without an end is refused', async () => {
    const tar = await tarOf([PROGRAM]);

    const cut = await inspected(tar.subarray(0, 1024));

    expect(cut).toMatchObject({ ok: false, fault: 'not-a-layer' });
  });
});
