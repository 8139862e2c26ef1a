#!/usr/bin/env bash
# A live test of a deployment. It creates a temporary registry and resource groups, deploys the app,
# patches one outdated image, checks the outcome in Table Storage, and deletes everything it created.
#
#   infra/smoke.sh --check       checks the prerequisites only, and changes nothing
#   infra/smoke.sh               the whole test: about an hour, mostly to build the worker images
#
# Environment: SMOKE_LOCATION (westeurope); SMOKE_IMAGE (the image to patch, of a single platform, because
# runs skip an index of several); SMOKE_BUILDER (standard); SMOKE_REGISTRY and SMOKE_REGISTRY_GROUP (an
# existing registry to use, whose new contents are not deleted); SMOKE_KEEP=1 (no tear-down).
# It ends with PASS and status 0, or with FAIL and status 1. After FAIL the logs are kept.
set -euo pipefail
cd "$(dirname "$0")/.."

location=${SMOKE_LOCATION:-westeurope}
image=${SMOKE_IMAGE:-docker.io/amd64/debian:12.1-slim}
builder=${SMOKE_BUILDER:-standard}
id=$(od -An -N3 -tx1 /dev/urandom | tr -d ' \n')
environment=smoke$id
group=rg-patchwright-$environment
jobs_group=$group-jobs
registry=${SMOKE_REGISTRY:-pwsmoke$id}
registry_group=${SMOKE_REGISTRY_GROUP:-$group-registry}
# Unique for each test, because an existing registry may contain patches of an earlier one.
repository=smoke/debian-$id
work=$(mktemp -d)

# shellcheck source=infra/smoke/report.sh
. infra/smoke/report.sh
# shellcheck source=infra/smoke/tear-down.sh
. infra/smoke/tear-down.sh

check_prerequisites() {
  local tool
  for tool in az func node npm curl; do check "$tool is installed" command -v "$tool"; done
  check 'node is 22.19 or newer' node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 22 || (major === 22 && minor >= 19) ? 0 : 1)'
  check 'az is signed in' az account show --output none
  check 'az can build Bicep' az bicep build --file infra/main.bicep --stdout
  local provider
  for provider in App ContainerInstance ContainerRegistry Insights OperationalInsights Storage Web; do
    check "Microsoft.$provider is registered" is_registered "Microsoft.$provider"
  done
  check 'you may assign roles in this subscription' may_assign_roles
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

finish() {
  local status=$?
  # The tear-down continues after a failure.
  set +e
  if [ "${SMOKE_KEEP:-}" = 1 ]; then
    say "kept: $group, $jobs_group, $registry_group; delete them yourself (docs/operate.md, Remove)"
  else
    tear_down
  fi
  if [ "$status" = 0 ] && [ "$failures" = 0 ]; then
    if [ "${SMOKE_KEEP:-}" = 1 ]; then say "logs: $work"; else rm -rf "$work"; fi
    say PASS
  else
    say "logs: $work"
    say "FAIL: $failures check(s) failed, status $status"
    exit 1
  fi
}

make_registry() {
  [ -z "${SMOKE_REGISTRY:-}" ] || return 0
  step "resource group $registry_group" registry-group \
    az group create --name "$registry_group" --location "$location" --output none
  step "registry $registry" registry \
    az acr create --name "$registry" --resource-group "$registry_group" --sku Basic --output none
}

# This comes before the long build, because an image that every run skips would prove nothing.
import_image() {
  local images
  step "import of $image" import \
    az acr import --name "$registry" --source "$image" --image "$repository:outdated" --force --output none
  step "manifest of $image" manifest read_manifest
  images=$(count_images "$work/manifest.json")
  if [ "$images" != 1 ]; then
    failed "$image is an index of $images images, which a run skips as multi-arch: set SMOKE_IMAGE to an image of a single platform"
    exit 1
  fi
  passed "$image is a single image"
}

read_manifest() {
  az acr manifest show --registry "$registry" --name "$repository:outdated" --output json > "$work/manifest.json"
}

# Counts as the app does: an entry for an unknown platform is an attestation, not an image.
count_images() {
  node -p 'const { manifests } = JSON.parse(require("fs").readFileSync(process.argv[1]));
    manifests ? manifests.filter(({ platform }) => platform?.os !== "unknown").length : 1' "$1"
}

make_worker() {
  step 'npm ci' npm-ci npm ci --no-audit --no-fund
  step 'npm run build' build npm run build
  step 'worker images, the longest part' worker build_worker
  # shellcheck source=/dev/null
  . "$work/worker.env"
}

build_worker() { infra/build-worker.sh "$registry" smoke > "$work/worker.env"; }

deploy() {
  mode=$(az acr show --name "$registry" --query roleAssignmentMode --output tsv)
  step deployment deployment create_deployment
  app=$(output functionAppName)
  storage=$(output storageAccountName)
  url=$(output appUrl)
  client=$(output identityClientId)
  passed "deployed $app"
}

create_deployment() {
  az deployment sub create --name "patchwright-$environment-$location" --location "$location" \
    --template-file infra/main.bicep --output json --parameters \
    environmentName="$environment" location="$location" \
    registryName="$registry" registryResourceGroup="$registry_group" \
    registryPermissionMode="${mode:-LegacyRegistryPermissions}" \
    scanWorkerImage="$PATCHWRIGHT_SCAN_WORKER_IMAGE" patchWorkerImage="$PATCHWRIGHT_PATCH_WORKER_IMAGE" \
    builder="$builder" dryRun=false \
    policy="{\"version\":\"v1\",\"repositories\":[{\"repository\":\"$repository\",\"tags\":[\"outdated\"]}]}" \
    > "$work/deployment.json"
}

output() {
  node -p "JSON.parse(require('fs').readFileSync('$work/deployment.json')).properties.outputs['$1'].value"
}

publish() {
  # A clean clone has no local.settings.json from which func reads the runtime.
  step 'publishing the app' publish env FUNCTIONS_WORKER_RUNTIME=node func azure functionapp publish "$app"
  check 'the app answers' retry 20 15 curl --fail --silent --show-error "$url/api/health"
}

grant_yourself_access() {
  local me scope kind
  me=$(az ad signed-in-user show --query id --output tsv)
  scope=$(az storage account show --name "$storage" --resource-group "$group" --query id --output tsv)
  for kind in Table Queue Blob; do
    step "role Storage $kind Data Contributor" "role-$kind" az role assignment create \
      --role "Storage $kind Data Contributor" --scope "$scope" --assignee-object-id "$me" \
      --assignee-principal-type User --output none
  done
  check 'the tables can be read' retry 20 30 query PatchwrightRuns "PartitionKey eq 'run'" 'items[].runId'
}

query() {
  az storage entity query --account-name "$storage" --auth-mode login --table-name "$1" \
    --filter "$2" --query "$3" --output tsv
}

verify_deployment() {
  key=$(az functionapp keys list --name "$app" --resource-group "$group" --query functionKeys.default --output tsv)
  # The app checks with its own identity, which shows a fault of its roles. They need minutes to propagate.
  check "the app's own checks pass" retry 10 60 check_app
  az functionapp config appsettings list --name "$app" --resource-group "$group" --output json > "$work/settings.json"
  say 'patchwright doctor --probe'
  npm run --silent patchwright -- doctor --probe --output json --settings "$work/settings.json" \
    > "$work/doctor.json" || failed 'doctor'
  show_doctor "$work/doctor.json"
}

check_app() {
  PATCHWRIGHT_FUNCTION_KEY=$key npm run --silent patchwright -- doctor --app "$url"
}

run_once() {
  local run state
  say "a run over $image"
  # The app cannot persist a run until its roles have propagated, which takes some minutes.
  if ! run=$(retry 20 15 start_run 2> "$work/start.log"); then
    failed 'a run starts within five minutes'
    show "$work/start.log"
    return 0
  fi
  passed "run $run started"
  check 'the run ends within 75 minutes' retry 150 30 run_is_over "$run"
  state=$(query PatchwrightTargets "PartitionKey eq '$run'" 'items[0].[state, reason, detail, patchTag]')
  say "outcome: $state"
  check 'the image is patched' test "$(query PatchwrightTargets "PartitionKey eq '$run'" 'items[0].state')" = patched
  check 'the patch is published under outdated-1' \
    az acr repository show --name "$registry" --image "$repository:outdated-1" --output none
  check 'the inventory names the patch' test \
    "$(query PatchwrightInventory "PartitionKey eq '${repository/\//|}' and RowKey eq 'outdated'" 'items[0].patchTag')" = outdated-1
  check 'staging is empty' staging_is_empty
  check 'no container group remains' retry 20 30 no_group_left
}

# Prints the run's id.
start_run() {
  local answer
  answer=$(curl --fail --silent --show-error --request POST --header "x-functions-key: $key" \
    --header 'content-type: application/json' --data '{}' "$url/api/runs") || return 1
  node -p 'JSON.parse(process.argv[1]).runId' "$answer"
}

run_is_over() {
  query PatchwrightRuns "PartitionKey eq 'run' and runId eq '$1'" 'items[0].state' \
    | grep -qE '^(completed|failed|canceled)$'
}

staging_is_empty() {
  local manifests
  manifests=$(az acr manifest list-metadata --registry "$registry" --name "patchwright/staging/$repository" \
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
[ "$failures" = 0 ] || { rm -rf "$work"; say 'prerequisites are missing: nothing was changed'; exit 1; }
subscription=$(az account show --query id --output tsv)
trap finish EXIT
make_registry
import_image
make_worker
deploy
publish
grant_yourself_access
verify_deployment
run_once
