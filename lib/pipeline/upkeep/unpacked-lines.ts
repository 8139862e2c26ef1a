import { createGunzip } from 'node:zlib';

/** Limits of a hostile file. A row of a table has at most 1 MiB. */
export interface UnpackLimits {
  readonly mostBytes: number;
  readonly mostLineBytes: number;
}
export const UNPACK_LIMITS: UnpackLimits = {
  mostBytes: 4 * 1024 ** 3,
  mostLineBytes: 4 * 1024 ** 2,
};

const LINE_END = 10;

/**
 * The lines of a gzip file, without their ends. Holds one line at a time, so that the archive of a large run
 * needs little memory, and other work goes on meanwhile. Throws if the file is cut, or larger than a limit.
 */
export async function* unpackedLines(
  packed: Uint8Array,
  { mostBytes, mostLineBytes }: UnpackLimits = UNPACK_LIMITS,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  gunzip.end(packed);
  let [total, rest] = [0, Buffer.alloc(0)];
  for await (const chunk of gunzip) {
    const part = Buffer.from(chunk);
    total += part.byteLength;
    if (total > mostBytes) throw new Error(`it has more than ${mostBytes} bytes unpacked`);
    const text = rest.byteLength === 0 ? part : Buffer.concat([rest, part]);
    let from = 0;
    for (let end = text.indexOf(LINE_END); end !== -1; end = text.indexOf(LINE_END, from)) {
      yield text.subarray(from, end);
      from = end + 1;
    }
    rest = text.subarray(from);
    if (rest.byteLength > mostLineBytes) throw new Error('it has a line that is no row');
  }
  if (rest.byteLength > 0) throw new Error('its last line has no end');
}
