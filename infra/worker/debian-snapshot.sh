#!/bin/sh
# Makes apt use only the packages of one moment, such as 20261115T000000Z, so that a later build installs
# the same ones. apt checks their signatures; an old index has expired by design.
set -eu
moment=${1:?usage: debian-snapshot.sh MOMENT}
. /etc/os-release
rm -rf /etc/apt/sources.list.d/* /etc/apt/sources.list
for archive in "debian $VERSION_CODENAME" "debian-security $VERSION_CODENAME-security"; do
  printf 'deb [check-valid-until=no] http://snapshot.debian.org/archive/%s/%s %s main\n' \
    "${archive% *}" "$moment" "${archive#* }"
done > /etc/apt/sources.list
