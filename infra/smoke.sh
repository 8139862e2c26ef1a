#!/usr/bin/env bash
# The first live deployment, checking itself: a throw-away registry and resource groups, one outdated
# image patched for real, its outcome read from Table Storage, and everything torn down again.
#
#   infra/smoke.sh --check       only says whether everything that it needs is there; changes nothing
#   infra/smoke.sh               the whole, about an hour, most of it the build of the worker images
#
# In the environment: SMOKE_LOCATION (westeurope), SMOKE_IMAGE (what to patch), SMOKE_BUILDER
# (confidential), SMOKE_REGISTRY and SMOKE_REGISTRY_GROUP (a registry that is there, with the worker
# images of before; it keeps what was put into it), SMOKE_KEEP=1 (no tear-down).
# Ends with PASS or FAIL, and the exit status tells.
set -euo pipefail
cd "$(dirname "$0")/.."

location=${SMOKE_LOCATION:-westeurope}
image=${SMOKE_IMAGE:-docker.io/library/debian:12.1-slim}
builder=${SMOKE_BUILDER:-confidential}
id=$(od -An -N3 -tx1 /dev/urandom | tr -d ' \n')
environment=smoke$id
group=rg-patchwright-$environment
jobs_group=$group-jobs
registry=${SMOKE_REGISTRY:-pwsmoke$id}
registry_group=${SMOKE_REGISTRY_GROUP:-$group-registry}
work=$(mktemp -d)
failures=0

say() { printf '%s  %s\n' "$(date -u +%H:%M:%S)" "$*"; }
passed() { say "ok    $*"; }
failed() { say "FAIL  $*"; failures=$((failures + 1)); }
# check WHAT COMMAND…: a failure is counted, and the rest goes on.
check() { local what=$1; shift; if "$@" > "$work/check.log" 2>&1; then passed "$what"; else failed "$what"; sed 's/^/      /' "$work/check.log" | head -20; fi; }

check_prerequisites() {
  local tool
  for tool in az func node npm curl; do check "$tool is there" command -v "$tool"; done
  check 'node is 22 or newer' node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 22 ? 1 : 0)'
  check 'az is signed in' az account show --output none
  check 'az can build Bicep' az bicep build --file infra/main.bicep --stdout
  local provider
  for provider in ContainerInstance ContainerRegistry Web Storage Insights OperationalInsights; do
    check "Microsoft.$provider is registered" is_registered "Microsoft.$provider"
  done
  check 'roles may be given here' may_assign_roles
}

is_registered() {
  [ "$(az provider show --namespace "$1" --query registrationState --output tsv)" = Registered ]
}

may_assign_roles() {
  local scope me
  scope=/subscriptions/$(az account show --query id --output tsv)
  me=$(az ad signed-in-user show --query id --output tsv)
  az role assignment list --assignee "$me" --scope "$scope" --include-groups --include-inherited \
    --query "[?roleDefinitionName=='Owner' || roleDefinitionName=='User Access Administrator'].id" \
    --output tsv | grep -q .
}

tear_down() {
  local status=$?
  if [ "${SMOKE_KEEP:-}" = 1 ]; then
    say "kept: $group, $jobs_group, $registry_group; delete them yourself"
  else
    say 'tearing down'
    local one scope role
    for one in "$group" "$jobs_group"; do
      scope=/subscriptions/${subscription:-}/resourceGroups/$one
      # A custom role outlives its resource group.
      for role in $(az role definition list --custom-role-only --scope "$scope" \
        --query "[?starts_with(roleName, 'Patchwright ')].name" --output tsv 2> /dev/null); do
        az role assignment delete --role "$role" --scope "$scope" --output none 2> /dev/null || true
        az role definition delete --name "$role" --scope "$scope" --custom-role-only --output none || true
      done
    done
    if [ -n "${client:-}" ] && [ -n "${SMOKE_REGISTRY:-}" ]; then
      scope=$(az acr show --name "$registry" --query id --output tsv)
      az role assignment delete --assignee "$client" --scope "$scope" --output none || true
    fi
    az group delete --name "$jobs_group" --yes --no-wait 2> /dev/null || true
    az group delete --name "$group" --yes --no-wait 2> /dev/null || true
    [ -n "${SMOKE_REGISTRY:-}" ] || az group delete --name "$registry_group" --yes --no-wait 2> /dev/null || true
  fi
  rm -rf "$work"
  if [ "$status" = 0 ] && [ "$failures" = 0 ]; then say PASS; else say "FAIL: $failures check(s) failed, status $status"; exit 1; fi
}

make_registry() {
  [ -z "${SMOKE_REGISTRY:-}" ] || return 0
  say "registry $registry"
  az group create --name "$registry_group" --location "$location" --output none
  az acr create --name "$registry" --resource-group "$registry_group" --sku Basic --output none
}

make_worker() {
  say 'worker images'
  npm ci --no-audit --no-fund > "$work/npm.log" 2>&1
  npm run build > "$work/build.log" 2>&1
  infra/build-worker.sh "$registry" smoke > "$work/worker.env"
  # shellcheck source=/dev/null
  . "$work/worker.env"
}

deploy() {
  local mode
  say 'deployment'
  mode=$(az acr show --name "$registry" --query roleAssignmentMode --output tsv)
  az deployment sub create --name "patchwright-$environment" --location "$location" \
    --template-file infra/main.bicep --output json --parameters \
    environmentName="$environment" location="$location" \
    registryName="$registry" registryResourceGroup="$registry_group" \
    registryPermissionMode="${mode:-LegacyRegistryPermissions}" \
    scanWorkerImage="$PATCHWRIGHT_SCAN_WORKER_IMAGE" patchWorkerImage="$PATCHWRIGHT_PATCH_WORKER_IMAGE" \
    builder="$builder" dryRun=false \
    policy='{"version":"v1","repositories":[{"repository":"smoke/debian","tags":["outdated"]}]}' \
    > "$work/deployment.json"
  app=$(output functionAppName)
  storage=$(output storageAccountName)
  url=$(output appUrl)
  client=$(output identityClientId)
  passed "deployed $app"
}

output() {
  node -p "JSON.parse(require('fs').readFileSync('$work/deployment.json')).properties.outputs['$1'].value"
}

publish() {
  say 'publishing the app'
  # A clean clone has no local.settings.json to tell func the runtime.
  FUNCTIONS_WORKER_RUNTIME=node func azure functionapp publish "$app" > "$work/publish.log" 2>&1
  check 'the app answers' retry 20 15 curl --fail --silent --show-error "$url/api/health"
}

# retry TIMES SECONDS COMMAND…
retry() {
  local times=$1 seconds=$2 try
  shift 2
  for try in $(seq "$times"); do
    if "$@"; then return 0; fi
    [ "$try" = "$times" ] || sleep "$seconds"
  done
  return 1
}

let_me_read() {
  local me scope role
  me=$(az ad signed-in-user show --query id --output tsv)
  scope=$(az storage account show --name "$storage" --resource-group "$group" --query id --output tsv)
  for role in 'Storage Table Data Contributor' 'Storage Queue Data Contributor' 'Storage Blob Data Contributor'; do
    az role assignment create --role "$role" --scope "$scope" --assignee-object-id "$me" \
      --assignee-principal-type User --output none
  done
  check 'the tables can be read' retry 20 30 query PatchwrightRuns "PartitionKey eq 'run'" 'items[].runId'
}

query() {
  az storage entity query --account-name "$storage" --auth-mode login --table-name "$1" \
    --filter "$2" --query "$3" --output tsv
}

examine() {
  az functionapp config appsettings list --name "$app" --resource-group "$group" --output json > "$work/settings.json"
  say 'patchwright doctor --probe'
  npm run --silent patchwright -- doctor --probe --settings "$work/settings.json" || failed 'doctor'
}

run_once() {
  local key run state
  say "a run over $image"
  az acr import --name "$registry" --source "$image" --image smoke/debian:outdated --force --output none
  key=$(az functionapp keys list --name "$app" --resource-group "$group" --query functionKeys.default --output tsv)
  run=$(curl --fail --silent --show-error --request POST --header "x-functions-key: $key" \
    --header 'content-type: application/json' --data '{}' "$url/api/runs" \
    | node -p 'JSON.parse(require("fs").readFileSync(0)).runId')
  passed "run $run started"
  check 'the run ends within 75 minutes' retry 150 30 run_is_over "$run"
  state=$(query PatchwrightTargets "PartitionKey eq '$run'" 'items[0].[state, reason, detail, patchTag]')
  say "outcome: $state"
  check 'the image is patched' test "$(query PatchwrightTargets "PartitionKey eq '$run'" 'items[0].state')" = patched
  check 'the patch stands under outdated-1' \
    az acr repository show --name "$registry" --image smoke/debian:outdated-1 --output none
  check 'the inventory tells it' test \
    "$(query PatchwrightInventory "PartitionKey eq 'smoke|debian' and RowKey eq 'outdated'" 'items[0].patchTag')" = outdated-1
  check 'staging is empty' staging_is_empty
  check 'no container group is left' retry 20 30 no_group_left
}

run_is_over() {
  query PatchwrightRuns "PartitionKey eq 'run' and runId eq '$1'" 'items[0].state' \
    | grep -qE '^(completed|failed|canceled)$'
}

staging_is_empty() {
  local manifests
  manifests=$(az acr manifest list-metadata --registry "$registry" --name patchwright/staging/smoke/debian \
    --query 'length(@)' --output tsv 2> /dev/null) || return 0
  [ "${manifests:-0}" = 0 ]
}

no_group_left() {
  [ "$(az container list --resource-group "$jobs_group" --query 'length(@)' --output tsv)" = 0 ]
}

check_prerequisites
if [ "${1:-}" = --check ]; then
  rm -rf "$work"
  [ "$failures" = 0 ] || exit 1
  exit 0
fi
[ "$failures" = 0 ] || { say 'something that it needs is missing: nothing was changed'; exit 1; }
subscription=$(az account show --query id --output tsv)
trap tear_down EXIT
make_registry
make_worker
deploy
publish
let_me_read
examine
run_once
