import { tmpdir } from 'node:os';
import * as z from 'zod';

const SystemError = z.object({ code: z.string(), path: z.string().optional() });

const ADVICE: Readonly<Partial<Record<string, string>>> = {
  ENOSPC: 'The disk is full. Free some space, or set TMPDIR to a folder on another disk.',
  EDQUOT: "The user's disk quota is used up. Free some space, or set TMPDIR to another folder.",
  EROFS: 'The disk can only be read. Set TMPDIR to a folder that can be written to.',
};
const FOLDER_ADVICE: Readonly<Partial<Record<string, string>>> = {
  ENOENT: 'The folder does not exist. Create it, or set TMPDIR to another folder.',
  ENOTDIR: 'It is not a folder. Set TMPDIR to a folder.',
  EACCES: 'This user may not write there. Set TMPDIR to another folder.',
};

/** Explains an error about the folder for temporary files; undefined for any other error. */
export function diskProblem(error: unknown): string | undefined {
  const parsed = SystemError.safeParse(error);
  if (!parsed.success) return undefined;
  const { code, path } = parsed.data;
  const folder = tmpdir();
  const ofFolder = path?.startsWith(folder) ? FOLDER_ADVICE[code] : undefined;
  const advice = ADVICE[code] ?? ofFolder;
  return advice && `No temporary files can be written to ${folder} (${code}).\n${advice}`;
}
