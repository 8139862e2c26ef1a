// Functions that check the parameters. Each fault is a sentence that begins with the parameter's name.

func isMadeOf(text string, allowed string) bool =>
  !empty(text) && empty(filter(
    map(range(0, length(text)), index => substring(text, index, 1)),
    character => !contains(allowed, character)
  ))

func isNumber(text string) bool => isMadeOf(text, '0123456789')

func isWord(text string, others string) bool => isMadeOf(text, 'abcdefghijklmnopqrstuvwxyz0123456789${others}')

@export()
func faultIf(wrong bool, fault string) string[] => wrong ? [fault] : []

@export()
func environmentNameFaults(name string) string[] =>
  faultIf(
    !isWord(toLower(name), '-') || startsWith(name, '-') || endsWith(name, '-'),
    'environmentName (AZURE_ENV_NAME) is \'${name}\': use letters, digits and hyphens, with no hyphen first or last'
  )

@export()
func locationFaults(parameter string, location string) string[] =>
  faultIf(empty(location), '${parameter} is empty: use a region, such as westeurope')

func isGuid(id string) bool => length(split(id, '-')) == 5 && isMadeOf(toLower(id), '0123456789abcdef-')

@export()
func subscriptionFaults(id string) string[] =>
  faultIf(!isGuid(id), 'registrySubscriptionId is \'${id}\': use the id of a subscription (az account show --query id)')

@export()
func entraClientFaults(id string) string[] =>
  faultIf(
    !isGuid(id),
    'entraClientId (PATCHWRIGHT_ENTRA_CLIENT_ID) is \'${id}\': signIn entra needs the client id of an app registration (docs/deploy.md)'
  )

func isReference(image string) bool =>
  length(split(image, '@')) == 2 && isWord(first(split(image, '@')), './_-') && startsWith(
    last(split(image, '@')),
    'sha256:'
  ) && length(last(split(image, '@'))) == 71 && isMadeOf(skip(last(split(image, '@')), 7), '0123456789abcdef')

@export()
func workerImageFaults(parameter string, image string) string[] =>
  concat(
    faultIf(
      contains(first(split(image, '/')), '.azurecr.'),
      '${parameter} is \'${image}\': remove the registry\'s address, and begin with the repository'
    ),
    faultIf(
      !isReference(image),
      '${parameter} is \'${image}\': use repository@sha256:… (infra/build-worker.sh prints it)'
    )
  )

func isHost(text string) bool => isWord(text, '.-')

@export()
func buildkitAddressFaults(address string) string[] =>
  faultIf(
    !startsWith(address, 'tcp://') || length(split(address, ':')) != 3 || !isHost(first(split(skip(address, 6), ':'))) || !isNumber(last(split(
      address,
      ':'
    ))),
    'buildkitAddress (BUILDKIT_ADDRESS) is \'${address}\': builder remote needs tcp://host:port'
  )

func isNumberUpTo(text string, most int) bool => isNumber(text) && length(text) < 4 && int(text) <= most

func isIpAddress(text string) bool =>
  length(split(text, '.')) == 4 && empty(filter(split(text, '.'), part => !isNumberUpTo(part, 255)))

func isPrefix(text string) bool =>
  isIpAddress(first(split(text, '/'))) && (!contains(text, '/') || (length(split(text, '/')) == 2 && isNumberUpTo(
    last(split(text, '/')),
    32
  )))

@export()
@description('The host of tcp://host:port.')
func hostOf(address string) string => first(split(skip(address, 6), ':'))

func rangeOf(address string, length string) string => parseCidr('${address}/${length}').network

func lengthOf(prefix string) string => contains(prefix, '/') ? last(split(prefix, '/')) : '32'

func isWithin(address string, prefix string) bool =>
  rangeOf(address, lengthOf(prefix)) == rangeOf(first(split(prefix, '/')), lengthOf(prefix))

@export()
@description('Faults of the place where container groups in a network reach tcp://host:port.')
func buildkitPrefixFaults(prefix string, address string) string[] =>
  concat(
    faultIf(
      empty(prefix) && !isIpAddress(hostOf(address)),
      'buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) is empty: a network security group knows no names, so a name in buildkitAddress also needs its address or range, such as 10.1.2.4 or 10.1.2.0/28, or VirtualNetwork'
    ),
    faultIf(
      !contains(['', 'VirtualNetwork'], prefix) && !isPrefix(prefix),
      'buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) is \'${prefix}\': use an address or a range, such as 10.1.2.4 or 10.1.2.0/28, or VirtualNetwork'
    ),
    faultIf(
      isPrefix(prefix) && isIpAddress(hostOf(address)) && !isWithin(hostOf(address), prefix),
      'buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) is \'${prefix}\', which does not contain ${hostOf(address)} of buildkitAddress: leave it empty, or use a range with that address'
    )
  )

@export()
func buildkitVaultFaults(uri string) string[] =>
  faultIf(
    !startsWith(uri, 'https://'),
    'buildkitVaultUri (BUILDKIT_VAULT_URI) is \'${uri}\': builder remote needs the URI of a Key Vault, https://…'
  )

@export()
func webhookVaultFaults(uri string) string[] =>
  faultIf(
    !startsWith(uri, 'https://'),
    'webhookVaultUri (WEBHOOK_VAULT_URI) is \'${uri}\': a webhook needs the URI of a Key Vault, https://…'
  )

func fieldsOf(schedule string) int => length(filter(split(schedule, ' '), field => !empty(field)))

@export()
func scheduleFaults(parameter string, schedule string) string[] =>
  faultIf(
    fieldsOf(schedule) < 5 || fieldsOf(schedule) > 6,
    '${parameter} is \'${schedule}\': use NCRONTAB with five or six fields, such as 0 0 2 * * *'
  )

func isRepository(entry string) bool => isWord(entry, './_-') && !startsWith(entry, '/') && !contains(entry, '//')

@export()
func patchedRepositoryFaults(entry string) string[] =>
  concat(
    faultIf(
      !isRepository(entry),
      'patchedRepositories has \'${entry}\': use names of repositories, or prefixes that end with a slash'
    ),
    faultIf(
      startsWith(toLower(entry), 'patchwright/') || startsWith(toLower(entry), 'csscpolicies/'),
      'patchedRepositories has \'${entry}\', which is Patchwright\'s own and is never patched'
    )
  )

func isFirstOfMonth(date string) bool =>
  length(date) == 10 && isNumber(take(date, 4)) && contains(
    ['-01', '-02', '-03', '-04', '-05', '-06', '-07', '-08', '-09', '-10', '-11', '-12'],
    take(skip(date, 4), 3)
  ) && endsWith(date, '-01')

@export()
func budgetStartFaults(start string) string[] =>
  faultIf(
    !isFirstOfMonth(start),
    'budgetStart (PATCHWRIGHT_BUDGET_START) is \'${start}\': a budget needs the first day of a month, such as 2026-11-01'
  )

@export()
func networkFaults(prefix string) string[] =>
  faultIf(
    !isMadeOf(prefix, '0123456789./') || length(split(prefix, '.')) != 4 || length(split(prefix, '/')) != 2 || !contains(
      range(8, 17),
      isNumber(last(split(prefix, '/'))) ? int(last(split(prefix, '/'))) : 0
    ),
    'networkAddressPrefix is \'${prefix}\': use an address space of /24 or larger, such as 10.90.0.0/24'
  )
