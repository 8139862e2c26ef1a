import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runProcess } from '../process/run-process.ts';
import { moduleFiles } from './build-plan.ts';
import type { ToolPatch } from './tool-catalog.ts';

export interface VendoredOptions {
  readonly from: string;
  /** Absolute path of a folder that does not exist. */
  readonly to: string;
  readonly patch: ToolPatch;
  readonly env: NodeJS.ProcessEnv;
  readonly nice?: number;
  readonly signal?: AbortSignal;
}

/**
 * Copies a Go module, vendors the pinned modules, and applies the module's patch as the Dockerfile does.
 * Fails if the patch does not fit exactly.
 */
export async function copyVendored(options: VendoredOptions): Promise<void> {
  const { from, to, patch, env } = options;
  for (const file of await moduleFiles(from)) {
    await mkdir(dirname(join(to, file)), { recursive: true });
    await copyFile(join(from, file), join(to, file));
  }
  const more = {
    cwd: to,
    env,
    timeoutMs: 30 * 60_000,
    ...(options.nice !== undefined && { nice: options.nice }),
    ...(options.signal && { signal: options.signal }),
  };
  await runProcess({ command: 'go', args: ['mod', 'vendor'], ...more });
  await runProcess({
    command: 'patch',
    args: [
      ...['--strip=1', '--fuzz=0', '--batch', `--directory=vendor/${patch.module}`],
      ...[`--input=${join(to, patch.file)}`],
    ],
    ...more,
  });
}
