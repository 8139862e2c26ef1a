import { resolve } from 'node:path';
import { BUILDKIT_TLS_NAMES, type PatchJobFile } from '../../lib/job/job-file.ts';
import type { PatchFailure } from '../../lib/job/job-result.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';
import { type BuildkitDaemon, startBuildkit } from './buildkit-daemon.ts';
import type { OwnBuilderKind } from './choose-builder.ts';

/** Absolute paths of PEM files for mutual TLS. */
export interface TlsFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export type BuilderAddress =
  | { readonly ok: true; readonly address: string; readonly tls?: TlsFiles }
  | {
      readonly ok: false;
      readonly failure: Extract<PatchFailure, 'builder-unavailable' | 'builder-incompatible'>;
      readonly message: string;
    };

/** Provides a BuildKit for Copa. */
export interface Builder {
  address(): Promise<BuilderAddress>;
  /**
   * Returns the builder's last log line if it ended because it could not end a step's processes. Call it
   * after a failure.
   */
  lostControl(): Promise<string | undefined>;
  close(): Promise<void>;
}

/**
 * A remote BuildKit, over mutual TLS with the files in the job's folder. It is not checked here:
 * Copa fails if it does not answer.
 */
export function remoteBuilder(address: string, jobFolder: string): Builder {
  const tls = tlsFilesOf(jobFolder);
  return {
    address: async () => ({ ok: true, address, tls }),
    lostControl: async () => undefined,
    close: async () => undefined,
  };
}

export function tlsFilesOf(jobFolder: string): TlsFiles {
  return {
    ca: resolve(jobFolder, BUILDKIT_TLS_NAMES.ca),
    cert: resolve(jobFolder, BUILDKIT_TLS_NAMES.cert),
    key: resolve(jobFolder, BUILDKIT_TLS_NAMES.key),
  };
}

/**
 * A BuildKit in this container. It starts on first use, and again after a crash. It does not start again
 * if a start failed, or if it ended because it could not end the processes of a build step: they may
 * still run.
 */
export function ownBuilder(
  context: WorkerContext,
  options: {
    readonly job: PatchJobFile;
    readonly environment: ToolEnvironment;
    readonly kind: OwnBuilderKind;
  },
): Builder {
  let daemon: BuildkitDaemon | undefined;
  let failure: BuilderAddress | undefined;

  async function address(): Promise<BuilderAddress> {
    if (failure !== undefined) return failure;
    if (daemon !== undefined && !daemon.hasEnded()) return { ok: true, address: daemon.address };

    const lost = await lostControl();
    if (lost !== undefined) {
      failure = { ok: false, failure: 'builder-incompatible', message: lost };
      return failure;
    }
    await daemon?.stop();
    const started = await startBuildkit(context, options);
    if (started.ok) {
      daemon = started.daemon;
      return { ok: true, address: daemon.address };
    }
    context.log.error('BuildKit could not be started.', { reason: started.message });
    daemon = undefined;
    failure = { ok: false, failure: 'builder-unavailable', message: started.message };
    return failure;
  }

  async function lostControl(): Promise<string | undefined> {
    return daemon?.lostControl();
  }

  return { address, lostControl, close: async () => daemon?.stop() };
}
