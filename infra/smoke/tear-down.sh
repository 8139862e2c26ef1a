# shellcheck shell=bash disable=SC2154
# Deletes what infra/smoke.sh created. A failure is counted, and the tear-down continues.

# The order matters: a custom role cannot be deleted while it is assigned, and its assignments are deleted
# with the resource groups. The roles are listed first, because they are found by these groups.
tear_down() {
  local one role deleting=
  say 'tearing down'
  note_custom_roles > "$work/roles"
  if [ -n "${client:-}" ] && [ -n "${SMOKE_REGISTRY:-}" ]; then
    check "the app's roles on $registry are removed" remove_registry_roles
  fi
  for one in $(groups_made); do
    if group_is_gone "$one"; then continue; fi
    if az group delete --name "$one" --yes --no-wait > "$work/delete.log" 2>&1; then
      deleting="$deleting $one"
    else
      failed "resource group $one is deleted: Azure refused"
      show "$work/delete.log"
    fi
  done
  for one in $deleting; do
    check "resource group $one is deleted" retry 90 20 group_is_gone "$one"
  done
  while read -r role; do
    check "custom role $role is deleted" retry 10 30 delete_role "$role" < /dev/null
  done < "$work/roles"
}

groups_made() {
  echo "$jobs_group" "$group"
  # An existing registry is kept.
  [ -n "${SMOKE_REGISTRY:-}" ] || echo "$registry_group"
}

# If az fails, the group counts as existing.
group_is_gone() { [ "$(az group exists --name "$1")" = false ]; }

note_custom_roles() {
  local one
  for one in "$jobs_group" "$group"; do
    if group_is_gone "$one"; then continue; fi
    az role definition list --custom-role-only --scope "/subscriptions/$subscription/resourceGroups/$one" \
      --query "[?starts_with(roleName, 'Patchwright ')].name" --output tsv \
      || failed "the custom roles of $one are found" >&2
  done
}

# A definition remains in the subscription after its resource group is deleted. az reports no error if
# there is nothing to delete, so the list is checked.
delete_role() {
  local found
  az role definition delete --name "$1" --scope "/subscriptions/$subscription" --output none || return 1
  found=$(az role definition list --custom-role-only --query "[?name=='$1'].name" --output tsv) || return 1
  [ -z "$found" ]
}

remove_registry_roles() {
  local scope
  scope=$(az acr show --name "$registry" --query id --output tsv) || return 1
  az role assignment delete --assignee "$client" --scope "$scope" --output none
}
