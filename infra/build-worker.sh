#!/usr/bin/env bash
# Builds the two worker images in the user's own registry, from pinned source, and prints the settings
# that refer to them by digest:
#
#   infra/build-worker.sh REGISTRY > worker.env && . ./worker.env
#
# BUILDER selects the patch image: `standard` (the default) for ordinary container groups, with the
# builder that needs no mount(2); `confidential` for privileged groups, which adds buildkitd and runc;
# `remote` for a remote BuildKit, without a builder and without root.
#
# The three base images are imported into the registry first and used by digest. GO_SOURCE, NODE_SOURCE
# and BASE_SOURCE name others; all must be of the same Debian release, because node is copied.
set -euo pipefail

registry=${1:?usage: infra/build-worker.sh REGISTRY [VERSION]}
version=${2:-$(node -p "require('./package.json').version")}
go_source=${GO_SOURCE:-docker.io/library/golang:1.26-bookworm}
node_source=${NODE_SOURCE:-docker.io/library/node:22-bookworm-slim}
base_source=${BASE_SOURCE:-docker.io/library/debian:bookworm-slim}

# The builds install packages of Debian as of this moment (snapshot.debian.org).
snapshot=${DEBIAN_SNAPSHOT:-20261115T000000Z}
[[ $snapshot =~ ^[0-9]{8}T[0-9]{6}Z$ ]] || { printf 'DEBIAN_SNAPSHOT must be like 20261115T000000Z\n' >&2; exit 1; }

case ${BUILDER:-standard} in
  standard) patch_target=patch ;;
  confidential) patch_target=patch-privileged ;;
  remote) patch_target=patch-remote ;;
  *) printf 'BUILDER must be standard, confidential or remote\n' >&2; exit 1 ;;
esac

say() { printf '%s\n' "$*" >&2; }

[ -f dist/worker.cjs ] || { say 'dist/worker.cjs is missing: run npm run build in the root first'; exit 1; }
server=$(az acr show --name "$registry" --query loginServer --output tsv)
[ -n "$server" ] || { say "$registry has no address"; exit 1; }
mode=$(az acr show --name "$registry" --query roleAssignmentMode --output tsv)
# In a registry with ABAC a build has no permissions of its own, so it uses the caller's.
caller=()
if [ "$mode" = AbacRepositoryPermissions ]; then caller=(--source-acr-auth-id '[caller]'); fi

# `set -e` has no effect inside $(…), so each step below exits explicitly if it fails.

# Imports an image and prints its reference by digest.
import_image() {
  local source=$1 image=patchwright/build/$2:$version digest
  say "importing $source"
  az acr import --name "$registry" --source "$source" --image "$image" --force --output none >&2 || exit 1
  digest=$(digest_of "$image") || exit 1
  printf '%s/%s@%s' "$server" "${image%:*}" "$digest"
}

digest_of() {
  local digest
  digest=$(az acr repository show --name "$registry" --image "$1" --query digest --output tsv) || exit 1
  [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || { say "$1 has no digest: $digest"; exit 1; }
  printf '%s' "$digest"
}

go_image=$(import_image "$go_source" golang) || exit 1
node_image=$(import_image "$node_source" node) || exit 1
base_image=$(import_image "$base_source" debian) || exit 1

build_worker() {
  local target=$1 image=patchwright/worker-$1:$version digest
  say "building $image: about half an hour, most of it Go"
  az acr build --registry "$registry" ${caller[@]+"${caller[@]}"} --image "$image" --target "$target" \
    --file infra/worker/Dockerfile --timeout 7200 \
    --build-arg "GO_IMAGE=$go_image" \
    --build-arg "NODE_IMAGE=$node_image" \
    --build-arg "BASE_IMAGE=$base_image" \
    --build-arg "DEBIAN_SNAPSHOT=$snapshot" . >&2 || exit 1
  digest=$(digest_of "$image") || exit 1
  printf '%s@%s' "${image%:*}" "$digest"
}

scan=$(build_worker scan) || exit 1
patch=$(build_worker "$patch_target") || exit 1
printf 'export PATCHWRIGHT_SCAN_WORKER_IMAGE=%s\n' "$scan"
printf 'export PATCHWRIGHT_PATCH_WORKER_IMAGE=%s\n' "$patch"
