// Your values. Those in the environment are what azd keeps in .azure/; without azd, docs/deploy.md has you
// keep them in patchwright.env. What decides where an installation is and what it does has no default on
// purpose: from a shell that knows nothing of it, a deployment fails, and turns nothing back. Everything
// else has a default: see main.bicep.
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')

// The registry whose images are patched, and how it takes roles:
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
param buildkitVaultUri = readEnvironmentVariable('BUILDKIT_VAULT_URI', '')

// `true` looks, and changes nothing.
param dryRun = bool(readEnvironmentVariable('PATCHWRIGHT_DRY_RUN'))

param alertEmail = readEnvironmentVariable('PATCHWRIGHT_ALERT_EMAIL', '')

// A budget needs the first day of the month in which it is made (2026-11-01), and keeps it for good.
param monthlyBudget = int(readEnvironmentVariable('PATCHWRIGHT_MONTHLY_BUDGET', '0'))
param budgetStart = readEnvironmentVariable('PATCHWRIGHT_BUDGET_START', '')
