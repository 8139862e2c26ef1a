import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How the stand-in for Azure behaves. */
export interface SmokeAzure {
  /** The state that the one image ends in. */
  readonly outcome: string;
  readonly signedIn: boolean;
  readonly mode: string;
}

/**
 * Writes programs named az, func, npm and curl into a folder: each notes its arguments in `calls` there,
 * and answers just what infra/smoke.sh and infra/build-worker.sh read.
 */
export async function writeStandIns(folder: string, azure: SmokeAzure): Promise<void> {
  await mkdir(folder, { recursive: true });
  const outputs = Object.fromEntries(
    Object.entries({
      AZURE_FUNCTION_NAME: 'app',
      PATCHWRIGHT_STORAGE_ACCOUNT: 'account',
      PATCHWRIGHT_URL: 'https://app.example',
      PATCHWRIGHT_CLIENT_ID: 'client',
    }).map(([name, value]) => [name, { value }]),
  );
  const programs: Readonly<Record<string, string>> = {
    az: `case "$*" in
  "account show"*) ${azure.signedIn ? 'echo subscription' : 'exit 1'};;
  "provider show"*) echo Registered;;
  "role assignment list"* | "ad signed-in-user"*) echo id;;
  "acr show"*loginServer*) echo registry.azurecr.io;;
  "acr show"*roleAssignmentMode*) echo ${azure.mode};;
  "acr repository show"*digest*) echo sha256:${'a'.repeat(64)};;
  "deployment sub create"*) echo '${JSON.stringify({ properties: { outputs } })}';;
  *"keys list"*) echo key;;
  *"appsettings list"*) echo '[]';;
  *PatchwrightRuns*state*) echo completed;;
  *PatchwrightTargets*) echo ${azure.outcome};;
  *PatchwrightInventory*) echo outdated-1;;
  *list-metadata* | "container list"*) echo 0;;
  "role definition list"*) echo custom-role;;
esac`,
    func: '',
    npm: '',
    curl: `case "$*" in *api/runs*) echo '{"runId":"20261123T020000Z-7f3a"}';; esac`,
  };
  for (const [name, body] of Object.entries(programs)) {
    const file = join(folder, name);
    const note = `echo "${name} $*" >> '${join(folder, 'calls')}'`;
    await writeFile(file, `#!/usr/bin/env bash\n${note}\n${body}\n`);
    await chmod(file, 0o755);
  }
}
