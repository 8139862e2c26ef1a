import type { SmokeAzure } from './smoke-stand-ins.ts';

const ONE_IMAGE = {
  mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  config: {},
  layers: [],
};

/**
 * The body of a stand-in for az, in bash. Files record which resource groups and custom roles exist. A
 * deletion completes after the first query, and an assigned role cannot be deleted.
 */
export function standInAz(folder: string, azure: SmokeAzure): string {
  const outputs = Object.fromEntries(
    Object.entries({
      AZURE_FUNCTION_NAME: 'app',
      functionAppName: 'app',
      storageAccountName: 'account',
      appUrl: 'https://app.example',
      identityClientId: 'client',
    }).map(([name, value]) => [armName(name), { value }]),
  );
  return `cd '${folder}'
args="$*"
name=\${args#*--name }; name=\${name%% *}
scope=\${args#*--scope /subscriptions/subscription}; scope=\${scope%% *}
case "$args" in
  "account show"*) ${azure.signedIn ? 'echo subscription' : 'exit 1'};;
  "provider show"*) echo Registered;;
  "role assignment list"* | "ad signed-in-user"*) echo id;;
  "acr show"*loginServer*) echo registry.azurecr.io;;
  "acr show"*roleAssignmentMode*) echo ${azure.mode};;
  "acr repository show"*digest*) echo ${azure.digest ?? `sha256:${'a'.repeat(64)}`};;
  "acr manifest show"*) echo '${JSON.stringify(azure.manifest ?? ONE_IMAGE)}';;
  "deployment sub create"*)
    environment=\${args#*environmentName=}; environment=rg-patchwright-\${environment%% *}
    touch "groups/$environment" "groups/$environment-jobs"
    echo "$environment-jobs" > roles/custom-role
    echo '${JSON.stringify({ properties: { outputs } })}';;
  *"keys list"*) echo key;;
  *"appsettings list"*) echo '[]';;
  *PatchwrightRuns*state*) echo completed;;
  *PatchwrightTargets*) echo ${azure.outcome};;
  *PatchwrightInventory*) echo outdated-1;;
  *list-metadata* | "container list"*) echo 0;;
  "group create"*) touch "groups/$name";;
  "group show"*) echo "/subscriptions/subscription/resourceGroups/$name";;
  "group exists"*)
    if [ -e "groups/$name" ]; then echo true
    elif [ -e "deleting/$name" ]; then rm "deleting/$name"; echo true
    else echo false; fi;;
  "group delete"*--no-wait*) mv "groups/$name" "deleting/$name";;
  "group delete"*) rm "groups/$name";;
  "role definition list"*)
    case "$scope" in
      /resourceGroups/*)
        [ -e "groups/\${scope##*/}" ] || { echo '(ResourceGroupNotFound)' >&2; exit 3; }
        cd roles && grep -lx "\${scope##*/}" -- * || true;;
      *) ls roles;;
    esac;;
  "role definition delete"*)
    if find groups deleting -type f ! -name '*-registry' | grep -q .; then
      echo '(RoleDefinitionHasAssignments)' >&2; exit 1
    fi
    rm "roles/$name";;
esac`;
}

/** Changes the case of an output's name as ARM does: `AZURE_URL` to `azurE_URL`, but not `appUrl`. */
function armName(name: string): string {
  return name.replace(/^[A-Z]+(?=[A-Z])/, (capitals) => capitals.toLowerCase());
}
