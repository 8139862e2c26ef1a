// The conditions of the roles in a registry with ABAC, as functions: registry.bicep gives them, and main.bicep
// measures them. An action that a condition does not list is not constrained by it: each lists all of its role.

func isNamed(operator string, text string) string =>
  '@Request[Microsoft.ContainerRegistry/registries/repositories:name] ${operator} \'${text}\''

func isNot(kind string) string =>
  '!(ActionMatches{\'Microsoft.ContainerRegistry/registries/repositories/content/${kind}\'}) AND !(ActionMatches{\'Microsoft.ContainerRegistry/registries/repositories/metadata/${kind}\'})'

// A repository that is named is compared as a whole; one that ends with a slash, by its beginning.
func isListed(patched string[]) string =>
  join(
    map(
      patched,
      entry => isNamed(endsWith(entry, '/') ? 'StringStartsWithIgnoreCase' : 'StringEqualsIgnoreCase', entry)
    ),
    ' OR '
  )

func isToPatch(patched string[]) string =>
  empty(patched)
    ? '(${isNamed('StringNotStartsWithIgnoreCase', 'patchwright/')} AND ${isNamed('StringNotStartsWithIgnoreCase', 'csscpolicies/')})'
    : isListed(patched)

func isOurs() string =>
  '${isNamed('StringStartsWithIgnoreCase', 'patchwright/')} OR ${isNamed('StringStartsWithIgnoreCase', 'csscpolicies/')}'

func isInStaging() string => isNamed('StringStartsWithIgnoreCase', 'patchwright/staging/')

@export()
@description('Reads the repositories to patch, and our own.')
func readerCondition(patched string[]) string => '((${isNot('read')}) OR (${isToPatch(patched)} OR ${isOurs()}))'

@export()
@description('Writes the repositories to patch.')
func writerCondition(patched string[]) string => '((${isNot('read')} AND ${isNot('write')}) OR (${isToPatch(patched)}))'

@export()
@description('Writes to staging, and deletes there.')
func stagingCondition() string =>
  '((${isNot('read')} AND ${isNot('write')} AND ${isNot('delete')}) OR (${isInStaging()}))'
