import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { standInAz } from './stand-in-az.ts';

/** The behavior of the simulated Azure. */
export interface SmokeAzure {
  /** The final state of the image. */
  readonly outcome: string;
  readonly signedIn: boolean;
  readonly mode: string;
  /** A bash pattern of the az commands that fail, such as `acr build *`. */
  readonly refuses?: string;
  /** The digest of each image in the registry. */
  readonly digest?: string;
  /** The manifest of the image to patch; the default is one image of one platform. */
  readonly manifest?: object;
  /** A bash pattern of the other commands that fail, such as `npm ci *`. */
  readonly breaks?: string;
  /** How many times the app refuses to start a run. */
  readonly failingStarts?: number;
}

/** The one check that doctor reports, as the command line prints it. */
const PROBE = {
  id: 'probe-builder',
  status: 'pass',
  detail:
    'the builder would be mount-free; mount refused (mount: EPERM), chroot ok, hardLink ok, fileCapability ok',
};

/**
 * Writes programs named az, func, npm, curl and sleep into a folder. Each writes its arguments to `calls`
 * there, and answers only what infra/smoke.sh, infra/build-worker.sh and the guides need.
 */
export async function writeStandIns(folder: string, azure: SmokeAzure): Promise<void> {
  for (const kept of ['groups', 'deleting', 'roles']) {
    await mkdir(join(folder, kept), { recursive: true });
  }
  const programs: Readonly<Record<string, string>> = {
    az: standInAz(folder, azure),
    // func prints this in a clean clone, which has no local.settings.json.
    func: `[ "$FUNCTIONS_WORKER_RUNTIME" = node ] || { echo 'Worker runtime is not set' >&2; exit 1; }`,
    npm: `case "$*" in *'--output json'*) echo '${JSON.stringify({ checks: [PROBE] })}';; esac`,
    curl: `case "$*" in *api/runs*)
  echo try >> '${join(folder, 'starts')}'
  [ "$(wc -l < '${join(folder, 'starts')}')" -gt ${azure.failingStarts ?? 0} ] || { echo 'curl: (22) 500' >&2; exit 22; }
  echo '{"runId":"20261123T020000Z-7f3a"}';;
esac`,
    // Tests do not wait.
    sleep: '',
  };
  for (const [name, body] of Object.entries(programs)) {
    const file = join(folder, name);
    await writeFile(file, `#!/usr/bin/env bash\n${preamble(name, folder, azure)}\n${body}\n`);
    await chmod(file, 0o755);
  }
}

/** Logs the call, and makes it fail if it matches, with many lines of which the last gives the reason. */
function preamble(name: string, folder: string, { refuses, breaks }: SmokeAzure): string {
  const failing = name === 'az' ? refuses && `az ${refuses}` : breaks;
  return `echo "${name} $*" >> '${join(folder, 'calls')}'
failing='${failing ?? ''}'
# shellcheck disable=SC2053
if [[ "${name} $* " == $failing ]]; then seq -f 'line %g' 99 >&2; echo "${name} was refused" >&2; exit 1; fi`;
}
