import { BundleError } from '../../evidence/read-bundle.ts';
import { type Verification, verifyBundle } from '../../evidence/verify-bundle.ts';
import { plainText } from '../../text/plain-text.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, UsageError } from '../cli-error.ts';
import { type Command, type Invocation, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { startProgress } from '../progress.ts';

const SHOWN = 50;
const MAX_PATH = 1000;
const MIB = 1024 * 1024;

export const evidenceVerifyCommand: Command = {
  name: 'evidence verify',
  summary: 'Check each file of an auditor’s bundle against its manifest.',
  about: [
    'Reads a bundle of "patchwright evidence" and writes nothing. The status is 1 if a file was changed,',
    'added or removed. Who can change a file can also change the manifest: give the SHA-256 of',
    'manifest.json that "patchwright evidence" printed as --sha256.',
  ],
  options: [{ name: 'sha256', value: 'HASH', about: 'the SHA-256 that manifest.json must have' }],
  operands: ['FILE'],
  examples: ['evidence verify evidence-2026-11-01-2026-12-01.tar.gz --sha256 HASH'],
  outputs: ONE_RESULT,
  run: verify,
};

async function verify(invocation: Invocation, context: CliContext): Promise<ExitCode> {
  const [file = ''] = invocation.operands;
  const wanted = invocation.value('sha256')?.toLowerCase();
  if (wanted !== undefined && !/^[0-9a-f]{64}$/.test(wanted)) {
    throw new UsageError('option "--sha256" must have 64 hexadecimal digits');
  }
  const verified = await verificationOf(file, context);
  if (verified === undefined) return ExitCode.interrupted;
  const isWanted = wanted === undefined || wanted === verified.manifestSha256;
  const isSame = isWanted && verified.differences.length === 0;
  context.stdout.write(
    invocation.output === 'json'
      ? `${JSON.stringify({ version: 1, command: 'evidence verify', same: isSame, ...verified }, null, 2)}\n`
      : `${linesOf(file, verified, { wanted, isWanted }).join('\n')}\n`,
  );
  return isSame ? ExitCode.ok : ExitCode.checkFailed;
}

/** Undefined if interrupted. */
async function verificationOf(
  file: string,
  context: CliContext,
): Promise<Verification | undefined> {
  const where = plainText(file, MAX_PATH);
  const progress = startProgress(context);
  try {
    return await verifyBundle(counted(context.openFile(file), context, progress.tell));
  } catch (error) {
    if (context.stop.aborted) return undefined;
    if (error instanceof BundleError) {
      const whatToDo = 'patchwright evidence --from WHEN --to WHEN writes one';
      throw new CliError(`this is no whole bundle: it ${error.message}`, { where, whatToDo });
    }
    if (!(error instanceof Error && 'code' in error)) throw error;
    const whatToDo = 'ls -l FILE shows whether it is there and may be read';
    throw new CliError(`the file can’t be read (${error.code})`, { where, whatToDo });
  } finally {
    progress.end();
  }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  { stop }: Pick<CliContext, 'stop'>,
  tell: (text: string) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    stop.throwIfAborted();
    bytes += chunk.byteLength;
    tell(`${Math.floor(bytes / MIB)} MiB read`);
    yield chunk;
  }
}

function linesOf(
  file: string,
  { files, missing, archived, from, to, manifestSha256, differences }: Verification,
  { wanted, isWanted }: { readonly wanted: string | undefined; readonly isWanted: boolean },
): readonly string[] {
  const shown = differences
    .slice(0, SHOWN)
    .map(({ path, difference }) => `  ${difference}: ${plainText(path, MAX_PATH)}`);
  const more = differences.length - shown.length;
  const kept =
    wanted === undefined ? ': compare it with the one that you kept' : ', as you gave it';
  return [
    `${plainText(file, MAX_PATH)}: runs due from ${from} to ${to}`,
    differences.length === 0
      ? `${files} files are as the manifest says; it lists ${missing} ${missing === 1 ? 'thing' : 'things'} as missing`
      : `${differences.length} of ${files} files differ from the manifest:`,
    ...(archived === 0 ? [] : [`${archived} runs of it are in archives, which the manifest names`]),
    ...shown,
    ...(more > 0 ? [`  and ${more} more`] : []),
    `SHA-256 of its manifest.json: ${manifestSha256}${isWanted ? kept : ', which is not the one that you gave'}`,
  ];
}
