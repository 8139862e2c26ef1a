#!/bin/sh
# Runs in the root of the RPM image, in /build: builds and signs the packages, makes a repository of the
# newer ones, and installs the older ones.
set -eu
cd /build
export HOME=/build GNUPGHOME=/build/gnupg
key=/etc/pki/rpm-gpg/RPM-GPG-KEY-hello
user='Packages of a test <packages@example.com>'
mkdir -p gnupg repository /etc/rpm "${key%/*}"
chmod 700 gnupg
# Debian keeps rpm's database in the home folder.
echo '%_dbpath /var/lib/rpm' > /etc/rpm/macros.dbpath
gpg --batch --passphrase '' --quick-generate-key "$user" rsa3072 sign never
gpg --armor --export > "$key"

build() {
  rpmbuild -bb --quiet --define '_topdir /build/top' --define '__os_install_post %{nil}' \
    --define "_rpmdir /build/$1" --define "fix ${3:-0}" "specs/$2.spec"
}
build system system
build older agent 1
build newer agent 2
rpmsign --define "_gpg_name $user" --define '__gpg /usr/bin/gpg' --addsign ./*/*/*.rpm
cp newer/*/*.rpm system/*/*.rpm repository
createrepo_c --quiet repository

# The key is not in rpm's database yet, as in a new AlmaLinux: dnf imports it from the file.
cd system/*
rpm --install --nosignature almalinux-release-* bash-* glibc-* rpm-* dnf-[0-9]* ../../older/*/*.rpm
