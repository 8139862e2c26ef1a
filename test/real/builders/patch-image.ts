import { join } from 'node:path';
import { runProcess } from '../process/run-process.ts';
import type { RealTools } from '../tools/find-real-tools.ts';
import type { RegistryScene } from './registry-scene.ts';

export interface PatchRequest {
  readonly scene: RegistryScene;
  readonly tools: RealTools;
  /** Repository and tag or digest. */
  readonly image: string;
  /** Path of Trivy's report. */
  readonly report: string;
  readonly address: string;
  /** Repository and tag. */
  readonly target: string;
}

export interface Patch {
  readonly seconds: number;
  /** The output of Copa. */
  readonly log: string;
}

/** Patches an image with Copa, as the worker does. */
export async function patchImage(request: PatchRequest): Promise<Patch> {
  const { scene, tools, address } = request;
  const { host } = scene.registry;
  const begun = performance.now();
  const { stdout, stderr } = await runProcess({
    command: tools.programs.copa,
    args: [
      ...['patch', '--image', `${host}/${request.image}`, '--report', request.report],
      ...['--tag', `${host}/${request.target}`, '--addr', address],
      ...['--push', '--timeout', '25m', '--progress', 'plain'],
    ],
    env: {
      PATH: process.env.PATH,
      HOME: scene.folder,
      DOCKER_CONFIG: scene.login,
      SSL_CERT_FILE: join(scene.login, 'ca.crt'),
    },
    timeoutMs: 30 * 60_000,
  });
  return { seconds: (performance.now() - begun) / 1000, log: stdout + stderr };
}
