import { setImmediate } from 'node:timers/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import * as z from 'zod';

/** Of a part, uncompressed, and of all parts. */
interface UnpackLimits {
  readonly mostPartBytes: number;
  readonly mostBytes: number;
}
const UNPACK_LIMITS: UnpackLimits = { mostPartBytes: 256 * 1024 ** 2, mostBytes: 4 * 1024 ** 3 };

/** A gzip header without a name or other extras (RFC 1952, 2.3), as zlib writes it. */
const HEADER_BYTES = 10;
const MAGIC = [0x1f, 0x8b, 8, 0] as const;
/** The CRC-32 of the content, and its length. */
const TRAILER_BYTES = 8;
const LINE_END = 10;
/** The answer with the option `info`, which the types of Node lack. */
const Inflated = z.object({
  buffer: z.instanceof(Buffer),
  engine: z.object({ bytesWritten: z.number() }),
});

/**
 * The lines of a gzip file of several parts, without their ends. Each part has whole lines. Unpacks one part
 * at a time, so that the archive of a large run needs little memory, and lets other work go on in between.
 * Throws if the file is cut, changed or larger than a limit.
 */
export async function* unpackedLines(
  packed: Buffer,
  { mostPartBytes, mostBytes }: UnpackLimits = UNPACK_LIMITS,
): AsyncGenerator<Buffer> {
  let total = 0;
  for (let at = 0; at < packed.byteLength; ) {
    const { text, packedBytes } = unpackPart(packed.subarray(at), mostPartBytes);
    total += text.byteLength;
    if (total > mostBytes) throw new Error(`it has more than ${mostBytes} bytes`);
    let from = 0;
    for (let end = text.indexOf(LINE_END); end !== -1; end = text.indexOf(LINE_END, from)) {
      yield text.subarray(from, end);
      from = end + 1;
    }
    if (from !== text.byteLength) throw new Error('a line has no end');
    at += packedBytes;
    await setImmediate();
  }
}

function unpackPart(packed: Buffer, maxOutputLength: number) {
  if (MAGIC.some((byte, at) => packed[at] !== byte)) throw new Error('a part has another header');
  const body = packed.subarray(HEADER_BYTES);
  // gunzipSync would go on with the next part.
  const { buffer: text, engine } = Inflated.parse(
    inflateRawSync(body, { info: true, maxOutputLength }),
  );
  const trailer = body.subarray(engine.bytesWritten, engine.bytesWritten + TRAILER_BYTES);
  if (trailer.byteLength < TRAILER_BYTES) throw new Error('a part has no end');
  if (trailer.readUInt32LE() !== crc32(text)) throw new Error('a part has another checksum');
  return { text, packedBytes: HEADER_BYTES + engine.bytesWritten + TRAILER_BYTES };
}
