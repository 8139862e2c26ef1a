import { resolve } from 'node:path';
import { BUILDKIT_TLS_NAMES, type PatchJobFile } from '../../job/job-file.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';
import { type BuildkitDaemon, startBuildkit } from './buildkit-daemon.ts';

/** Absolute paths of PEM files for mutual TLS. */
export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export type BuilderAddress =
  | { readonly ok: true; readonly address: string; readonly tls?: TlsFiles }
  | { readonly ok: false; readonly message: string };

/** Where Copa finds a BuildKit. */
export interface Builder {
  address(): Promise<BuilderAddress>;
  close(): Promise<void>;
}

/**
 * A BuildKit elsewhere, over mutual TLS with the files of the job's folder. Whether it answers is
 * Copa's to find out.
 */
export function remoteBuilder(address: string, jobFolder: string): Builder {
  const tls = tlsFilesOf(jobFolder);
  return { address: async () => ({ ok: true, address, tls }), close: async () => undefined };
}

export function tlsFilesOf(jobFolder: string): TlsFiles {
  return {
    ca: resolve(jobFolder, BUILDKIT_TLS_NAMES.ca),
    cert: resolve(jobFolder, BUILDKIT_TLS_NAMES.cert),
    key: resolve(jobFolder, BUILDKIT_TLS_NAMES.key),
  };
}

/**
 * A buildkitd of this container's own, started when first asked for, and again when it ended in
 * between: what one image brought down is not the end of the others. A start that failed once is not
 * tried again.
 */
export function ownBuilder(
  context: WorkerContext,
  job: PatchJobFile,
  environment: ToolEnvironment,
): Builder {
  let daemon: BuildkitDaemon | undefined;
  let failure: BuilderAddress | undefined;

  async function address(): Promise<BuilderAddress> {
    if (failure !== undefined) return failure;
    if (daemon !== undefined && !daemon.hasEnded()) return { ok: true, address: daemon.address };

    await daemon?.stop();
    const started = await startBuildkit(context, job, environment);
    if (started.ok) {
      daemon = started.daemon;
      return { ok: true, address: daemon.address };
    }
    context.log.error('BuildKit could not be started.', { reason: started.message });
    daemon = undefined;
    failure = started;
    return failure;
  }

  return { address, close: async () => daemon?.stop() };
}
