// Your values, from the environment. azd stores them in .azure/; without azd, docs/deploy.md stores them in
// patchwright.env. The values that decide where an installation is and what it does have no default: in
// a shell without them, a deployment fails and resets nothing. All others have a default: see main.bicep.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')

// The registry whose images are patched, and its role assignment mode:
//   az acr show --name NAME --query "[resourceGroup, roleAssignmentMode]" --output tsv
param registryName = readEnvironmentVariable('PATCHWRIGHT_REGISTRY_NAME')
param registryResourceGroup = readEnvironmentVariable('PATCHWRIGHT_REGISTRY_RESOURCE_GROUP')
param registryPermissionMode = readEnvironmentVariable('PATCHWRIGHT_REGISTRY_MODE')

// infra/build-worker.sh prints both.
param scanWorkerImage = readEnvironmentVariable('PATCHWRIGHT_SCAN_WORKER_IMAGE')
param patchWorkerImage = readEnvironmentVariable('PATCHWRIGHT_PATCH_WORKER_IMAGE')

// `standard`, `confidential`, `remote` or `none`: see docs/deploy.md, Builders.
param builder = readEnvironmentVariable('PATCHWRIGHT_BUILDER')
param buildkitAddress = readEnvironmentVariable('BUILDKIT_ADDRESS', '')
param buildkitAddressPrefix = readEnvironmentVariable('BUILDKIT_ADDRESS_PREFIX', '')
param buildkitVaultUri = readEnvironmentVariable('BUILDKIT_VAULT_URI', '')

// `keys`, or `entra` with the client id of an app registration: see docs/deploy.md, Sign-in with Microsoft Entra.
param signIn = readEnvironmentVariable('PATCHWRIGHT_SIGN_IN', 'keys')
param entraClientId = readEnvironmentVariable('PATCHWRIGHT_ENTRA_CLIENT_ID', '')

// The vault with the address and the secrets of a webhook.
param webhookVaultUri = readEnvironmentVariable('WEBHOOK_VAULT_URI', '')

// `true`: the app scans and assesses, and changes no image.
param dryRun = bool(readEnvironmentVariable('PATCHWRIGHT_DRY_RUN'))

param alertEmail = readEnvironmentVariable('PATCHWRIGHT_ALERT_EMAIL', '')

// A budget needs the first day of the month in which it is created (2026-11-01). Do not change it later.
param monthlyBudget = int(readEnvironmentVariable('PATCHWRIGHT_MONTHLY_BUDGET', '0'))
param budgetStart = readEnvironmentVariable('PATCHWRIGHT_BUDGET_START', '')
