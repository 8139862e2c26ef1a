import { StringDecoder } from 'node:string_decoder';
import { setImmediate } from 'node:timers/promises';

/** Yields to the event loop after this much text: a hostile list may have millions of lines. */
const STRETCH_BYTES = 64 * 1024;

export interface LineLimits {
  /** In UTF-16 units. Longer lines are truncated. */
  readonly maxLine: number;
}

/** Calls `line` for each line of a UTF-8 text, without its line feed. The last may lack one. */
export async function eachLine(
  chunks: AsyncIterable<Uint8Array>,
  line: (text: string) => void,
  { maxLine }: LineLimits,
): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let begun = '';
  const read = (text: string) => {
    let from = 0;
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      line((begun + text.slice(from, to)).slice(0, maxLine));
      begun = '';
      from = to + 1;
    }
    if (begun.length < maxLine) begun += text.slice(from);
  };

  let sinceTurn = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; at += STRETCH_BYTES) {
      const stretch = chunk.subarray(at, at + STRETCH_BYTES);
      read(decoder.write(Buffer.from(stretch.buffer, stretch.byteOffset, stretch.byteLength)));
      sinceTurn += stretch.byteLength;
      if (sinceTurn < STRETCH_BYTES) continue;
      await setImmediate();
      sinceTurn = 0;
    }
  }
  read(decoder.end());
  line(begun.slice(0, maxLine));
}
