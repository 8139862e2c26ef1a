import { LayerError } from './layer-error.ts';

/** The fields of a frame. The length of the next one may depend on the value of the last. */
type Field = 'magic' | 'descriptor' | 'header' | 'block' | 'content' | 'checksum' | 'skip-size';

interface FrameState {
  readonly field: Field;
  /** Bytes of this field that are still unread. */
  readonly left: number;
  readonly checksum: boolean;
  readonly lastBlock: boolean;
}

const MAGIC = 0xfd2fb528;
/** 0x184D2A50 to 0x184D2A5F. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const START: FrameState = { field: 'magic', left: 4, checksum: false, lastBlock: false };
/** Each frame costs a decompressor call. BuildKit writes one frame per layer. */
const MAX_FRAMES = 20_000;

/**
 * Splits the bytes so that no chunk crosses the end of a frame: Node's decompressor drops data
 * after a frame in the same chunk and accepts a truncated frame. Format: RFC 8878. Throws a
 * `LayerError` if a frame is invalid or incomplete.
 */
export async function* zstdFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let state = START;
  let value: number[] = [];
  let frames = 0;
  for await (const chunk of chunks) {
    let start = 0;
    let at = 0;
    while (at < chunk.byteLength) {
      const taken = Math.min(state.left, chunk.byteLength - at);
      if (state.field !== 'content') value.push(...chunk.subarray(at, at + taken));
      at += taken;
      state = { ...state, left: state.left - taken };
      if (state.left > 0) break;
      while (state.left === 0) {
        state = after(state, value);
        value = [];
        if (state === START) break;
      }
      if (state !== START) continue;
      frames += 1;
      if (frames > MAX_FRAMES) {
        throw new LayerError('too-large', `it has more than ${MAX_FRAMES} zstd frames`);
      }
      yield chunk.subarray(start, at);
      start = at;
    }
    if (start < chunk.byteLength) yield chunk.subarray(start);
  }
  if (state !== START) throw broken();
}

/** Returns the state after a complete field, or START at the end of a frame. */
function after(state: FrameState, value: readonly number[]): FrameState {
  switch (state.field) {
    case 'magic':
      return afterMagic(state, littleEndian(value));
    case 'descriptor':
      return afterDescriptor(state, value[0] ?? 0);
    case 'header':
      return { ...state, field: 'block', left: 3 };
    case 'block':
      return afterBlockHeader(state, littleEndian(value));
    case 'content':
      if (!state.lastBlock) return { ...state, field: 'block', left: 3 };
      return state.checksum ? { ...state, field: 'checksum', left: 4 } : START;
    case 'skip-size':
      return { ...START, field: 'content', left: littleEndian(value), lastBlock: true };
    case 'checksum':
      return START;
    default:
      return state.field satisfies never;
  }
}

function afterMagic(state: FrameState, magic: number): FrameState {
  if (magic === MAGIC) return { ...state, field: 'descriptor', left: 1 };
  if (magic >= SKIPPABLE_MAGIC && magic <= SKIPPABLE_MAGIC + 15) {
    return { ...state, field: 'skip-size', left: 4 };
  }
  throw broken();
}

/** Section 3.1.1.1.1: the descriptor gives the lengths of window, dictionary and content size. */
function afterDescriptor(state: FrameState, descriptor: number): FrameState {
  const singleSegment = (descriptor & 0x20) !== 0;
  const window = singleSegment ? 0 : 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const checksum = (descriptor & 4) !== 0;
  return { ...state, field: 'header', left: window + dictionary + contentSize, checksum };
}

/** Section 3.1.1.2: last block or not, type, size. */
function afterBlockHeader(state: FrameState, header: number): FrameState {
  const type = (header >> 1) & 3;
  if (type === 3) throw broken();
  const left = type === 1 ? 1 : header >> 3;
  return { ...state, field: 'content', left, lastBlock: (header & 1) === 1 };
}

function littleEndian(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

function broken(): LayerError {
  return new LayerError('not-a-layer', 'its zstd data is broken');
}
