import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How the stand-in for Azure behaves. */
export interface SmokeAzure {
  /** The state that the one image ends in. */
  readonly outcome: string;
  readonly signedIn: boolean;
  readonly mode: string;
  /** The az command that fails: `acr build`. */
  readonly refuses?: string;
  /** Of each image in the registry. */
  readonly digest?: string;
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
      functionAppName: 'app',
      storageAccountName: 'account',
      appUrl: 'https://app.example',
      identityClientId: 'client',
    }).map(([name, value]) => [armName(name), { value }]),
  );
  const programs: Readonly<Record<string, string>> = {
    az: `case "$*" in
  "${azure.refuses ?? 'nothing'} "*) exit 1;;
  "account show"*) ${azure.signedIn ? 'echo subscription' : 'exit 1'};;
  "provider show"*) echo Registered;;
  "role assignment list"* | "ad signed-in-user"*) echo id;;
  "acr show"*loginServer*) echo registry.azurecr.io;;
  "acr show"*roleAssignmentMode*) echo ${azure.mode};;
  "acr repository show"*digest*) echo ${azure.digest ?? `sha256:${'a'.repeat(64)}`};;
  "deployment sub create"*) echo '${JSON.stringify({ properties: { outputs } })}';;
  *"keys list"*) echo key;;
  *"appsettings list"*) echo '[]';;
  *PatchwrightRuns*state*) echo completed;;
  *PatchwrightTargets*) echo ${azure.outcome};;
  *PatchwrightInventory*) echo outdated-1;;
  *list-metadata* | "container list"*) echo 0;;
  "role definition list"*) echo custom-role;;
esac`,
    // What func says in a clean clone, which has no local.settings.json.
    func: `[ "$FUNCTIONS_WORKER_RUNTIME" = node ] || { echo 'Worker runtime is not set' >&2; exit 1; }`,
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

/** How ARM hands back the name of an output: `AZURE_URL` as `azurE_URL`, `appUrl` as it is. */
function armName(name: string): string {
  return name.replace(/^[A-Z]+(?=[A-Z])/, (capitals) => capitals.toLowerCase());
}
