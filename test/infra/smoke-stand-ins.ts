import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { standInAz } from './stand-in-az.ts';

/** How the stand-in for Azure behaves. */
export interface SmokeAzure {
  /** The state that the one image ends in. */
  readonly outcome: string;
  readonly signedIn: boolean;
  readonly mode: string;
  /** The az commands that fail, as bash matches them: `acr build *`. */
  readonly refuses?: string;
  /** Of each image in the registry. */
  readonly digest?: string;
  /** What the registry has under the tag of the image to patch; one image of one platform by default. */
  readonly manifest?: object;
  /** The command beside az that fails, as bash matches it: `npm ci *`. */
  readonly breaks?: string;
  /** How often the app can't start a run yet. */
  readonly failingStarts?: number;
}

/**
 * Writes programs named az, func, npm, curl and sleep into a folder: each notes its arguments in `calls`
 * there, and answers just what infra/smoke.sh, infra/build-worker.sh and the guides read.
 */
export async function writeStandIns(folder: string, azure: SmokeAzure): Promise<void> {
  for (const kept of ['groups', 'deleting', 'roles']) {
    await mkdir(join(folder, kept), { recursive: true });
  }
  const programs: Readonly<Record<string, string>> = {
    az: standInAz(folder, azure),
    // What func says in a clean clone, which has no local.settings.json.
    func: `[ "$FUNCTIONS_WORKER_RUNTIME" = node ] || { echo 'Worker runtime is not set' >&2; exit 1; }`,
    npm: '',
    curl: `case "$*" in *api/runs*)
  echo try >> '${join(folder, 'starts')}'
  [ "$(wc -l < '${join(folder, 'starts')}')" -gt ${azure.failingStarts ?? 0} ] || { echo 'curl: (22) 500' >&2; exit 22; }
  echo '{"runId":"20261123T020000Z-7f3a"}';;
esac`,
    // Nobody waits in a test.
    sleep: '',
  };
  for (const [name, body] of Object.entries(programs)) {
    const file = join(folder, name);
    await writeFile(file, `#!/usr/bin/env bash\n${preamble(name, folder, azure)}\n${body}\n`);
    await chmod(file, 0o755);
  }
}

/** Notes the call, and fails it where it is to fail: with many lines, the last of which tells why. */
function preamble(name: string, folder: string, { refuses, breaks }: SmokeAzure): string {
  const failing = name === 'az' ? refuses && `az ${refuses}` : breaks;
  return `echo "${name} $*" >> '${join(folder, 'calls')}'
failing='${failing ?? ''}'
# shellcheck disable=SC2053
if [[ "${name} $* " == $failing ]]; then seq -f 'line %g' 99 >&2; echo "${name} was refused" >&2; exit 1; fi`;
}
